"""One order's page: the picture over time, why the buyer was not written to, the money, notes, and stale forms."""

import re
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.selectors.order_picture import EDGE, NEAR, Picture
from orders.lifecycle import OrderState
from orders.models import Order, OrderItem, Store
from orders.services.verification import verify_timeline
from tests.cast import fact, happens, paid, placed_order, tracking
from tests.desk.disputing import ago, disputed, order_underway


def page_of(client: Client, order: Order) -> str:
    return client.get(f"/orders/{order.pk}/").content.decode()


def picture_of(client: Client, order: Order) -> Picture:
    picture: Picture = client.get(f"/orders/{order.pk}/").context["picture"]
    return picture


def marks(picture: Picture, form: str) -> list[Any]:
    return [mark for lane in picture.lanes for mark in lane.marks if mark.form == form]


@pytest.fixture
def fresh(store: Store) -> Order:
    """An order of the last weeks, so that most of its dates are to come."""
    return order_underway(store, number="8012345678900001")


# --- the picture ------------------------------------------------------------------------------------------------------
def test_every_sign_leads_to_its_line_and_says_what_it_is(alice: Client, fresh: Order) -> None:
    page = page_of(alice, fresh)
    leads = re.findall(r'<a href="#([\w-]+)" aria-label="([^"]+)"', page)
    assert len(leads) > 5
    assert all(f'id="{anchor}"' in page for anchor, _told in leads)
    assert all(told.strip() for _anchor, told in leads)


def test_the_stages_to_come_stand_in_the_orders_lane(alice: Client, fresh: Order) -> None:
    stages = marks(picture_of(alice, fresh), "stage")
    assert [mark.label for mark in stages] == ["day 30", "day 45", "day 60"]
    places = [mark.at for mark in stages]
    assert places == sorted(places)


def test_now_and_the_end_of_the_protection_go_through_all_lanes(alice: Client, fresh: Order) -> None:
    now, end = picture_of(alice, fresh).poles
    assert (now.look, end.look) == ("now", "end")
    assert float(now.x.rstrip("%")) < float(end.x.rstrip("%")) <= 100 - EDGE


def test_news_that_its_carrier_took_back_is_struck_out(alice: Client, fresh: Order) -> None:
    happens(fresh, tracking(ago(hours=30), "in_transit", location="Curitiba"), now=ago(hours=30))
    fresh.tracking_events.filter(location="Curitiba").update(voided_at=timezone.now())
    (mark,) = marks(picture_of(alice, fresh), "void")
    assert "taken back by the carrier" in mark.told
    assert "<del>" in page_of(alice, fresh)


def test_a_dispute_shows_its_margin_before_the_platforms_date(alice: Client, fresh: Order) -> None:
    case = disputed(fresh)
    picture = picture_of(alice, fresh)
    lane = next(lane for lane in picture.lanes if str(lane.name) == "Dispute")
    claim, margin = lane.spans
    assert margin.look == "margin"
    assert claim.href == margin.href == f"#dispute-{case.pk}"
    assert float(claim.x.rstrip("%")) < float(margin.x.rstrip("%"))


def test_signs_that_would_lie_upon_each_other_are_one(alice: Client, fresh: Order) -> None:
    for minute in range(8):
        happens(
            fresh, tracking(ago(hours=30, minutes=-minute), "in_transit", location=f"Hub {minute}"), now=ago(hours=9)
        )
    lane = next(lane for lane in picture_of(alice, fresh).lanes if str(lane.name) == "Parcel")
    crowd = next(mark for mark in lane.marks if mark.count >= 8)
    assert "and 4 more" in crowd.told or crowd.count > 8
    places = [mark.at for mark in lane.marks if mark.form == "done"]
    assert all(later - before >= NEAR / 2 for before, later in pairwise(places))


@pytest.mark.parametrize("life", [[], [paid()], [paid(), fact("03-03 10:00", "cancelled")]])
def test_an_order_without_a_past_or_a_future_has_a_picture(
    alice: Client, store: Store, life: list[dict[str, Any]]
) -> None:
    picture = picture_of(alice, placed_order(store, *life, number="9"))
    for lane in picture.lanes:
        assert all(0 <= mark.at <= 100 for mark in lane.marks)
    assert picture.ticks


# --- why dates, why not -----------------------------------------------------------------------------------------------
def test_a_date_to_come_says_its_sum(alice: Client, fresh: Order) -> None:
    page = page_of(alice, fresh)
    assert re.search(r"= shipped \d+ \w+( \d{4})? \+ 45 days", page)
    assert re.search(r"= promised delivery \d+ \w+( \d{4})? \+ 15 days", page)


def test_why_the_buyer_was_not_written_to_is_said_for_each_message(alice: Client, fresh: Order) -> None:
    happens(fresh, fact(ago(hours=2), "delivered"), now=ago(hours=2))
    unsent = alice.get(f"/orders/{fresh.pk}/").context["unsent"]
    stages = [row for row in unsent if str(row.what).startswith(("First", "Second", "Third"))]
    assert [row.why for row in stages] == ["the parcel was delivered"] * 3
    page = page_of(alice, fresh)
    assert all(f'id="{row.anchor[1:]}"' in page for row in unsent if row.anchor.startswith(("#event", "#ended")))
    assert "Why the buyer was not written to" in page


