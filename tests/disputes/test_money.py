"""The ledger of goodwill and compensation: what a delay is worth (R9), lines booked, paid and voided, sums."""

from decimal import Decimal
from typing import Any

import pytest

from disputes.case_refusals import CaseRefused
from disputes.case_terms import MoneyKind
from disputes.models import MoneyEntry
from disputes.services.money import (
    Total,
    book,
    days_late,
    delay_sum,
    in_store_currency,
    order_totals,
    pay,
    store_totals,
    void,
)
from orders.models import Order
from orders.policies import load_policy, override_policy
from tests.cast import at, paid, shipped
from tests.disputes.cases import order_of

pytestmark = pytest.mark.django_db
WHO: dict[str, Any] = {"now": at("05-05 12:00"), "actor": "test"}


@pytest.fixture
def order() -> Order:
    return order_of(paid(), shipped(), promised_days=None, promised_at=at("05-01 10:00"))


def booked(order: Order, amount: str, currency: str = "USD", kind: MoneyKind = MoneyKind.GOODWILL) -> MoneyEntry:
    return book(order.pk, kind, Decimal(amount), currency, **WHO)


@pytest.mark.parametrize(
    ("now", "days", "amount"),
    [
        ("05-01 10:00", 0, "0.00"),
        ("05-01 10:01", 1, "10.00"),
        ("05-02 10:00", 1, "10.00"),
        ("05-04 11:00", 4, "40.00"),
        ("06-01 10:00", 31, "50.00"),
    ],
)
def test_each_begun_day_after_the_promise_is_worth_the_daily_amount_up_to_the_cap(
    order: Order, now: str, days: int, amount: str
) -> None:
    policy = override_policy(load_policy("taobao-cn", 2), {"R9": {"cap": 50}})
    assert days_late(order, policy, now=at(now)) == days
    computed = delay_sum(order, policy, now=at(now))
    assert computed is not None
    assert (computed.amount, computed.currency) == (Decimal(amount), "CNY")


def test_an_order_that_arrived_is_late_no_longer(order: Order) -> None:
    order.delivered_at = at("05-03 09:00")
    policy = load_policy("taobao-cn", 2)
    assert days_late(order, policy, now=at("06-01 00:00")) == 2
    assert delay_sum(order, load_policy("aliexpress-br", 2), now=at("06-01 00:00")) is None  # R9 is off


def test_a_line_is_booked_then_paid_and_stays(order: Order) -> None:
    entry = booked(order, "5.00")
    assert pay(entry.pk, **WHO).paid_at == WHO["now"]
    for again in (lambda: pay(entry.pk, **WHO), lambda: void(entry.pk, "wrong", **WHO)):
        with pytest.raises(CaseRefused, match="paid"):
            again()
    assert list(order.timeline.filter(type__startswith="money").values_list("type", "rule")) == [
        ("money_booked", "R7"),
        ("money_paid", "R7"),
    ]


def test_a_wrong_line_is_struck_out_with_the_reason(order: Order) -> None:
    entry = booked(order, "5.00")
    with pytest.raises(CaseRefused, match="say why"):
        void(entry.pk, " ", **WHO)
    void(entry.pk, "twice", **WHO)
    assert order_totals(order) == []
    assert (MoneyEntry.objects.get().amount, MoneyEntry.objects.get().reason) == (Decimal(5), "twice")


@pytest.mark.parametrize(("amount", "currency"), [("0", "USD"), ("-1", "USD"), ("1", "")])
def test_a_line_has_an_amount_and_a_currency(order: Order, amount: str, currency: str) -> None:
    with pytest.raises(CaseRefused):
        booked(order, amount, currency)


def test_lines_add_up_by_kind_and_currency(order: Order) -> None:
    pay(booked(order, "5.00").pk, **WHO)
    booked(order, "1.50")
    booked(order, "10", "CNY", MoneyKind.DELAY)
    totals = [
        Total(MoneyKind.GOODWILL, "USD", Decimal("6.50"), Decimal("5.00")),
        Total(MoneyKind.DELAY, "CNY", Decimal(10), Decimal(0)),
    ]
    assert order_totals(order) == totals
    of_store = store_totals(order.store, at("05-05 00:00"), at("05-06 00:00"))
    assert sorted(of_store, key=lambda total: total.currency) == sorted(totals, key=lambda total: total.currency)
    assert store_totals(order.store, at("05-06 00:00"), at("05-07 00:00")) == []


def test_a_sum_in_the_stores_currency_needs_every_rate(order: Order) -> None:
    booked(order, "10", "CNY", MoneyKind.DELAY)
    assert in_store_currency(order_totals(order), order.store) is None
    order.store.exchange_rates = {"CNY": "0.14"}
    assert in_store_currency(order_totals(order), order.store) == Decimal("1.40")


def test_a_case_of_another_order_is_refused(order: Order) -> None:
    with pytest.raises(CaseRefused, match="not one of this order"):
        book(order.pk, MoneyKind.FEE, Decimal(1), "USD", case_id=99, **WHO)
