"""The tracking desk: queues that fill and empty by themselves, what a person enters, and an order's parcel."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from disputes.models import TrackingCase
from disputes.tracking_lifecycle import CaseState
from evidence.models import Exhibit
from messaging.models import Message
from orders.models import Order, Store, TrackingEvent, User
from tests.cast import fact, happens, tracking
from tests.desk.disputing import ago, order_underway, picture, upload

ROW = {"HX-Request": "true"}
UNKNOWN = "Cage swapped at gateway 172"


def told(order: Order, status: str = "", *, hours: float = 2, **keys: Any) -> Order:
    """The carrier says so, so many hours ago."""
    when = ago(hours=hours)
    happens(order, tracking(when, status, **keys), now=when)
    return Order.objects.get(pk=order.pk)


@pytest.fixture
def lost(store: Store) -> Order:
    """Maria's parcel, which its carrier lost."""
    return told(order_underway(store, number="1001", buyer={"state": "SP"}), "lost", location="Curitiba")


def case_of(order: Order) -> TrackingCase:
    case: TrackingCase = order.tracking_cases.latest("number")
    return case


def page(client: Client, path: str, **query: str) -> str:
    return client.get(path, query).content.decode()


def look(client: Client, order: Order, headers: dict[str, str] | None = None, **data: Any) -> Any:
    given = {"source": "Correios", "said": "news"} | data
    return client.post(f"/orders/{order.pk}/look/", given, headers=headers or {})


# --- the queues -------------------------------------------------------------------------------------------------------
def test_each_queue_shows_how_many_parcels_stand_in_it(alice: Client, lost: Order, store: Store) -> None:
    told(order_underway(store, number="1002"), "lost")
    told(order_underway(store, number="1003"), "failed_attempt")
    counts = {tile.queue: tile.count for tile in alice.get("/tracking/").context["tiles"] if tile.count}
    assert counts == {"lost": 2, "failed_attempt": 1}


def test_the_most_urgent_queue_is_looked_at_first(alice: Client, lost: Order, store: Store) -> None:
    told(order_underway(store, number="1003"), "failed_attempt")
    assert alice.get("/tracking/").context["queue"] == "lost"


def test_a_row_says_where_why_until_when_and_what_next(alice: Client, lost: Order) -> None:
    shown = page(alice, "/tracking/", queue="lost")
    for words in ("1001", "LX123456785CN", "Brazil, SP", "Lost", "Curitiba", "a loss", "T1", "promise:", "I asked the"):
        assert words in shown


def test_a_parcel_leaves_its_queue_by_itself(alice: Client, lost: Order) -> None:
    told(lost, "out_for_delivery", hours=1)
    assert "This queue is empty" in page(alice, "/tracking/", queue="lost")
    assert case_of(lost).result == "moved_on"


def test_an_empty_queue_says_so(alice: Client, lost: Order) -> None:
    assert "This queue is empty" in page(alice, "/tracking/", queue="customs")


def test_a_desk_without_a_parcel_that_needs_somebody_says_so(alice: Client, store: Store) -> None:
    told(order_underway(store, days=5), "in_transit")
    shown = page(alice, "/tracking/")
    assert "No parcel needs you" in shown
    assert "1 parcel is on its way and needs nobody" in shown
    assert "Estas são as notícias mais recentes" in shown  # the answer that is ready for its buyer


def test_a_buyers_deadline_stands_in_the_row(alice: Client, store: Store) -> None:
    told(order_underway(store), "duty_due", hours=47)
    shown = page(alice, "/tracking/", queue="duty_due")
    assert "in 18 days" in shown  # T7: 20 days
    assert "for the buyer to pay" in shown


def test_an_untraceable_parcel_shows_both_sources_and_the_freeze(alice: Client, store: Store) -> None:
    order = order_underway(store)
    for source in ("17TRACK", "Correios"):
        look(alice, order, source=source, said="unknown")
    shown = page(alice, "/tracking/", queue="untraceable")
    assert shown.count("does not know the number") == 2
    assert "freezes the store for 7 days" in shown
    assert f"/orders/{order.pk}/command/refund_issued/" in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"region": "BR"}, True),
        ({"region": "BR/SP"}, True),
        ({"region": "BR/RJ"}, False),
        ({"carrier": "China Post"}, True),
        ({"carrier": "DHL"}, False),
        ({"store": "alice"}, True),
        ({"store": "charlie"}, False),
    ],
)
def test_filters_leave_what_matches(alice: Client, lost: Order, query: dict[str, str], found: bool) -> None:
    rows = alice.get("/tracking/", {"queue": "lost", **query}).context["page"].rows
    assert bool(rows) == found


