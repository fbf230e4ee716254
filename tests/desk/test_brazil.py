"""What is told of Brazil beside an order: duty and tax, numbers, boletos."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from orders.boletos import read_boleto, typed_line, whole_digit
from orders.models import Order, Store
from tests.cast import paid, placed_order, shipped

LINE = "03399161407000001912815560010140411370000038936"


def page_of(client: Client, order: Order) -> str:
    return client.get(f"/orders/{order.pk}/").content.decode()


def with_buyer(order: Order, **values: Any) -> Order:
    for name, value in values.items():
        setattr(order.buyer, name, value)
    order.buyer.save()
    return order


def check(client: Client, order: Order, line: str) -> str:
    answer = client.post(f"/orders/{order.pk}/boleto/", {"line": line})
    assert answer.status_code == 200
    return answer.content.decode()


# --- duty and tax -----------------------------------------------------------------------------------------------------
def test_duty_and_tax_stand_beside_the_order_with_their_terms(alice: Client, store: Store) -> None:
    order = with_buyer(placed_order(store, total=Decimal(100)), state="SP")
    page = page_of(alice, order)
    for told in ("US$68.67", "US$168.67", "60 % less US$20.00", "17 % of the price", "Rates since 1 Aug 2024"):
        assert told in page
    assert "collected by the platform at checkout" in page


def test_another_currency_is_estimated_by_the_stores_rate(alice: Client, store: Store) -> None:
    store.exchange_rates = {"BRL": "0.20"}
    store.save()
    page = page_of(alice, placed_order(store, total=Decimal(250), currency="BRL"))
    assert "R$250.00 ≈ US$50.00" in page
    assert "US$22.29 ≈ R$111.45" in page
    assert "The buyer's state is not known" in page


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"currency": "BRL"}, "no exchange rate from BRL to USD"),
        ({"total": Decimal(3001)}, "Above the simplified regime"),
    ],
)
def test_without_an_estimate_the_block_says_why(alice: Client, store: Store, values: dict[str, Any], told: str) -> None:
    assert told in page_of(alice, placed_order(store, **({"total": Decimal(50)} | values)))


def test_a_buyer_elsewhere_has_no_estimate(alice: Client, placed: Order) -> None:
    assert "Duty and tax, estimated" not in page_of(alice, with_buyer(placed, country="PT"))


def test_the_form_that_ships_says_what_the_declared_value_costs(alice: Client, store: Store) -> None:
    order = placed_order(store, paid(), total=Decimal(50))
    assert "Duty and tax of it: normally US$22.29." in page_of(alice, order)


# --- numbers ----------------------------------------------------------------------------------------------------------
def test_a_parcels_number_tells_where_it_is_from(alice: Client, underway: Order) -> None:
    assert "tracked small packet, China" in page_of(alice, underway)


def test_a_mistyped_number_is_warned_of_before_it_ships_and_on_the_page(alice: Client, store: Store) -> None:
    order = placed_order(store, paid())
    number = {"carrier": "China Post", "tracking_number": "LX123456784CN"}
    answers = [
        alice.post(f"/orders/{order.pk}/command/shipped/", given, follow=True).content.decode()
        for given in (number, number | {"sure_of": "LX123456784CN"})
    ]
    assert all("The check digit does not fit. Compare the number with the label." in answer for answer in answers)
    assert order.shipments.get().tracking_number == "LX123456784CN"


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("52998224725", "CPF, a person&#x27;s number"),
        ("12ABC34501DE35", "CNPJ, a company&#x27;s number"),
        ("11111111111", "Not valid: A number of equal digits belongs to nobody."),
        ("52998224726", "Not valid: The check digits do not fit."),
        ("123", "Not valid: A CPF has 11 digits, a CNPJ 14 characters."),
    ],
)
def test_a_tax_number_says_its_kind_or_why_it_is_none(alice: Client, placed: Order, number: str, told: str) -> None:
    assert told in page_of(alice, with_buyer(placed, tax_id=number))


# --- boletos ----------------------------------------------------------------------------------------------------------
def test_a_sound_line_says_when_it_is_due_and_how_much(alice: Client, placed: Order) -> None:
    page = check(alice, placed, LINE)
    assert "The line holds." in page
    assert "9 Jul 2025" in page  # of the cycles of its due factor the one nearest to the order
    assert "R$389.36" in page
    assert "Compare it with the order's total: US$24.00." in page


def test_a_due_date_on_which_banks_do_not_work_moves_on(alice: Client, placed: Order) -> None:
    assert "No banking day: it can be paid until 17 Nov 2025." in check(alice, placed, line_due("1266"))


@pytest.mark.parametrize(("total", "told"), [("389.36", "It is the order's total."), ("9.00", "total is R$9.00")])
def test_the_amount_is_compared_with_the_orders(alice: Client, store: Store, total: str, told: str) -> None:
    order = placed_order(store, total=Decimal(total), currency="BRL")
    assert told in check(alice, order, LINE)


def test_a_mistyped_line_says_which_field(alice: Client, placed: Order) -> None:
    page = check(alice, placed, f"1{LINE[1:]}")
    assert "Field 1 (digits 1 to 10) is mistyped." in page
    assert "Field 2" not in page


def test_the_form_stands_only_beside_orders_that_wait_for_money(alice: Client, placed: Order, store: Store) -> None:
    assert "Check a boleto" in page_of(alice, placed)
    assert "Check a boleto" not in page_of(alice, placed_order(store, paid(), shipped(), number="802"))
    assert "Check a boleto" not in page_of(alice, with_buyer(placed, country="PT"))


def line_due(factor: str) -> str:
    """The line of the tests with another due factor."""
    barcode = read_boleto(LINE, near=date(2000, 11, 1)).barcode
    changed = f"{barcode[:5]}{factor}{barcode[9:]}"
    return typed_line(f"{changed[:4]}{whole_digit(changed)}{changed[5:]}")
