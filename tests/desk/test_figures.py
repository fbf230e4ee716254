"""The figures: each number leads to exactly the orders that it counts, and no share is said of too few cases."""

import csv
import html
import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from disputes.models import ActionItem, CaseParcel, FigureSheet, Review
from disputes.models.actions import ActionState
from disputes.services import figures as counting
from disputes.services.counting import Figure
from messaging.models import InboundMessage
from messaging.models.inbound import InboundChannel, Place
from orders.models import Milestone, Order, Store
from orders.models.milestones import MilestoneState
from orders.services import stores
from tests.cast import fact, happens, paid, placed_order, shipped, tracking
from tests.desk.after_sale import case_row, money_row
from tests.desk.disputing import ago

NUMBER = re.compile(r'href="(/orders/\?figure=[^"]+)"[^>]*>(?:<strong>|of |\d+ % \()?(\d+)')


def parcel(store: Store, number: int, *events: dict[str, Any], sent: float = 10, **values: Any) -> Order:
    """An order paid a day before its parcel left, so many days ago."""
    return placed_order(
        store,
        paid(ago(days=sent + values.pop("paid", 1.5))),
        shipped(ago(days=sent), carrier=values.pop("carrier", "China Post"), tracking_number=f"LP{number:010}"),
        *events,
        number=f"80{number}",
        now=ago(days=sent + 2),
        placed_at=timezone.now() - timedelta(days=sent + 2),
        buyer={"email": f"b{number}@example.com", "state": values.pop("state", "SP")},
        **({"total": Decimal("20.00")} | values),
    )


def disputed(order: Order, *events: dict[str, Any], days: float = 6, **claim: Any) -> Order:
    for event in (fact(ago(days=days), "dispute_opened", **({"reason": "in_transit"} | claim)), *events):
        happens(order, event, now=ago(days=days))
    return order


def verdict(outcome: str, **keys: Any) -> dict[str, Any]:
    return fact(ago(days=2), "verdict", outcome=outcome, **keys)


def letter(order: Order, *, days: float, answered_after: float | None) -> None:
    """What a buyer wrote so many days ago, answered so many hours after."""
    at = timezone.now() - timedelta(days=days)
    done = None if answered_after is None else at + timedelta(hours=answered_after)
    InboundMessage.objects.create(
        store=order.store, order=order, channel=InboundChannel.PASTED, place=Place.PLATFORM,
        received_at=at, recorded_at=at, answered_at=done,
    )  # fmt: skip


@pytest.fixture
def history(store: Store) -> Store:
    """Something of everything that is counted, in the last thirty days and in those before."""
    for number in range(6):
        scan = tracking(ago(days=9))
        parcel(store, number, scan, fact(ago(days=3), "delivered"), state="RJ" if number == 5 else "SP")
    late = parcel(store, 6, sent=70)
    happens(late, fact(ago(days=4), "delivered"), now=ago(days=70))
    parcel(store, 7, tracking(ago(days=37)), sent=40)
    parcel(store, 8, sent=12, paid=0.5)  # no scan to this day
    placed_order(
        store, paid(ago(days=9)), number="809", now=ago(days=10), placed_at=timezone.now() - timedelta(days=10)
    )
    disputed(parcel(store, 20), fact(ago(days=4), "platform_notice"), verdict("won"))
    disputed(parcel(store, 21), verdict("lost", amount="20.00"), reason="damaged")
    disputed(parcel(store, 22), verdict("settled", amount="5.00"), reason="damaged")
    disputed(parcel(store, 23, currency="BRL"), amount="30.00")
    disputed(parcel(store, 24, currency="USD"), amount="12.50", reason="")
    disputed(parcel(store, 25), verdict("lost"), fact(ago(days=1.5), "dispute_opened", reason="damaged"))
    silent = disputed(parcel(store, 26), verdict("lost"))
    silent.disputes.update(response_missed_at=timezone.now() - timedelta(days=3))
    for number, hours in ((0, 2), (1, 30), (2, None), (3, 5)):
        letter(Order.objects.get(order_number=f"80{number}"), days=5, answered_after=hours)
    _reviews(store)
    _extensions(store)
    _dates(store)
    _cases(store)
    return store