def test_a_long_queue_goes_on_behind_a_key(alice: Client, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.selectors.tracking.PAGE", 2)
    for number in range(3):
        told(order_underway(store, number=f"200{number}"), "lost", hours=3 - number)
    first = alice.get("/tracking/", {"queue": "lost"}).context["page"]
    second = alice.get("/tracking/", {"queue": "lost", "after": first.more}).context["page"]
    assert [row.order.order_number for row in first.rows] == ["2000", "2001"]
    assert [row.order.order_number for row in second.rows] == ["2002"]
    assert second.more == ""


def test_a_page_costs_the_same_looks_for_one_row_as_for_many(
    alice: Client, store: Store, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        told(order_underway(store, number=f"200{number}"), "lost")
    with django_assert_max_num_queries(22):
        alice.get("/tracking/")


@pytest.mark.parametrize(("word", "target"), [("LX123456785CN", "#tracking"), ("1001", "#tracking"), ("x", "?q=x")])
def test_a_number_leads_to_its_order(alice: Client, lost: Order, word: str, target: str) -> None:
    assert alice.get("/tracking/find/", {"q": word})["Location"].endswith(target)


def test_another_stores_queue_stays_empty(charlie: Client, lost: Order) -> None:
    assert "1001" not in page(charlie, "/tracking/", queue="lost")
    assert charlie.get("/tracking/find/", {"q": "1001"})["Location"].endswith("?q=1001")


def test_a_viewer_is_offered_no_step(vera: Client, lost: Order) -> None:
    shown = page(vera, "/tracking/", queue="lost")
    assert "1001" in shown
    assert "/step/" not in shown
    assert "/look/" not in shown


# --- steps ------------------------------------------------------------------------------------------------------------
def press_step(client: Client, case: TrackingCase, headers: dict[str, str] | None = None, **data: str) -> Any:
    given = {"step": case.next_step} | data
    return client.post(f"/tracking/cases/{case.pk}/step/", given, headers=headers or {})


def test_a_step_is_taken_in_place_with_its_note_and_date(alice: Client, lost: Order) -> None:
    wanted = (timezone.now() + timedelta(days=3)).replace(second=0, microsecond=0)
    local = wanted.astimezone(alice.get("/").wsgi_request.reader.zone)  # type: ignore[attr-defined]
    data = {"text": "Asked by phone", "next_at": f"{local:%Y-%m-%dT%H:%M}", "queue": "lost"}
    answer = press_step(alice, case_of(lost), ROW, **data)
    assert "Analyse" in answer.content.decode()
    case = case_of(lost)
    assert (case.state, case.next_at) == (CaseState.QUERIED, wanted)
    assert "Asked by phone" in page(alice, f"/orders/{lost.pk}/")


@pytest.mark.parametrize(
    "data", [{"step": "follow_up"}, {"next_at": "2020-01-01T00:00"}, {"next_at": "soon"}, {"step": "x"}]
)
def test_an_impossible_step_is_refused_in_words(alice: Client, lost: Order, data: dict[str, str]) -> None:
    answer = press_step(alice, case_of(lost), **data)
    assert answer.status_code == 302
    assert case_of(lost).state == CaseState.OPENED
    assert 'class="flash error"' in page(alice, answer["Location"].partition("#")[0])


# --- what a source says -----------------------------------------------------------------------------------------------
def test_news_entered_by_hand_is_read_and_its_screenshot_is_frozen(alice: Client, lost: Order) -> None:
    words = "Objeto entregue ao destinatário"
    answer = look(alice, lost, description=words, screenshot=upload(picture("PNG"), "page.png"))
    assert answer["Location"] == f"/orders/{lost.pk}/#tracking"
    event = TrackingEvent.objects.get(description=words)
    assert (event.status, event.source) == ("delivered", "Correios")
    exhibit = Exhibit.objects.get(order=lost)
    assert (exhibit.kind, exhibit.source) == ("tracking_screenshot", "Correios")
    assert case_of(lost).result == "delivered"


def test_asking_a_source_is_the_first_step_of_the_case(bob: Client, lost: Order) -> None:
    look(bob, lost, said="known")
    case = case_of(lost)
    assert (case.state, str(case.responsible)) == (CaseState.QUERIED, "bob@example.com")


def test_a_row_that_leaves_its_queue_says_where_it_went(alice: Client, lost: Order) -> None:
    answer = look(alice, lost, ROW, queue="lost", status="returning").content.decode()
    assert "has gone on to: Going back" in answer


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "Choose a status, or enter what the source says"),
        ({"source": "", "status": "lost"}, "This field is required"),
        ({"status": "lost", "at": "2099-01-01T00:00"}, "lies in the future"),
        ({"status": "lost", "screenshot": "html"}, "By its content it is a web page"),
    ],
)
def test_an_unusable_entry_is_refused_and_nothing_is_recorded(
    alice: Client, lost: Order, data: dict[str, Any], problem: str
) -> None:
    before = lost.timeline.count()
    if "screenshot" in data:
        data = data | {"screenshot": upload(b"<html></html>", "a.png")}
    answer = look(alice, lost, **data)
    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert lost.timeline.count() == before


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Objeto entregue ao vizinho", "to a neighbour"),
        (UNKNOWN, "unknown words"),
        ("Favor desconsiderar a informação anterior", "a correction"),
        ("", ""),
    ],
)
def test_words_are_read_while_they_are_typed(alice: Client, words: str, shown: str) -> None:
    answer = page(alice, "/tracking/reading/", description=words)
    assert shown in answer
    assert bool(answer.strip()) == bool(words)


