"""Reading a store's orders from the platform: page by page, each order with its detail, through the door for files.

Pages are read from the last to the first. An order that changes meanwhile leaves the window, and those behind it move
into a page that is yet to be read; none is missed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from disputes.intake import Intake, Report
from disputes.platform_readings import Reading
from disputes.recording import take_in
from orders.events import Event, EventType
from orders.models import Order, PlatformAccount, PlatformLine
from orders.platform.gateway import Gateway
from orders.platform.interface import Capability, PlatformError, Trouble
from orders.platform.order_forms import (
    ORDER_DETAIL,
    ORDER_LIST,
    Page,
    PlatformOrder,
    Window,
    detail_question,
    list_question,
    order_number_of,
    read_order,
    read_page,
    windows,
)
from orders.platform.terms import order_terms
from orders.records import OrderRecord
from orders.services.ledger import open_ledger, save_ledgers
from orders.services.platform_capabilities import may_use

DOOR = "aliexpress"  # how the timeline names it
CHUNK = 10  # orders that are asked for before they are taken in, and counted as progress
# Of one order: the others go on.
OF_ONE = {Trouble.UNREADABLE, Trouble.REFUSED}


# --- the regular reading ----------------------------------------------------------------------------------------------
def read_orders(reading: Reading) -> None:
    """Everything that changed since the last reading. Raises PlatformError, and Unfinished where the time is over."""
    begin, end = reading.span()
    spans = windows(begin, end, is_finished=reading.name is Capability.FINISHED_ORDERS)
    while (place := reading.place("span")) < len(spans):
        _read_span(reading, spans[place])
        reading.keep(span=place + 1, page=None)


def _read_span(reading: Reading, span: Window) -> None:
    if reading.position.get("page") is None:
        first = _ask_page(reading.gateway, span, 1)
        reading.expect(first.total)
        reading.keep(page=first.pages, done=[])
    while (page := reading.place("page")) > 0:
        rows = _ask_page(reading.gateway, span, page).rows
        done = set(reading.position.get("done", []))
        fresh = list({number: row for row in rows if (number := order_number_of(row)) not in done}.values())
        for start in range(0, len(fresh), CHUNK):
            _take_rows(reading, fresh[start : start + CHUNK])
        reading.keep(page=page - 1, done=[])


def _ask_page(gateway: Gateway, span: Window, page: int) -> Page:
    return read_page(gateway.ask(ORDER_LIST, list_question(span, page)), "target_list")


def _take_rows(reading: Reading, rows: Sequence[dict[str, Any]]) -> None:
    """Take in what can be read before the time is over; raises Unfinished where that is not all."""
    reads_disputes = may_use(reading.account.store_id, Capability.ISSUES)
    found: list[PlatformOrder] = []
    reading.taken = []
    try:
        for row in rows:
            reading.check_time()
            if (order := _ask_order(reading, row, reads_disputes=reads_disputes)) is not None:
                found.append(order)
            reading.taken.append(order_number_of(row))
    finally:
        # What was asked for is taken in, also when the platform stops answering in the middle of a page.
        report = take_orders(reading.account, found, now=reading.clock())
        reading.count(len(reading.taken), new=report.created + report.updated)
        reading.keep(done=[*reading.position.get("done", []), *reading.taken])
        for rejected in report.rejected:
            reading.note_problem(f"order {rejected.value}: {rejected.error}")


def _ask_order(reading: Reading, row: dict[str, Any], *, reads_disputes: bool) -> PlatformOrder | None:
    number = order_number_of(row)
    try:
        detail = reading.gateway.ask(ORDER_DETAIL, detail_question(number))
        return read_order(detail, row, disputes_are_read=reads_disputes)
    except PlatformError as error:
        if error.trouble not in OF_ONE:
            raise
        reading.note_problem(f"order {number or '?'}: {error}")
        return None


def fetch_order(account: PlatformAccount, gateway: Gateway, number: str, *, now: datetime) -> Order | None:
    """One order that we do not know yet, asked for and taken in; None where it cannot be read. Raises PlatformError."""
    try:
        detail = gateway.ask(ORDER_DETAIL, detail_question(number))
        found = read_order(detail, {"order_id": number}, disputes_are_read=True)
    except PlatformError as error:
        if error.trouble not in OF_ONE:
            raise
        return None
    take_orders(account, [found], now=now)
    order: Order | None = Order.objects.filter(store=account.store_id, order_number=found.record.order_number).first()
    return order


# --- taking in --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Known:
    """What of an order's dates is known already: the platform tells what is left of a time, not when it ends."""

    ship_by: datetime | None = None
    protection_ends_at: datetime | None = None


