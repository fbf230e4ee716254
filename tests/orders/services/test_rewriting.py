"""Many rows written back in one go: each its own values, and none that somebody else wrote meanwhile."""

from decimal import Decimal

import pytest
from django.db import DataError, transaction

from orders.models import Order
from orders.services.rewriting import ChangedMeanwhile, rewrite, stored_values
from tests.cast import alices_store, at, placed_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders(db: None) -> list[Order]:
    store = alices_store()
    made = [placed_order(store, number=f"8{number}").pk for number in range(3)]
    return list(Order.objects.filter(pk__in=made).order_by("pk"))


def test_each_row_gets_its_own_values_when_several_are_written(orders: list[Order]) -> None:
    stored = [stored_values(order) for order in orders]
    given = [(None, Decimal("1.50"), "a%s"), (at("03-05 12:00"), Decimal(2), "b"), (at("03-06 12:00"), Decimal(3), "c")]
    for order, values in zip(orders, given, strict=True):
        order.ship_by, order.total, order.tracking_location = values
    orders[0].ship_by = None
    rewrite(zip(orders, stored, strict=True), guard="state")
    kept = Order.objects.filter(pk__in=[order.pk for order in orders]).order_by("pk")
    assert list(kept.values_list("ship_by", "total", "tracking_location")) == given


def test_nothing_passes_for_written_when_somebody_else_wrote_one_of_them(orders: list[Order]) -> None:
    stored = [stored_values(order) for order in orders]
    Order.objects.filter(pk=orders[1].pk).update(state="paid")
    for order in orders:
        order.mood = "upset"
    with pytest.raises(ChangedMeanwhile, match="1 of 3"), transaction.atomic():
        rewrite(zip(orders, stored, strict=True), guard="state")
    assert not Order.objects.filter(mood="upset").exists()


@pytest.mark.postgresql  # SQLite keeps texts of any length
def test_a_text_that_is_too_long_is_refused_and_not_cut_off(orders: list[Order]) -> None:
    stored = [stored_values(order) for order in orders]
    for order in orders:
        order.tracking_detail = "x" * 41
    with pytest.raises(DataError), transaction.atomic():
        rewrite(zip(orders, stored, strict=True), guard="state")