def test_a_row_gets_the_form_alone(alice: Client, lost: Order) -> None:
    form = alice.get(f"/orders/{lost.pk}/look/?in=row", headers=ROW).content.decode()
    assert "<form" in form
    assert "<html" not in form


# --- the order's page -------------------------------------------------------------------------------------------------
def test_the_panel_shows_what_each_source_says_and_that_they_differ(alice: Client, lost: Order) -> None:
    happens(lost, fact(ago(hours=1), "tracking", status="in_transit", source="Cainiao"), now=ago(hours=1))
    shown = page(alice, f"/orders/{lost.pk}/")
    assert "The sources have said different things since" in shown
    assert "Cainiao" in shown


def test_news_that_was_taken_back_is_struck_through(alice: Client, store: Store) -> None:
    order = told(order_underway(store), "delivered", hours=3, description="Delivered")
    told(order, description="Favor desconsiderar a informação anterior", hours=1)
    shown = page(alice, f"/orders/{order.pk}/")
    assert "<del>" in shown
    assert "taken back by the carrier" in shown


def test_the_ready_answer_is_in_the_buyers_language_and_leaves_with_one_click(alice: Client, store: Store) -> None:
    order = told(order_underway(store, days=5), "in_transit", location="Guangzhou")
    assert "Estas são as notícias mais recentes" in page(alice, f"/orders/{order.pk}/")
    alice.post(f"/orders/{order.pk}/tell/tracking_update/")
    message = Message.objects.get(order=order, purpose="tracking_update")
    assert (message.rule, message.state) == ("T1", "pending")
    assert "Seu pacote está a caminho" in message.body


def test_telling_the_buyer_is_the_third_step(alice: Client, lost: Order) -> None:
    for _turn in range(2):
        press_step(alice, case_of(lost))
    alice.post(f"/orders/{lost.pk}/tell/tracking_update/")
    assert case_of(lost).state == CaseState.REASSURED


def test_a_text_that_is_not_offered_is_not_sent(alice: Client, lost: Order) -> None:
    assert alice.post(f"/orders/{lost.pk}/tell/refund_issued/").status_code == 404


def test_signed_but_not_received_says_whom_to_ask_and_offers_the_text(alice: Client, store: Store) -> None:
    order = told(order_underway(store), hours=30, description="Objeto entregue ao vizinho")
    happens(order, fact(ago(hours=1), "receipt_denied", text="nada aqui"), now=ago(hours=1))
    shown = page(alice, f"/orders/{order.pk}/")
    assert "It stays open until the buyer has the parcel, or his money" in shown
    assert "to a neighbour" in shown
    assert "vamos encontrar o seu pacote" in shown


def test_an_order_without_a_parcel_shows_no_panel(alice: Client, placed: Order) -> None:
    assert 'id="tracking"' not in page(alice, f"/orders/{placed.pk}/")


# --- unknown words ----------------------------------------------------------------------------------------------------
def test_unknown_words_are_counted_with_an_example(alice: Client, store: Store) -> None:
    for number in ("1", "2"):
        told(order_underway(store, number=number), description=UNKNOWN)
    (group,) = alice.get("/tracking/unknown/").context["groups"]
    assert (group.words, group.source, group.count, group.example.order_number) == (UNKNOWN, "17track", 2, "2")


def test_members_see_their_stores_unknown_words_and_staff_all(charlie: Client, store: Store) -> None:
    told(order_underway(store), description=UNKNOWN)
    assert "No unknown words" in page(charlie, "/tracking/unknown/")
    User.objects.filter(email="charlie@example.com").update(is_staff=True)
    assert UNKNOWN in page(charlie, "/tracking/unknown/")
