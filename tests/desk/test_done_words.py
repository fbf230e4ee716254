"""After a press the desk says what is so now: the new date or amount, and what comes next."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from desk.done_words import told_result
from disputes.models import ActionItem, ActionKind
from orders.events import EventType
from orders.models import Order, Store
from tests.cast import paid, placed_order, shipped
from tests.desk.conftest import open_item


@pytest.fixture
def order(store: Store) -> Order:
    """On its way since a moment ago."""
    now = f"{timezone.now():%Y-%m-%d %H:%M}"
    return placed_order(store, paid(now), shipped(now), now=now, placed_at=timezone.now(), total=Decimal("24.00"))


def press(client: Client, item: ActionItem, **data: Any) -> str:
    answer = client.post(f"/actions/{item.pk}/", {"do": "event"} | data, headers={"HX-Request": "true"})
    return str(answer.content.decode())


def test_a_parcel_that_left_is_named_with_what_comes_next(alice: Client, store: Store) -> None:
    order = placed_order(store, paid())
    page = press(alice, open_item(order, ActionKind.SHIP), tracking_number="LX123456785CN")
    assert "The parcel LX123456785CN is on its way. Next: First scan by the carrier is due, " in page
    assert "undo" not in page.lower()


def test_it_says_that_the_number_is_still_to_come_when_none_was_entered(alice: Client, store: Store) -> None:
    page = press(alice, open_item(placed_order(store, paid()), ActionKind.SHIP))
    assert "without a tracking number: enter it as soon as you have it" in page


def test_a_longer_receipt_time_is_told_with_its_new_end(alice: Client, order: Order) -> None:
    page = press(alice, open_item(order, ActionKind.EXTEND_RECEIPT_TIME), days="10")
    end = Order.objects.get(pk=order.pk).protection_ends_at
    assert end is not None
    assert "The buyer&#x27;s protection now ends on " in page
    assert f"{timezone.localtime(end, alice.get('/').wsgi_request.reader.zone):%H:%M}" in page  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"choice": "wait"}, "The buyer waits. Next: "),
        ({"choice": "refund"}, "The buyer gets $24.00 back: refund it by "),
        (
            {"choice": "partial_refund", "amount": "5", "confirmed": "1"},
            "The buyer gets $5.00 back and keeps the goods",
        ),
    ],
)
def test_what_the_buyer_chose_is_told_with_what_follows(
    alice: Client, order: Order, given: dict[str, str], told: str
) -> None:
    assert told in press(alice, open_item(order, ActionKind.RECORD_CHOICE), **given).replace("US$", "$")


@pytest.mark.parametrize("choice", ["refund", "partial_refund"])
def test_a_cases_refund_is_not_told_as_the_choices_own(alice: Client, order: Order, choice: str) -> None:
    """Nor does a buyer wait who has had all his money back."""
    open_item(order, ActionKind.REFUND, subject="case:1", data={"amount": "7.00"})
    Order.objects.filter(pk=order.pk).update(buyer_choice=choice)
    told = told_result(order.pk, EventType.BUYER_CHOICE, now=timezone.now())
    assert "7.00" not in told
    assert "waits" not in told


def test_the_orders_page_says_it_as_well(alice: Client, order: Order) -> None:
    data = {"amount": "5.00", "confirmed": "1"}
    page = alice.post(f"/orders/{order.pk}/command/refund_issued/", data, follow=True).content.decode()
    assert "5.00 of $24.00 went back to the buyer." in page.replace("US$", "$")


@pytest.mark.parametrize("days", ["-3", "0"])
def test_days_that_shorten_are_refused_with_a_sentence(alice: Client, order: Order, days: str) -> None:
    page = press(alice, open_item(order, ActionKind.EXTEND_RECEIPT_TIME), days=days)
    assert "The receipt time only gets longer: enter 1 day or more." in page
