"""Complaints about a carrier in a region, counted until it should be changed there (T11)."""

from datetime import timedelta
from typing import Any

import pytest

from disputes.services.complaints import carriers_to_change, complaining_orders, count_complaints
from orders.arrivals import Lane
from orders.models import Order, Store
from tests.cast import alices_store, at, fact, happens, paid, placed_order, shipped

FIRST = "04-20 10:00"
NOW = at("05-05 00:00")
LANE = Lane("china post", "BR", "SP")


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


def parcel(store: Store, number: int, *, state: str = "SP", carrier: str = "China Post") -> Order:
    buyer = {"email": f"b{number}@example.com", "state": state}
    return placed_order(store, paid(), shipped(carrier=carrier), number=f"80{number}", buyer=buyer)


def dispute(order: Order, when: str = FIRST, reason: str = "in_transit") -> None:
    happens(order, fact(when, "dispute_opened", reason=reason, amount="24.00"))


def deny(order: Order, when: str = FIRST) -> None:
    happens(order, fact(when, "receipt_denied"))


def counted(store: Store, now: Any = NOW) -> dict[Lane, int]:
    return {row.lane: len(row.orders) for row in count_complaints(store, now=now)}


def test_the_flag_is_raised_by_the_fifth_complaint_in_thirty_days(store: Store) -> None:
    orders = [parcel(store, number) for number in range(5)]
    for order in orders[:4]:
        dispute(order)
    assert (counted(store), carriers_to_change(store, now=NOW)) == ({LANE: 4}, [])
    deny(orders[4])
    (found,) = carriers_to_change(store, now=NOW)
    assert (found.lane, found.carrier, len(found.orders)) == (LANE, "China Post", 5)


def test_the_flag_falls_when_the_complaints_are_older_than_thirty_days(store: Store) -> None:
    for number in range(5):
        dispute(parcel(store, number))
    last = at(FIRST) + timedelta(days=30)
    assert carriers_to_change(store, now=last - timedelta(seconds=1))
    assert not carriers_to_change(store, now=last)


def test_an_order_complains_once_however_often_its_buyer_does(store: Store) -> None:
    order = parcel(store, 1)
    deny(order)
    dispute(order, "04-21 10:00", "signed_not_received")
    assert counted(store) == {LANE: 1}


def test_a_complaint_about_the_goods_is_not_the_carriers(store: Store) -> None:
    dispute(parcel(store, 1), reason="quality")
    assert counted(store) == {}


def test_carriers_and_regions_are_counted_apart(store: Store) -> None:
    dispute(parcel(store, 1, state="São Paulo"))
    dispute(parcel(store, 2, state="RJ"))
    dispute(parcel(store, 3, carrier="CHINA  POST"))
    dispute(parcel(store, 4, carrier="Yanwen"))
    assert counted(store) == {LANE: 2, Lane("china post", "BR", "RJ"): 1, Lane("yanwen", "BR", "SP"): 1}


def test_another_stores_complaints_are_not_counted(store: Store) -> None:
    dispute(parcel(alices_store("charlie"), 1))
    assert complaining_orders(store, now=NOW) == set()


def test_a_complaint_of_tomorrow_is_not_counted_yet(store: Store) -> None:
    dispute(parcel(store, 1))
    assert complaining_orders(store, now=at("04-20 09:00")) == set()
