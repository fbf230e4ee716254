"""Parcel numbers at the doors: a wrong check digit is warned of, and a number that comes back finds its parcel."""

import pytest

from orders.models import Order, Store
from tests.cast import paid, placed_order, shipped
from tests.disputes.test_intake import Files, files, order, store

__all__ = ["files", "store"]

GOOD, MISTYPED, CAINIAO = "LX123456785CN", "LX123456784CN", "LP00123456789012"


def warned_rules(of: Order) -> list[str]:
    """The rules of which the timeline warns at the parcel's leaving."""
    return list(of.timeline.get(type="shipped").data.get("warnings", []))


def line(number: str, parcel: str, shipped_at: str = "2026-02-25T10:00Z") -> str:
    return f"{number},2025-01-01T12:00Z,2025-01-01T13:00Z,{shipped_at},,{parcel},Post,maria@example.com,M,24.00,USD"


def news(parcel: str, at: str, place: str) -> str:
    return f"{parcel},{at},in_transit,,{place},17track"


def test_an_order_file_warns_of_a_check_digit_that_does_not_fit(files: Files) -> None:
    report = files.orders(line("801", GOOD), line("802", MISTYPED), line("803", CAINIAO), line("804", ""))
    assert [(row["row"], row["rule"]) for row in report.warnings if row["rule"] == "S5"] == [(3, "S5")]
    assert "'LX123456784CN' does not fit" in report.warnings[-1]["message"]
    assert report.created == 4


def test_a_tracking_file_warns_once_of_each_odd_number(files: Files) -> None:
    files.orders(line("801", MISTYPED), line("802", GOOD))
    days = [news(number, f"2026-03-0{day}T00:00Z", "Beijing") for number in (MISTYPED, GOOD) for day in (1, 2, 3)]
    report = files.tracking(*days, news("R!", "2026-03-01T00:00Z", ""))
    assert [(row["row"], row["rule"]) for row in report.warnings] == [(2, "S5"), (8, "S5")]
    assert (report.created, [error.value for error in report.rejected]) == (6, ["R!"])


def test_a_parcel_that_ships_with_a_mistyped_number_ships_and_the_timeline_warns(store: Store) -> None:
    mistyped = placed_order(store, paid(), shipped(tracking_number=MISTYPED))
    assert "S5" in warned_rules(mistyped)
    assert mistyped.shipments.get().tracking_number == MISTYPED


def test_a_number_that_comes_back_is_the_youngest_parcels_that_had_left(files: Files) -> None:
    files.orders(line("801", GOOD, "2025-01-10T00:00Z"), line("802", GOOD, "2026-02-20T00:00Z"))
    files.tracking(
        news(GOOD, "2025-02-01T00:00Z", "Manaus"),
        news(GOOD, "2026-02-19T00:00Z", "Recife"),
        news(GOOD, "2026-02-21T00:00Z", "Beijing"),
    )
    assert [event.location for event in order("801").tracking_events.all()] == ["Manaus", "Recife"]
    assert [event.location for event in order("802").tracking_events.all()] == ["Beijing"]


def test_news_from_before_every_parcel_is_the_oldest_ones(files: Files) -> None:
    """A first scan may be dated a little before the seller declared the shipping."""
    files.orders(line("801", GOOD, "2025-01-10T00:00Z"), line("802", GOOD, "2026-02-20T00:00Z"))
    files.tracking(news(GOOD, "2025-01-09T00:00Z", "Yiwu"))
    assert order("801").tracking_events.count() == 1


def test_a_number_that_comes_back_stays_known(files: Files) -> None:
    files.orders(line("801", GOOD, "2025-01-10T00:00Z"), line("802", GOOD, "2026-02-20T00:00Z"))
    lines = [news(GOOD, "2025-02-01T00:00Z", "Manaus"), news(GOOD, "2026-02-21T00:00Z", "Beijing")]
    assert files.tracking(*lines).created == 2
    again = files.tracking(*lines)
    assert (again.created, again.unchanged) == (0, 2)


@pytest.mark.parametrize("number", [GOOD, CAINIAO, ""])
def test_a_sound_number_and_another_carriers_are_not_warned_of(store: Store, number: str) -> None:
    assert "S5" not in warned_rules(placed_order(store, paid(), shipped(tracking_number=number)))