# --- money ------------------------------------------------------------------------------------------------------------
def test_the_money_is_in_one_list(alice: Client, fresh: Order) -> None:
    OrderItem.objects.filter(order=fresh).update(unit_cost=Decimal("2.50"), quantity=2)
    Order.objects.filter(pk=fresh.pk).update(total=Decimal("24.00"), currency="USD", refunded_amount=Decimal("4.00"))
    disputed(fresh, amount="20.00")
    lines = {str(line.name): line.amount for line in alice.get(f"/orders/{fresh.pk}/").context["money"]}
    assert lines == {
        "Total": Decimal("24.00"),
        "Cost of the goods": Decimal("5.00"),
        "Refunded": Decimal("4.00"),
        "Left": Decimal("15.00"),
        "At stake in disputes": Decimal("20.00"),
    }


def test_an_unknown_cost_is_left_out(alice: Client, fresh: Order) -> None:
    OrderItem.objects.filter(order=fresh).update(unit_cost=None)
    names = [str(line.name) for line in alice.get(f"/orders/{fresh.pk}/").context["money"]]
    assert "Cost of the goods" not in names


# --- notes ------------------------------------------------------------------------------------------------------------
def test_a_note_is_kept_beside_the_chain(bob: Client, alice: Client, fresh: Order) -> None:
    bob.post(f"/orders/{fresh.pk}/note/", {"text": "Maria called:\nshe moved"})
    page = page_of(alice, fresh)
    assert "Maria called:<br>she moved" in page
    assert "bob@example.com" in page
    event = fresh.timeline.get(type="note")
    assert (event.data, event.private.data) == ({}, {"text": "Maria called:\nshe moved"})
    fresh.refresh_from_db()
    assert verify_timeline(fresh) == ""


def test_a_note_is_taken_back(bob: Client, fresh: Order) -> None:
    answer = bob.post(f"/orders/{fresh.pk}/note/", {"text": "a slip"}, follow=True)
    (undo,) = [message.extra_tags for message in answer.context["messages"]]
    assert "Taken back." in bob.post(undo.split()[0], follow=True).content.decode()
    assert "a slip" not in bob.get(f"/orders/{fresh.pk}/").content.decode()


def test_an_empty_note_is_none(alice: Client, fresh: Order) -> None:
    assert "The note is empty." in alice.post(f"/orders/{fresh.pk}/note/", {"text": " "}, follow=True).content.decode()
    assert not fresh.timeline.filter(type="note").exists()


# --- stale pages ------------------------------------------------------------------------------------------------------
def seen(client: Client, order: Order) -> str:
    return str(client.get(f"/orders/{order.pk}/").context["seen"])


def test_a_button_of_a_page_that_is_behind_does_nothing_and_says_what_happened(
    alice: Client, bob: Client, fresh: Order
) -> None:
    stale = seen(alice, fresh)
    bob.post(f"/orders/{fresh.pk}/command/delivered/", {"source": "the buyer", "seen": seen(bob, fresh)})
    answer = alice.post(
        f"/orders/{fresh.pk}/command/refund_issued/", {"amount": "24.00", "confirmed": "1", "seen": stale}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The order has changed since you opened it: nothing was done" in page
    assert "Parcel delivered" in page
    assert 'value="24.00"' in page
    assert Order.objects.get(pk=fresh.pk).state == OrderState.DELIVERED


def test_pressed_again_it_is_done(alice: Client, fresh: Order) -> None:
    stale = seen(alice, fresh)
    happens(fresh, fact(ago(hours=1), "buyer_choice", choice="refund"), now=ago(hours=1))
    address, data = f"/orders/{fresh.pk}/command/refund_issued/", {"amount": "24.00", "confirmed": "1"}
    first = alice.post(address, data | {"seen": stale})
    assert first.status_code == 409
    alice.post(address, data | {"seen": first.context["seen"]})
    assert Order.objects.get(pk=fresh.pk).state == OrderState.REFUNDED


@pytest.mark.parametrize("what", ["a note", "the same state", "no stamp"])
def test_what_decides_nothing_holds_no_button_back(alice: Client, fresh: Order, what: str) -> None:
    stamp = {} if what == "no stamp" else {"seen": seen(alice, fresh)}
    if what == "a note":
        alice.post(f"/orders/{fresh.pk}/note/", {"text": "hello"})
    if what == "the same state":
        happens(fresh, tracking(ago(hours=3), "in_transit"), now=ago(hours=3))
    answer = alice.post(f"/orders/{fresh.pk}/command/delivered/", stamp)
    assert answer.status_code == 302
    assert Order.objects.get(pk=fresh.pk).state == OrderState.DELIVERED


# --- its cost ---------------------------------------------------------------------------------------------------------
def test_a_long_life_takes_no_more_queries(alice: Client, fresh: Order) -> None:
    counts = []
    happens(fresh, tracking(ago(hours=40), "in_transit"), now=ago(hours=40))  # what an order has none of is not asked
    for _look in range(2):
        page_of(alice, fresh)
        with CaptureQueriesContext(connection) as queries:
            page_of(alice, fresh)
        counts.append(len(queries))
        for hours in range(30, 0, -1):
            happens(fresh, tracking(ago(hours=hours), "in_transit", location=f"Hub {hours}"), now=ago(hours=hours))
    assert counts[0] == counts[1] <= 27
