"""Cards given to somebody, put aside and finished: one in place, several at once, each with its Undo."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from desk.forms.handing import instants
from disputes.models import ActionItem, ActionKind, ActionState
from disputes.services.handing import assign_action
from orders.models import Order, Store, User
from tests.cast import happens, placed_order
from tests.desk.conftest import Enter, open_item
from tests.desk.disputing import ago
from tests.disputes.claims import opened

IN_PLACE = {"HX-Request": "true"}
UNDO = re.compile(r'action="(/actions/undo/[^"]+)"')
Due = Callable[..., ActionItem]


@pytest.fixture
def due(placed: Order) -> Due:
    """Something to do on Maria's order, due in so long."""

    def raise_one(kind: str = ActionKind.VERIFY_TRACKING, order: Order | None = None, **span: float) -> ActionItem:
        item = open_item(order or placed, kind)
        item.due_at = timezone.now() + timedelta(**(span or {"days": 5}))
        item.save()
        return item

    return raise_one


def user(name: str) -> User:
    return User.objects.get(email=f"{name}@example.com")


def press(client: Client, item: ActionItem, deed: str, **data: Any) -> str:
    """A button of the card, pressed in place; gives what stands there now."""
    return client.post(f"/actions/{item.pk}/{deed}/", data, headers=IN_PLACE).content.decode()


def take_back(client: Client, page: str) -> str:
    address = UNDO.search(page)
    assert address, page
    return client.post(address[1].replace("&amp;", "&"), headers=IN_PLACE, follow=True).content.decode()


def names(client: Client, query: str = "") -> list[tuple[str, list[int]]]:
    sections = client.get(f"/{query}").context["sections"]
    return [(section.name, [card.item.pk for card in section.cards]) for section in sections]


def test_a_card_taken_is_mine_and_can_be_let_go_again(alice: Client, due: Due) -> None:
    item = due()
    card = press(alice, item, "assign", to=user("alice").pk, had="")
    assert "Yours now." in card
    assert names(alice, "?who=mine") == [("week", [item.pk])]
    assert names(alice, "?who=nobody") == []
    assert "Take it" in take_back(alice, card)
    item.refresh_from_db()
    assert item.assignee is None


def test_who_comes_second_sees_who_has_it(alice: Client, due: Due) -> None:
    item = due()
    assign_action(item.pk, user("bob").pk, now=timezone.now(), actor="1")
    card = press(alice, item, "assign", to=user("alice").pk, had="")
    assert "Taken by somebody else meanwhile" in card
    assert re.search(r"bob", card)
    item.refresh_from_db()
    assert item.assignee == user("bob")


def test_only_who_works_in_the_store_is_offered(alice: Client, due: Due) -> None:
    page = alice.get(f"/actions/{due().pk}/assign/").content.decode()
    assert re.findall(r'<option value="\d*"[^>]*>(\w+)', page) == ["alice", "bob", "nobody"]


def test_a_card_put_aside_stands_folded_with_its_reason(alice: Client, due: Due) -> None:
    item = due()
    gone = press(alice, item, "snooze", until="tomorrow", reason="Maria is asked <b>")
    assert "Put aside until" in gone
    assert names(alice) == [("snoozed", [item.pk])]
    assert "Maria is asked &lt;b&gt;" in alice.get("/").content.decode()
    assert "Verify the tracking" in take_back(alice, gone)
    assert names(alice) == [("week", [item.pk])]


def test_a_card_taken_up_again_can_be_put_aside_as_it_was(alice: Client, due: Due) -> None:
    item = due()
    press(alice, item, "snooze", until="tomorrow", reason="Maria is asked")
    before = ActionItem.objects.get(pk=item.pk)
    take_back(alice, press(alice, item, "wake"))
    item.refresh_from_db()
    assert (item.snoozed_until, item.snooze_reason) == (before.snoozed_until, "Maria is asked")


@pytest.mark.parametrize("data", [{"until": "week"}, {"until": "own"}, {"until": "own", "at": "2020-01-01T10:00"}, {}])
def test_nothing_is_put_aside_past_its_date_or_without_a_moment(alice: Client, due: Due, data: dict[str, str]) -> None:
    item = due(days=3)
    answer = alice.post(f"/actions/{item.pk}/snooze/", data | {"reason": "kept"}, headers=IN_PLACE)
    assert answer.status_code == 422
    assert 'value="kept"' in answer.content.decode()
    item.refresh_from_db()
    assert item.snoozed_until is None


