"""What a buyer is told of the arrival: what such parcels normally take, never a promise (T1, M4)."""

from typing import Any

import pytest

from messaging.rendering import load_text, render
from messaging.values import order_values
from messaging.vocabulary import Language, Purpose
from messaging.wording import check_wording
from orders.models import ArrivalEstimate, Order, Store
from orders.services.ledger import open_ledger
from tests.cast import after, alices_store, at, paid, placed_order, shipped, tracking

SHIPPED = "03-05 10:00"


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


def learnt(store: Store, **lane: str) -> None:
    ArrivalEstimate.objects.create(
        store=store, parcels=40, earliest_days=18, median_days=25, latest_days=34, learnt_at=at(SHIPPED), **lane
    )


def told(order: Order, now: str = SHIPPED, language: Language = Language.EN, **given: Any) -> tuple[str, str]:
    """The window and the days."""
    values = order_values(open_ledger(order.pk, now=at(now), actor="test"), language, given)
    return values["expected_window"], values["arrival_estimate"]


def test_a_learnt_lane_is_told_in_dates_and_in_days(store: Store) -> None:
    learnt(store, carrier="china post", country="BR")
    order = placed_order(store, paid(), shipped())
    assert told(order) == (
        "normally between 23 March and 8 April",
        "normally between 18 and 34 days after shipping",
    )


def test_without_a_history_the_packs_words_are_told(store: Store) -> None:
    order = placed_order(store, paid(), shipped())
    assert told(order) == ("normally between 20 March and 4 May", "normally between 15 and 60 days after shipping")


def test_nobody_is_told_more_days_than_he_was_promised(store: Store) -> None:
    assert told(placed_order(store, promised_days=40))[1] == "normally between 15 and 40 days after shipping"
    assert told(placed_order(store, number="802", promised_days=10)) == ("", "")


def test_before_shipping_only_days_are_told(store: Store) -> None:
    assert told(placed_order(store)) == ("", "normally between 15 and 60 days after shipping")


def test_a_window_that_has_begun_is_told_from_today_on(store: Store) -> None:
    order = placed_order(store, paid(), shipped())
    assert told(order, after(SHIPPED, days=30))[0] == "normally between 4 April and 4 May"


@pytest.mark.parametrize(
    ("events", "now", "given"),
    [
        ([], after(SHIPPED, days=60), {}),
        ([tracking("03-20 10:00", "returning")], "03-21 10:00", {}),
        ([], "03-10 10:00", {"disruption_cause": "strike"}),
    ],
    ids=["over", "going back", "held up"],
)
def test_nothing_is_told_when_it_would_mislead(
    store: Store, events: list[dict[str, Any]], now: str, given: dict[str, Any]
) -> None:
    assert told(placed_order(store, paid(), shipped(), *events), now, **given) == ("", "")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("purpose", [Purpose.ORDER_RECEIVED, Purpose.SHIPPED, Purpose.CONTACT_30, Purpose.CONTACT_45])
def test_what_is_told_passes_the_wording_check(store: Store, language: Language, purpose: Purpose) -> None:
    learnt(store, carrier="china post")
    order = placed_order(store, paid(), shipped())
    values = order_values(open_ledger(order.pk, now=at(SHIPPED), actor="test"), language, {})
    rendered = render(load_text(purpose, language, "aliexpress-br"), values)
    said = values["arrival_estimate" if purpose is Purpose.ORDER_RECEIVED else "expected_window"]
    assert said in rendered.body
    for text in (f"{rendered.subject}\n\n{rendered.body}", values["arrival_estimate"], values["expected_window"]):
        assert check_wording(text, language) == []


def test_rendering_looks_at_the_history_once(store: Store, django_assert_num_queries: Any) -> None:
    learnt(store, carrier="china post")
    ledger = open_ledger(placed_order(store, paid(), shipped()).pk, now=at(SHIPPED), actor="test")
    order_values(ledger, Language.EN, {})
    before = ledger.order.store.learnt_spans
    with django_assert_num_queries(0):
        order_values(ledger, Language.PT_BR, {})
    assert ledger.order.store.learnt_spans is before
