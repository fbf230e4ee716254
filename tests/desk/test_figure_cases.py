"""The figures of cases, reviews and compensation: right at the day's edge of each clock, told as they were counted."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from desk.access import Reader
from desk.selectors.figured import Figured, behind_figure
from disputes.causes import CauseGroup
from disputes.days import Days
from disputes.models import CaseParcel, Review
from disputes.services.asking import ask
from disputes.services.counting import Figure, count_orders
from orders.models import Order, Store, User
from tests.cast import paid, placed_order
from tests.desk.after_sale import case_row, money_row
from tests.desk.conftest import address

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def order_of(store: Store) -> Callable[[int], Order]:
    return lambda number: placed_order(store, paid(), number=f"80{number}")


def counted(store: Store, figure: Figure, days: Days) -> int:
    """What the figure counts, after looking that its address lists just as many."""
    now = timezone.now() + timedelta(days=400)
    found = count_orders(figure, ask(store, days, now=now))
    reader = Reader(User.objects.get(email=address("alice")))
    assert Order.objects.filter(behind_figure(Figured(figure, days).write(), reader, now)).count() == found
    return found


# Each clock with a day of it, how long that day is, and what its first hour is called.
DAYS = [
    ("Asia/Shanghai", date(2026, 5, 20), 24),
    ("America/Sao_Paulo", date(2026, 5, 20), 24),
    ("America/Los_Angeles", date(2026, 3, 8), 23),  # the clocks go forward
    ("America/Los_Angeles", date(2026, 11, 1), 25),  # and back
]


@pytest.mark.parametrize(("zone", "day", "hours"), DAYS)
def test_a_day_begins_and_ends_with_the_stores_own_clock(
    store: Store, order_of: Callable[[int], Order], enter: Any, zone: str, day: date, hours: int
) -> None:
    Store.objects.filter(pk=store.pk).update(timezone=zone)
    store.refresh_from_db()
    midnight = datetime.combine(day, datetime.min.time(), ZoneInfo(zone))
    start = datetime.fromtimestamp(midnight.timestamp(), ZoneInfo("UTC"))
    end = start + hours * HOUR
    for number, at in enumerate((start - SECOND, start, end - SECOND, end)):
        case_row(order_of(number), "wrong_item", opened_at=at)
        money_row(order_of(10 + number), booked_at=at)
    for figure in (Figure.CASES_OPENED, Figure.WRONG_SHIPMENTS, Figure.COMPENSATED):
        assert counted(store, figure, Days(day, day)) == 2
        assert counted(store, figure, Days(day - timedelta(days=1), day + timedelta(days=1))) == 4


TODAY = Days(date(2026, 5, 20), date(2026, 5, 20))
BEGAN = datetime(2026, 5, 20, 4, tzinfo=ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("kind", "in_time", "late", "target"),
    [
        ("refund_before_shipping", Figure.UNSHIPPED_IN_TIME, Figure.UNSHIPPED_LATE, 2 * HOUR),
        ("refund_after_shipping", Figure.SHIPPED_REFUND_IN_TIME, Figure.SHIPPED_REFUND_LATE, 24 * HOUR),
        ("return", Figure.RETURN_IN_TIME, Figure.RETURN_LATE, 48 * HOUR),
    ],
)
def test_a_refund_is_in_time_up_to_its_target_and_late_from_then_on(
    store: Store,
    order_of: Callable[[int], Order],
    enter: Any,
    kind: str,
    in_time: Figure,
    late: Figure,
    target: timedelta,
) -> None:
    ends = [target, target + SECOND, None]
    for number, took in enumerate(ends):
        case = case_row(order_of(number), kind, opened_at=BEGAN, settled_at=BEGAN + took if took else None)
        if kind == "return":
            CaseParcel.objects.create(case=case, order=case.order, way="back", arrived_at=BEGAN)
            case.opened_at = BEGAN - timedelta(days=9)  # on its way for long: that counts for nothing
            case.save()
    case_row(order_of(9), kind, opened_at=BEGAN, closed_at=BEGAN + HOUR)  # taken back by the buyer
    assert (counted(store, in_time, TODAY), counted(store, late, TODAY)) == (1, 2)


def test_a_return_that_has_not_arrived_is_neither_in_time_nor_late(
    store: Store, order_of: Callable[[int], Order], enter: Any
) -> None:
    case_row(order_of(1), "return", opened_at=BEGAN)
    assert counted(store, Figure.RETURN_IN_TIME, TODAY) == counted(store, Figure.RETURN_LATE, TODAY) == 0


def test_every_case_that_is_open_now_is_counted_whatever_its_target(
    store: Store, order_of: Callable[[int], Order], enter: Any
) -> None:
    case_row(order_of(1), "return", opened_at=BEGAN - timedelta(days=90))
    case_row(order_of(2), "refund_before_shipping", opened_at=timezone.now())
    case_row(order_of(3), "refund_before_shipping", opened_at=BEGAN, closed_at=BEGAN + HOUR)
    assert counted(store, Figure.CASES_OPEN, TODAY) == 2


def review(order: Order, **values: Any) -> None:
    said = {"store": order.store, "order": order, "source": "by_hand", "stars": 1, "received_at": BEGAN}
    Review.objects.create(key=order.order_number, reviewed_at=BEGAN, **said, **values)


def test_a_review_is_answered_in_time_by_the_clock_of_the_refusal(
    store: Store, order_of: Callable[[int], Order], enter: Any
) -> None:
    review(order_of(1), answered_at=BEGAN + 24 * HOUR)
    review(order_of(2), answered_at=BEGAN + 24 * HOUR + SECOND)
    review(order_of(3), declined_at=BEGAN + 50 * HOUR, answered_at=BEGAN + 74 * HOUR)
    review(order_of(4))
    good = order_of(5)
    Review.objects.create(
        store=store, order=good, source="file", stars=5, key="5", reviewed_at=BEGAN, received_at=BEGAN
    )
    assert counted(store, Figure.REVIEWED, TODAY) == 4
    assert counted(store, Figure.REVIEW_ANSWERED, TODAY) == 2


def test_the_page_and_the_file_tell_causes_durations_and_what_was_booked(
    alice: Client, store: Store, order_of: Callable[[int], Order]
) -> None:
    now = timezone.now()
    for number in range(5):
        values = {"opened_at": now - 5 * HOUR, "settled_at": now - 4 * HOUR, "cause": CauseGroup.LOGISTICS}
        case_row(order_of(number), **values)
    money_row(order_of(10), "7.50", booked_at=now - HOUR, currency=store.currency)
    voided = money_row(order_of(11), "99.00", booked_at=now - HOUR, currency=store.currency)
    type(voided).objects.filter(pk=voided.pk).update(voided_at=now)
    page = alice.get("/figures/?span=7").content.decode()
    assert "Refund before shipping: half within 1 hour." in page
    assert "After-sale cases, by cause" in page
    assert f"Compensation and goodwill booked, {store.currency}" in page
    assert "7.50" in page
    assert "99.00" not in page
    rows = list(csv.DictReader(io.StringIO(alice.get("/figures/export.csv?span=7").content.decode("utf-8-sig"))))
    causes = [row for row in rows if (row["figure"], row["reason"]) == ("cases_opened", "logistics")]
    assert [row["orders"] for row in causes] == ["5"]