def test_an_overdue_card_cannot_be_put_aside(alice: Client, due: Due) -> None:
    page = alice.get(f"/actions/{due(hours=-1).pk}/snooze/").content.decode()
    assert "Its date has passed or is too near" in page


def test_done_can_be_taken_back(alice: Client, due: Due) -> None:
    item = due()
    gone = alice.post(f"/actions/{item.pk}/", {"do": "done"}, headers=IN_PLACE).content.decode()
    assert "Done: Verify the tracking" in gone
    take_back(alice, gone)
    assert names(alice) == [("week", [item.pk])]


def test_several_are_given_at_once_and_given_back_to_whom_they_belonged(alice: Client, due: Due) -> None:
    mine, nobodys = due(), due(ActionKind.REVIEW_MANUALLY)
    assign_action(mine.pk, user("alice").pk, now=timezone.now(), actor="1")
    data = {"deed": "assign", "to": user("bob").pk, "items": [mine.pk, nobodys.pk]}
    page = alice.post("/actions/several/", data, follow=True).content.decode()
    assert "2 given to bob." in page
    assert "Taken back: 2." in take_back(alice, page)
    rows = dict(ActionItem.objects.values_list("pk", "assignee__email"))
    assert rows == {mine.pk: "alice@example.com", nobodys.pk: None}


def test_several_are_put_aside_each_as_far_as_its_date_allows(alice: Client, due: Due) -> None:
    near, far = due(hours=20), due(ActionKind.REVIEW_MANUALLY, days=9)
    data = {"deed": "snooze", "until": "week", "reason": "holiday", "items": [near.pk, far.pk]}
    page = alice.post("/actions/several/", data, follow=True).content.decode()
    assert "Put aside until" in page
    assert f"for its date comes first: Verify the tracking {near.order.order_number}." in page
    alice.post("/actions/several/", data | {"until": "latest"})
    near.refresh_from_db()
    assert near.snoozed_until == near.due_at


@pytest.mark.parametrize(("hours", "chosen"), [(5, "soon"), (2, "latest"), (90, "tomorrow")])
def test_what_is_put_aside_comes_back_before_it_is_due_unless_one_says_otherwise(
    alice: Client, due: Due, hours: int, chosen: str
) -> None:
    item = due(hours=hours)
    form = alice.get(f"/actions/{item.pk}/snooze/").context["form"]
    is_night = "tomorrow" in form.instants  # the morning comes before its date
    assert form.fields["until"].initial == ("tomorrow" if is_night else chosen)


def test_what_needs_its_own_step_is_not_done_in_bulk(alice: Client, due: Due) -> None:
    items = [due(), due(ActionKind.REFUND), due(ActionKind.SEND_BY_HAND), due(ActionKind.SHIP)]
    data = {"deed": "done", "items": [item.pk for item in items]}
    page = alice.post("/actions/several/", data, follow=True).content.decode()
    number = items[0].order.order_number
    named = f"Refund the buyer {number}, Send a message by hand {number}, Ship the parcel {number}"
    assert f"Done. Done by a step of its own, so open it: {named}." in page
    assert ActionItem.objects.filter(state=ActionState.OPEN).count() == 3
    take_back(alice, page)
    assert ActionItem.objects.filter(state=ActionState.OPEN).count() == 4


def test_nobody_changes_what_another_store_has_to_do(charlie: Client, vera: Client, due: Due) -> None:
    item = due()
    for client in (charlie, vera):
        for data in ({"deed": "done"}, {"deed": "assign"}, {"deed": "snooze", "until": "soon", "reason": "a"}):
            page = client.post("/actions/several/", data | {"items": [item.pk]}, follow=True).content.decode()
            assert "Nothing was chosen." in page
        assert client.post(f"/actions/undo/?deed=reopen&items={item.pk}:").status_code == 302
    item.refresh_from_db()
    assert (item.state, item.assignee, item.snoozed_until) == (ActionState.OPEN, None, None)


