"""The inbox of reviews: its boxes, filters and file, one pasted by hand, several taken or put away and taken back."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.selectors import reviews as selector
from disputes.causes import CauseGroup
from disputes.models import Review
from disputes.services.review_steps import Cause, analyse, decline, draft_reply, hand_review, set_date, set_facts
from orders.models import AuditEntry, Order, Store, User
from tests.desk.conftest import Enter
from tests.desk.disputing import order_underway, read_whole
from tests.desk.reviewing import TEXT, person, reviewed


@pytest.fixture
def order(store: Store) -> Order:
    return order_underway(store, number="order-1001")


def page(client: Client, address: str = "/reviews/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def undo_of(answer: Any) -> str:
    """Where the Undo button of the flash message posts to."""
    found = re.search(r'action="(/reviews/[^"]*undo[^"]*)"', answer.content.decode())
    assert found
    return html.unescape(found[1])


def shown(client: Client, query: str = "") -> list[int]:
    return [row.review.pk for row in client.get(f"/reviews/?{query}").context["page"].rows]


def test_what_is_late_comes_first_and_what_is_good_stands_among_all(bob: Client, store: Store, order: Order) -> None:
    late, soon = reviewed(store, order, hours=23), reviewed(store, hours=2, order_number="nine")
    good = reviewed(store, hours=1, stars=5, text="Adorei!")
    assert shown(bob) == [late.pk, soon.pk]
    assert shown(bob, "box=all") == [good.pk, soon.pk, late.pk]
    assert "Say what it is about" in page(bob)


def test_a_longer_list_asks_the_database_no_more_often(bob: Client, store: Store, order: Order) -> None:
    def queries(box: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            page(bob, f"/reviews/?box={box}")
        return len(captured)

    reviewed(store, order)
    few = {box: queries(box) for box in ("answer", "all")}
    for number in range(6):
        reviewed(store, order, hours=number + 6)
        reviewed(store, hours=number + 6, order_number=f"n{number}")
    assert {box: queries(box) for box in few} == few


def test_nothing_of_another_store_is_shown(charlie: Client, store: Store, order: Order) -> None:
    reviewed(store, order)
    assert shown(charlie, "box=all") == []
    assert "No review needs an answer" in page(charlie)


def test_each_box_holds_its_own(bob: Client, store: Store, order: Order) -> None:
    mine, drafted, bad = reviewed(store, order), reviewed(store, order, hours=6), reviewed(store, order, hours=7)
    user = User.objects.get(email="bob@example.com")
    hand_review(mine.pk, user.pk, now=timezone.now(), actor=str(user.pk))
    draft_reply(drafted.pk, "Obrigado.", now=timezone.now(), actor=person("alice"))
    set_facts(bad.pk, {"advert": True, "habitual": True}, now=timezone.now(), actor=person("alice"))
    assert [shown(bob, f"box={box}") for box in ("mine", "second", "suspicious")] == [[mine.pk], [drafted.pk], [bad.pk]]
    assert drafted.pk not in shown(bob)


def test_a_reply_that_is_due_stands_where_its_twenty_four_hours_end(bob: Client, store: Store, order: Order) -> None:
    declined, fresh = reviewed(store, order, hours=20), reviewed(store, order, hours=1)
    long_ago = timezone.now() - timedelta(hours=25)
    analyse(declined.pk, Cause(CauseGroup.GOODS), now=long_ago, actor=person())
    decline(declined.pk, now=long_ago, actor=person())
    set_date(declined.pk, timezone.now() + timedelta(days=3), now=timezone.now(), actor=person())
    assert shown(bob) == [declined.pk, fresh.pk]
    assert "1 h late" in page(bob)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("stars=2", "goods"),
        ("cause=goods", "goods"),
        ("cause=goods:damaged", "goods"),
        ("cause=none", "silent"),
        ("kind=silent", "silent"),
        ("language=es", "silent"),
        ("q=QUEBRADA+haste", "goods"),
        ("order={order}", "goods"),
        ("sku=A1", "goods"),
        ("carrier=China+Post", "goods"),
        ("carrier=Nobody", None),
        ("from=2020-01-01&to=2020-12-31", None),
        ("store=charlie", None),
    ],
)
def test_a_filter_narrows_down(bob: Client, store: Store, order: Order, query: str, found: str | None) -> None:
    known = {
        "goods": reviewed(store, order, stars=2, text="A haste veio quebrada").pk,
        "silent": reviewed(store, order_number="nine", text="", language="es").pk,
    }
    assert shown(bob, f"box=all&{query.format(order=order.pk)}") == ([known[found]] if found else [])


@pytest.mark.parametrize("query", ["stars=9", "cause=x", "cause=:::", "kind=x", "from=x", "to=99999-9-9", "after=x"])
def test_an_unknown_value_is_left_out(bob: Client, store: Store, order: Order, query: str) -> None:
    review = reviewed(store, order)
    assert shown(bob, f"box=all&{query}") == [review.pk]


@pytest.mark.parametrize("box", ["answer", "all"])
def test_a_long_box_is_read_page_by_page(bob: Client, store: Store, box: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selector, "PAGE", 4)
    rows = [reviewed(store, hours=hours, order_number=f"n{hours}").pk for hours in range(10, 0, -1)]
    seen, more = [], ""
    for _turn in range(3):
        part = bob.get(f"/reviews/?box={box}&after={more}").context["page"]
        seen, more = [*seen, *(row.review.pk for row in part.rows)], part.more
    assert seen == (rows if box == "answer" else rows[::-1])


def test_a_review_is_taken_and_given_back(bob: Client, store: Store, order: Order) -> None:
    review = reviewed(store, order)
    answer = bob.post("/reviews/several/", {"deed": "take", "items": [review.pk]}, follow=True)
    assert "1 review is yours" in answer.content.decode()
    assert Review.objects.get().responsible == User.objects.get(email="bob@example.com")
    bob.post(undo_of(answer))
    assert Review.objects.get().responsible is None


def test_nothing_to_do_puts_away_and_undo_brings_back(bob: Client, store: Store, order: Order) -> None:
    reviews = [reviewed(store, order), reviewed(store, order, hours=6)]
    answer = bob.post("/reviews/several/", {"deed": "note", "items": [row.pk for row in reviews]}, follow=True)
    assert shown(bob) == []
    bob.post(undo_of(answer))
    assert set(shown(bob)) == {row.pk for row in reviews}


@pytest.mark.parametrize("person", ["vera", "charlie"])
def test_who_does_not_work_there_changes_nothing(enter: Enter, store: Store, order: Order, person: str) -> None:
    review = reviewed(store, order)
    enter(person).post("/reviews/several/", {"deed": "take", "items": [review.pk]})
    enter(person).post("/reviews/several/", {"note": review.pk})
    now = Review.objects.get()
    assert (now.responsible, now.is_open) == (None, True)


def test_a_review_is_pasted_by_hand_once(bob: Client, store: Store, order: Order) -> None:
    given = {"order_number": "#order-1001", "stars": "1", "text": TEXT, "reviewed_at": "2026-01-02T10:00"}
    answer = bob.post("/reviews/paste/", given)
    review = Review.objects.get()
    assert answer.headers["Location"] == f"/reviews/{review.pk}/"
    assert (review.order, review.source, review.cause) == (order, "by_hand", "logistics")
    bob.post("/reviews/paste/", given)
    assert Review.objects.count() == 1


def test_a_wrong_paste_is_shown_again_with_its_words(bob: Client, store: Store) -> None:
    answer = bob.post("/reviews/paste/", {"text": "Só isto", "reviewed_at": "2200-01-01T10:00"})
    assert answer.status_code == 422
    assert "Só isto" in answer.content.decode()
    assert not Review.objects.exists()


def test_the_file_runs_nothing_and_is_noted(alice: Client, store: Store, order: Order) -> None:
    reviewed(store, order, text="=HYPERLINK(1)")
    answer = alice.get("/reviews/reviews.csv?box=all")
    assert "'=HYPERLINK(1)" in read_whole(answer).decode()
    assert AuditEntry.objects.filter(kind="exported", data__what="reviews").exists()