def _cases(store: Store) -> None:
    """One refund of each kind within its target and one later, a wrong item, and a line of the ledger."""
    began = timezone.now() - timedelta(days=3)
    for number, kind in enumerate(("refund_before_shipping", "refund_after_shipping", "return", "wrong_item")):
        for place, hours in ((number, 1), (20 + number, 60)):
            order = Order.objects.get(store=store, order_number=f"80{place}")
            case = case_row(order, kind, opened_at=began, settled_at=began + timedelta(hours=hours))
            CaseParcel.objects.create(case=case, order=order, way="back", arrived_at=began)
    money_row(Order.objects.get(store=store, order_number="800"), booked_at=began)


def _reviews(store: Store) -> None:
    reviewed = timezone.now() - timedelta(days=2)
    for number, answered_at in (("800", None), ("801", reviewed + timedelta(hours=3))):
        order = Order.objects.get(store=store, order_number=number)
        said = {"source": "by_hand", "stars": 1, "reviewed_at": reviewed, "received_at": reviewed}
        Review.objects.create(store=store, order=order, key=number, answered_at=answered_at, **said)


def _extensions(store: Store) -> None:
    due = timezone.now() - timedelta(days=3)
    done = {"state": ActionState.SETTLED, "reason": "receipt_extended", "closed_at": due - timedelta(days=1)}
    for number, values in (("807", done), ("808", {})):
        order = Order.objects.get(store=store, order_number=number)
        values = {"kind": "extend_receipt_time", "rule": "G1", "raised_at": due, "due_at": due} | values
        ActionItem.objects.create(order=order, **values)


def _dates(store: Store) -> None:
    fired = timezone.now() - timedelta(days=2)
    for number, late in (("800", 1), ("801", 90), ("802", 0)):
        order = Order.objects.get(store=store, order_number=number)
        Milestone.objects.create(
            order=order, kind="payment_reminder", sequence=9, rule="P3", state=MilestoneState.FIRED,
            due_at=fired - timedelta(minutes=late), next_attempt_at=fired, outcome_at=fired,
        )  # fmt: skip
    Milestone.objects.filter(order__order_number="807", kind="promise_end").update(state=MilestoneState.DEAD)