@pytest.mark.parametrize(
    "query", ["", "deed=drop&items=1:", "deed=wake&items=x:", "deed=snooze&items=1:x", f"deed=wake&items={'9' * 30}:"]
)
def test_a_deed_that_is_none_is_refused(alice: Client, due: Due, query: str) -> None:
    item = due()
    assert alice.post(f"/actions/undo/?{query.replace('=1:', f'={item.pk}:')}").status_code == 400


def test_what_was_done_on_the_orders_page_leads_back_there(bob: Client, due: Due) -> None:
    item = due()
    answer = bob.post(f"/actions/{item.pk}/assign/", {"to": user("bob").pk, "had": "", "next": "order"}, follow=True)
    assert answer.request["PATH_INFO"] == f"/orders/{item.order_id}/"
    page = answer.content.decode()
    assert "Yours now." in page
    assert "Verify the tracking: given to bob" in page


def test_whose_card_it_is_and_what_it_is_worth_order_the_list(alice: Client, store: Store, due: Due) -> None:
    dear = placed_order(store, number="8099", buyer={"email": "dear@example.com"}, total=Decimal("900.00"))
    happens(dear, {"at": ago(hours=30), "type": "payment_confirmed"})
    cheap, worth = due(days=3), due(order=dear, days=4)
    ActionItem.objects.filter(pk=cheap.pk).update(stake=24)
    ActionItem.objects.filter(pk=worth.pk).update(stake=900)
    assert names(alice, "?kind=verify_tracking") == [("week", [cheap.pk, worth.pk])]
    assert names(alice, "?kind=verify_tracking&by=amount") == [("week", [worth.pk, cheap.pk])]
    assert names(alice, f"?kind=verify_tracking&by=amount&when=week&after={worth.pk}") == [("week", [cheap.pk])]


@pytest.mark.parametrize(("day", "monday"), [(19, 23), (22, 23), (23, 30)])
def test_the_words_name_mornings_on_every_day_of_the_week(day: int, monday: int) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    found = instants(datetime(2026, 11, day, 8, tzinfo=zone), zone)
    assert found == {
        "soon": datetime(2026, 11, day, 11, tzinfo=zone),
        "tomorrow": datetime(2026, 11, day + 1, 9, tzinfo=zone),
        "monday": datetime(2026, 11, monday, 9, tzinfo=zone),
        "week": datetime(2026, 11, day, 9, tzinfo=zone) + timedelta(days=7),
    }


def test_who_is_taken_out_of_the_store_has_nothing_left(enter: Enter, alice: Client, store: Store, due: Due) -> None:
    item = due()
    assign_action(item.pk, user("bob").pk, now=timezone.now(), actor="1")
    member = store.memberships.get(user=user("bob"))
    alice.post(f"/people/{member.pk}/role/", {"role": "viewer"})
    item.refresh_from_db()
    assert item.assignee is None


def test_a_dispute_card_names_the_claim_as_its_stake(alice: Client, underway: Order) -> None:
    happens(underway, opened(f"{timezone.now() - timedelta(hours=1):%Y-%m-%d %H:%M}", amount="10.00"))
    cards = [card for section in alice.get("/").context["sections"] for card in section.cards]
    assert {str(card.item.stake) for card in cards if card.item.case} == {"10.00"}


def test_giving_is_not_taken_back_once_somebody_else_has_taken_it(alice: Client, bob: Client, due: Due) -> None:
    item = due()
    page = press(alice, item, "assign", to=user("bob").pk)
    assign_action(item.pk, user("alice").pk, now=timezone.now(), actor=str(user("bob").pk))
    assert "Taken by somebody else" in take_back(alice, page)
    item.refresh_from_db()
    assert item.assignee == user("alice")


@pytest.mark.parametrize("query", ["deed=snooze&items={}:2031-01-01", "deed=give_back&items={}:&to=" + "9" * 30])
def test_an_odd_undo_changes_nothing_and_breaks_nothing(alice: Client, due: Due, query: str) -> None:
    item = due()
    assert alice.post(f"/actions/undo/?{query.format(item.pk)}").status_code in {302, 400}
    item.refresh_from_db()
    assert (item.assignee, item.snoozed_until) == (None, None)
