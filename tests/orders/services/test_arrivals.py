"""Parcels counted by lane and outcome, and the estimates that a store learns from its own."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from orders.arrivals import Lane, ParcelOutcome, Span
from orders.models import ArrivalEstimate, Order, Store
from orders.services.arrivals import count_parcels, expected_span, learn_arrivals, learnt_span
from orders.tasks import learn_arrivals_of
from tests.cast import alices_store, at, fact, paid, placed_order, shipped, tracking

NOW = at("09-01 00:00")
SHIPPED = "03-05 10:00"


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


def parcel(store: Store, number: int, *events: dict[str, Any], **values: Any) -> Order:
    """An order that shipped on 5 March at 10:00."""
    carrier = values.pop("carrier", "China Post")
    sent = shipped(SHIPPED, carrier=carrier, tracking_number=f"LP{number:010}")
    return placed_order(store, paid(), sent, *events, number=f"80{number}", **values)


def arrived(days: float) -> dict[str, Any]:
    moment = at(SHIPPED) + timedelta(days=days)
    return fact(f"{moment:%Y-%m-%d %H:%M}", "delivered")


def outcomes(store: Store) -> Counter[ParcelOutcome]:
    return Counter(row.outcome for row in count_parcels(store, now=NOW) for _ in range(row.parcels))


@pytest.mark.parametrize(("days", "counted"), [(33.0, 33), (33.1, 34), (0.5, 1)])
def test_a_begun_day_counts_whole(store: Store, days: float, counted: int) -> None:
    parcel(store, 1, arrived(days))
    assert [row.days for row in count_parcels(store, now=NOW)] == [counted]


@pytest.mark.parametrize(
    ("events", "values", "outcome"),
    [
        ([arrived(60)], {}, ParcelOutcome.ON_TIME),
        ([arrived(60.1)], {}, ParcelOutcome.LATE),
        ([arrived(20)], {"promised_days": 10}, ParcelOutcome.LATE),
        ([arrived(70)], {"promised_at": at("06-01 00:00")}, ParcelOutcome.ON_TIME),
        ([], {}, ParcelOutcome.OVERDUE),
        ([], {"promised_days": 300}, ParcelOutcome.OPEN),
        ([tracking("04-01 10:00", "lost")], {}, ParcelOutcome.LOST),
        ([fact("05-10 10:00", "refund_issued", amount="24.00")], {}, ParcelOutcome.LOST),
        ([fact("05-10 10:00", "completed")], {}, ParcelOutcome.UNKNOWN),
    ],
)
def test_a_parcel_is_held_against_its_promise(
    store: Store, events: list[dict[str, Any]], values: dict[str, Any], outcome: ParcelOutcome
) -> None:
    parcel(store, 1, *events, **values)
    assert outcomes(store) == {outcome: 1}


def test_a_delivery_before_its_shipping_teaches_nothing(store: Store) -> None:
    parcel(store, 1, arrived(-3))
    assert [(row.days, row.outcome) for row in count_parcels(store, now=NOW)] == [(None, ParcelOutcome.ON_TIME)]


def test_a_parcel_without_a_carrier_counts_under_its_service(store: Store) -> None:
    parcel(store, 1, arrived(30), carrier="", shipping_service="postal")
    assert [row.lane for row in count_parcels(store, now=NOW)] == [Lane("postal", "BR")]


def test_a_store_counts_only_its_own_parcels(store: Store) -> None:
    parcel(alices_store("charlie"), 1, arrived(30))
    assert outcomes(store) == {}


def with_history(store: Store, parcels: int = 20) -> None:
    """Parcels to São Paulo that took 21, 22, 23 … days."""
    for number in range(parcels):
        order = parcel(store, number, arrived(number + 21), buyer={"email": f"b{number}@example.com", "state": "SP"})
        assert order.delivered_at


@pytest.mark.slow
def test_a_store_learns_what_its_own_parcels_took(store: Store) -> None:
    with_history(store)
    learn_arrivals_of(store.pk)
    learnt = {(row.carrier, row.country, row.state): row for row in ArrivalEstimate.objects.all()}
    assert set(learnt) == {("china post", "BR", "SP"), ("china post", "BR", ""), ("china post", "", "")}
    found = learnt["china post", "BR", "SP"]
    assert (found.parcels, found.earliest_days, found.median_days, found.latest_days) == (20, 22, 30, 38)


@pytest.mark.slow
def test_an_order_is_estimated_by_the_narrowest_lane_with_a_history(store: Store) -> None:
    with_history(store)
    learn_arrivals(store, now=NOW)
    to_rio = parcel(store, 90, buyer={"email": "rio@example.com", "state": "RJ"})
    assert learnt_span(to_rio, "CHINA POST") == Span(20, 22, 30, 38)
    assert learnt_span(to_rio, "Correios") is None
    assert expected_span(to_rio, "Correios") == Span(0, 15, 37, 60)


@pytest.mark.slow
def test_too_few_parcels_teach_nothing_and_old_lessons_go(store: Store) -> None:
    with_history(store)
    learn_arrivals(store, now=NOW)
    store.policy_overrides = {"T1": {"parcels": 21}}
    store.save()
    assert learn_arrivals(Store.objects.get(pk=store.pk), now=NOW) == 0
    assert not ArrivalEstimate.objects.exists()


@pytest.mark.postgresql
@pytest.mark.django_db
def test_the_percentiles_are_the_databases_own() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_disc(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY d) FROM generate_series(21, 40) d"
        )
        assert cursor.fetchone()[0] == [22, 30, 38]