def take_orders(account: PlatformAccount, found: Sequence[PlatformOrder], *, now: datetime) -> Report:
    """Take these orders in as an order file would; the report says what became of them. Raises OperationalError."""
    numbers = [order.record.order_number for order in found]
    if not numbers:
        return Report()
    mine = Order.objects.filter(store=account.store_id, order_number__in=numbers)
    known = {
        number: _Known(ship_by, ends_at)
        for number, ship_by, ends_at in mine.values_list("order_number", "ship_by", "protection_ends_at")
    }
    records = [_with_ends(order, known.get(order.record.order_number, _Known()), now) for order in found]
    report = Intake(account.store, now, DOOR).import_records(records)
    ids = dict(mine.values_list("order_number", "pk"))
    _keep_lines(account, found, ids)
    for order in found:
        if (pk := ids.get(order.record.order_number)) is not None:
            _record_more(pk, order, now)
    return report


def _with_ends(order: PlatformOrder, known: _Known, now: datetime) -> OrderRecord:
    """The record with the date behind what is left of its time."""
    if order.left is None:
        return order.record
    end = (now + order.left).replace(second=0, microsecond=0)
    if order.status in order_terms().waiting:
        return replace(order.record, ship_by=_moved(known.ship_by, end))
    if order.status in order_terms().receiving:
        return replace(order.record, protection_ends_at=_moved(known.protection_ends_at, end))
    return order.record


def _moved(before: datetime | None, end: datetime) -> datetime:
    """One that hardly moved stays as it was."""
    return before if before is not None and abs(end - before) < order_terms().same_end else end


def _keep_lines(account: PlatformAccount, found: Iterable[PlatformOrder], ids: dict[str, int]) -> None:
    """Remember which line the platform means by the number of a child."""
    lines = {
        child: PlatformLine(
            account=account, order_id=ids[order.record.order_number], child_number=child, position=position
        )
        for order in found
        if order.record.order_number in ids
        for position, child in enumerate(order.children, start=1)
        if child
    }
    PlatformLine.objects.bulk_create(
        list(lines.values()),
        update_conflicts=True,
        unique_fields=["account", "child_number"],
        update_fields=["order", "position"],
    )


def _record_more(order_id: int, order: PlatformOrder, now: datetime) -> None:
    """Record what a file cannot tell: further parcels, and how much went back when.

    Two workers may have read the same order in two lists: what is new of it is known only under the order's lock.
    """
    if not (order.more_parcels or order.refunded):
        return
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor=DOOR)
        if facts := _further_facts(order, ledger.order.refunded_amount):
            take_in(ledger, facts)
            save_ledgers([ledger])


def _further_facts(order: PlatformOrder, refunded: Decimal) -> list[Event]:
    """`refunded` is what is known to have gone back: what a person has entered already is that refund."""
    facts = [
        Event(EventType.SHIPPED, parcel.shipped_at, data={"carrier": parcel.carrier, "tracking_number": parcel.number})
        for parcel in order.more_parcels
    ]
    if order.refunded and order.refunded_at and order.refunded > refunded:
        facts.append(Event(EventType.REFUND_ISSUED, order.refunded_at, data={"amount": order.refunded - refunded}))
    return facts