def page_of(client: Client, address: str = "/figures/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def listed(client: Client, address: str) -> set[str]:
    return set(re.findall(r"data-open[^>]*>(80\d+)<", page_of(client, address)))


def numbers(page: str) -> dict[str, int]:
    """Every number of the page by where it leads."""
    return {html.unescape(address): int(n) for address, n in NUMBER.findall(page)}


def count(store: Store, figure: Figure) -> int:
    found: int = FigureSheet.objects.get(store=store, span="30").data["counts"][figure]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("span", ["30", "year"])
def test_every_number_leads_to_exactly_the_orders_that_it_counts(alice: Client, history: Store, span: str) -> None:
    found = numbers(page_of(alice, f"/figures/?span={span}"))
    assert len(found) > 40
    assert {where: len(listed(alice, where)) for where in found} == found


def test_the_page_counts_what_happened(alice: Client, history: Store) -> None:
    page_of(alice)
    expected = {
        Figure.WROTE: 4, Figure.ANSWERED_IN_TIME: 2, Figure.KEPT_WAITING: 2, Figure.REVIEWED: 2,
        Figure.REVIEW_ANSWERED: 1,
        Figure.DELIVERED: 7, Figure.DELIVERED_IN_TIME: 6, Figure.DELIVERED_LATE: 1, Figure.SHIPPED_LATE: 1,
        Figure.DISPUTES_OPEN: 3, Figure.LOST_BY_DEFAULT: 1, Figure.EXTENDED_IN_TIME: 1, Figure.EXTENSION_MISSED: 1,
        Figure.DATES_LATE: 1, Figure.DATES_GIVEN_UP: 1,
    }  # fmt: skip
    assert {figure: count(history, figure) for figure in expected} == expected


def test_no_figure_is_empty_of_cases_here(alice: Client, history: Store) -> None:
    page_of(alice)
    assert [figure for figure in Figure if not count(history, figure)] == []


def test_a_share_is_said_of_five_cases_and_of_no_fewer(alice: Client, history: Store) -> None:
    page = page_of(alice)
    rows = re.findall(
        r'data-label="Ended well" class="number"><strong>(.*?)</strong><span class="sub">(?:<a [^>]*>)?of (\d+) case',
        page,
    )
    assert {int(cases) < 5 for share, cases in rows if share == "–"} == {True}
    assert "86 % of 7" in page  # six of seven were delivered within the promise


def test_money_without_an_exchange_rate_is_left_out_and_said(alice: Client, history: Store) -> None:
    page = page_of(alice)
    assert "without R$30.00: the store has no exchange rate for it" in page
    assert "US$32.50" in page  # 12.50, and 20.00 of a claim that names no amount


def test_the_time_before_is_counted_too(alice: Client, history: Store) -> None:
    page_of(alice)
    data = FigureSheet.objects.get(span="30").data
    assert (data["before"]["paid"], data["counts"]["paid"]) == (1, 15)


def test_another_store_is_not_counted(alice: Client, charlie: Client, history: Store) -> None:
    assert set(numbers(page_of(charlie)).values()) == {0}
    address = next(where for where, n in numbers(page_of(alice)).items() if n)
    assert listed(charlie, address) == set()


def test_figures_are_counted_once_an_hour_in_a_constant_number_of_queries(alice: Client, history: Store) -> None:
    page_of(alice)
    with CaptureQueriesContext(
        connection,
    ) as first:
        page_of(alice)
    parcel(history, 90)
    with CaptureQueriesContext(connection) as second:
        page = page_of(alice)
    assert len(first) == len(second) < 12
    assert FigureSheet.objects.get(span="30").data["counts"]["paid"] == 15
    assert "Count again" in page


def test_counting_again_counts_what_came_since(alice: Client, history: Store) -> None:
    page_of(alice)
    parcel(history, 90)
    assert alice.post("/figures/count/", {"span": "30"}).headers["Location"] == "/figures/?span=30&store="
    assert count(history, Figure.PAID) == 16


def test_a_large_store_is_counted_by_a_worker_while_the_page_waits(
    alice: Client, history: Store, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(stores, "SMALL", 3)
    settings.CELERY_TASK_ALWAYS_EAGER = False
    assert "The figures are being counted." in page_of(alice)
    counting.count_sheet(FigureSheet.objects.get(span="30").pk, now=timezone.now())
    again = alice.get("/figures/?span=30", headers={"HX-Request": "true"})
    assert again.headers["HX-Refresh"] == "true"
    assert len(numbers(page_of(alice))) > 60


def test_the_file_holds_the_same_numbers(alice: Client, history: Store) -> None:
    page_of(alice)
    rows = list(csv.DictReader(io.StringIO(alice.get("/figures/export.csv?span=30").content.decode("utf-8-sig"))))
    plain = {row["figure"]: int(row["orders"]) for row in rows if not row["reason"] and not row["carrier"]}
    assert plain == {figure: count(history, figure) for figure in Figure}
    assert {"disputes_closed", "complained"} <= {row["figure"] for row in rows if row["reason"] or row["carrier"]}


UNKNOWN = [
    "paid",
    "paid.2026-01-01",
    "nothing.2026-01-01.2026-01-02",
    "paid.2026-02-01.2026-01-01",
    "paid.1000-01-01.2026-01-01",
    "paid.x.y.z",
    "scanned_late.2020-01-01.2026-01-01",
]


def test_an_address_that_names_no_figure_lists_nothing(alice: Client, placed: Order) -> None:
    assert listed(alice, "/orders/") == {placed.order_number}
    assert [text for text in UNKNOWN if listed(alice, f"/orders/?figure={text}")] == []
