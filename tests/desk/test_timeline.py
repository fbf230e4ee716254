"""What an order's picture says of the dates to come."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from desk import clocks
from desk.selectors.timeline import future
from orders.models import Milestone, Order, Store


@pytest.mark.parametrize(("year", "provisional"), [(2026, False), (2027, True)])
@pytest.mark.parametrize(("kind", "rule", "counts"), [("first_scan", "S5", True), ("contact_30", "C1", False)])
def test_a_date_on_a_calendar_that_is_not_published_yet_is_provisional(
    year: int, provisional: bool, kind: str, rule: str, counts: bool
) -> None:
    order = Order(store=Store(policy_name="aliexpress-br"), policy_version=1)
    due = Milestone(order=order, kind=kind, rule=rule, due_at=datetime(year, 3, 2, tzinfo=UTC))
    (entry,) = future(order, [due], [])
    assert entry.is_provisional is (provisional and counts)


def test_a_days_year_is_that_of_the_readers_clock() -> None:
    eve = datetime(2026, 1, 1, 2, 30, tzinfo=UTC)  # still New Year's Eve in São Paulo
    half_a_year_later, the_day_before = datetime(2026, 6, 15, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC)
    with timezone.override("America/Sao_Paulo"):
        assert clocks.format_day(eve, now=half_a_year_later) == "31 Dec 2025"
        assert clocks.format_day(eve, now=the_day_before) == "31 Dec"
