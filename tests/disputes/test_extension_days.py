"""How many days G1 suggests: past the expected arrival, learnt where the store has a history."""

import pytest

from disputes.extending import suggested_days
from orders.models import ArrivalEstimate, Order, Store
from orders.planning import protection_end
from orders.services.ledger import open_ledger
from tests.cast import after, alices_store, at, paid, placed_order, shipped

SHIPPED = "03-05 10:00"


@pytest.fixture
def order(db: None) -> Order:
    """Promised within 20 days: protected until day 35, and looked at on day 28."""
    store: Store = alices_store()
    return placed_order(store, paid(), shipped(SHIPPED), promised_days=20)


def learn(order: Order, latest: int) -> None:
    ArrivalEstimate.objects.create(
        store=order.store, carrier="china post", parcels=30, learnt_at=at(SHIPPED),
        earliest_days=10, median_days=20, latest_days=latest,
    )  # fmt: skip


def suggested(order: Order, day: int = 28) -> int:
    ledger = open_ledger(order.pk, now=at(after(SHIPPED, days=day)), actor="test")
    end = protection_end(ledger.order, ledger.policy)
    assert end is not None
    return suggested_days(ledger, end)


def test_without_a_history_the_tolerance_is_suggested_again(order: Order) -> None:
    assert suggested(order) == 28 + 15 + 15 - 35


@pytest.mark.parametrize(("latest", "days"), [(30, 15), (45, 45 + 15 - 35), (90, 90 + 15 - 35)])
def test_with_a_history_the_protection_outlasts_the_expected_arrival(order: Order, latest: int, days: int) -> None:
    learn(order, latest)
    assert suggested(order) == days


def test_a_history_that_is_over_says_nothing_more(order: Order) -> None:
    learn(order, 25)
    assert suggested(order) == 28 + 15 + 15 - 35
