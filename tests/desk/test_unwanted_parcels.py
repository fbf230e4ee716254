"""On the desk: a parcel that the buyer may not want is asked about once more, and a part of his money is named."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from disputes.models import ActionItem, ActionKind
from orders.models import Order, Store
from tests.cast import fact, paid, placed_order, shipped
from tests.desk.conftest import open_item
from tests.disputes.cases import opened

PARCEL = {"carrier": "Yanwen", "tracking_number": "LX123456785CN"}


@pytest.fixture
def unwanted(store: Store) -> Order:
    """Paid, not shipped: Maria wants her money back, and asks to cancel."""
    store.policy_version = 2
    store.save()
    order = placed_order(store, paid(), fact("03-04 10:00", "cancellation_requested"), total=Decimal("24.00"))
    opened(order, "refund_before_shipping", "03-04 11:00", buyer_reason="changed_mind")
    return order


def press(client: Client, item: ActionItem, **data: Any) -> str:
    answer = client.post(f"/actions/{item.pk}/", {"do": "event"} | data, headers={"HX-Request": "true"})
    return str(answer.content.decode())


def state(order: Order) -> str:
    return str(Order.objects.get(pk=order.pk).state)


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def test_the_card_names_what_the_buyer_wants_and_asks_once_more(alice: Client, unwanted: Order) -> None:
    item = open_item(unwanted, ActionKind.SHIP)
    page = alice.get("/").content.decode()
    assert "4 ×</strong> USB lamp" in page
    assert "The buyer asks to cancel the order" in page
    assert "The buyer wants his money back before it ships: case 1 is open" in page
    asked = press(alice, item, **PARCEL)
    assert "Are you sure?" in asked
    assert state(unwanted) == "paid"
    press(alice, item, **hidden(asked))
    assert state(unwanted) == "shipped"


def test_the_yes_counts_only_for_what_was_said(alice: Client, unwanted: Order) -> None:
    item = open_item(unwanted, ActionKind.SHIP)
    assert "Are you sure?" in press(alice, item, confirmed="1", despite="P8", **PARCEL)
    assert state(unwanted) == "paid"


def test_the_orders_page_asks_once_more_too(alice: Client, unwanted: Order) -> None:
    address = f"/orders/{unwanted.pk}/command/shipped/"
    asked = alice.post(address, PARCEL).content.decode()
    assert "The buyer asks to cancel the order" in asked
    assert alice.post(address, PARCEL | hidden(asked)).status_code == 302
    assert state(unwanted) == "shipped"


def test_an_order_that_nobody_takes_back_ships_at_once(alice: Client, store: Store) -> None:
    order = placed_order(store, paid())
    press(alice, open_item(order, ActionKind.SHIP), **PARCEL)
    assert state(order) == "shipped"


def test_an_arrival_is_not_offered_when_nothing_has_left(alice: Client, store: Store) -> None:
    order = placed_order(store, paid())
    page = alice.get(f"/orders/{order.pk}/").content.decode()
    assert f"/orders/{order.pk}/command/delivered/" not in page
    assert "The parcel has not left: ship it first." in page


# --- a part of his money (C2) -----------------------------------------------------------------------------------------
def test_a_part_of_the_money_is_named_confirmed_and_asked_for(alice: Client, store: Store) -> None:
    order = placed_order(store, paid(), shipped(), total=Decimal("24.00"))
    item = open_item(order, ActionKind.RECORD_CHOICE)
    asked = press(alice, item, choice="partial_refund", amount="5.00")
    assert "Are you sure?" in asked
    assert "5.00" in asked
    press(alice, item, **hidden(asked))
    page = alice.get(f"/orders/{order.pk}/").content.decode()
    assert "The buyer chose a partial refund" in page
    assert page.count('value="5.00"') == 2  # on the card, and where the refund can be recorded without it
    assert 'value="24.00"' not in page


@pytest.mark.parametrize("amount", ["", "0", "-1", "24.01", "five"])
def test_a_part_without_a_usable_amount_is_refused_with_a_sentence(alice: Client, store: Store, amount: str) -> None:
    order = placed_order(store, paid(), shipped(), total=Decimal("24.00"))
    page = press(alice, open_item(order, ActionKind.RECORD_CHOICE), choice="partial_refund", amount=amount)
    assert 'class="errorlist"' in page
    assert Order.objects.get(pk=order.pk).buyer_choice == ""


def test_a_refund_repeats_its_amount_where_it_asks_twice(alice: Client, underway: Order) -> None:
    assert "7.25" in re.sub(r"<input[^>]*>", "", press(alice, open_item(underway, ActionKind.REFUND), amount="7.25"))


def test_enter_in_the_amount_presses_the_part_and_nothing_else(alice: Client, store: Store) -> None:
    """A browser's Enter presses the form's first submit button."""
    order = placed_order(store, paid(), shipped(), total=Decimal("24.00"))
    open_item(order, ActionKind.RECORD_CHOICE)
    for address in ("/", f"/orders/{order.pk}/"):
        page = alice.get(address).content.decode()
        forms = [form for form in re.findall(r"<form.*?</form>", page, re.S) if 'name="choice"' in form]
        assert forms, address
        for form in forms:
            first = next(button for button in re.findall(r"<button[^>]*>", form) if 'type="button"' not in button)
            assert 'value="partial_refund"' in first
