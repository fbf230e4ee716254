"""The orders that an address asks for, as rows of a spreadsheet: batch by batch, whatever their number."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from desk.access import Reader
from desk.selectors.order_filters import Filters, filtered_orders
from desk.selectors.orders import LATEST_FIRST, next_dates
from desk.words import TRACKING, milestone_label, state_label
from orders.models import Order, OrderItem, Shipment

BATCH = 500


def export_header() -> list[str]:
    """The columns, in the reader's language."""
    return [
        _("Order"), _("Placed"), _("Store"), _("State"), _("Buyer"), _("Country"), _("Region"), _("Payment"),
        _("Total"), _("Currency"), _("Items"), _("Shipped"), _("Tracking number"), _("Tracking"), _("Delivered"),
        _("Next date"), _("What falls due"),
    ]  # fmt: skip


def export_rows(reader: Reader, filters: Filters, *, now: datetime) -> Iterator[list[object]]:
    """Every order that matches, the newest first; instants on the reader's clock."""
    orders = filtered_orders(reader, filters, now=now).select_related("buyer", "store").order_by(*LATEST_FIRST)
    batch = list(orders[:BATCH])
    while batch:
        yield from _rows(batch, reader.zone)
        last = batch[-1]
        older = Q(placed_at__lt=last.placed_at) | Q(placed_at=last.placed_at, pk__lt=last.pk)
        batch = list(orders.filter(older, placed_at__lte=last.placed_at)[:BATCH]) if len(batch) == BATCH else []


def _rows(orders: Sequence[Order], zone: ZoneInfo) -> Iterator[list[object]]:
    titles, numbers = defaultdict(list), defaultdict(list)
    for order_id, title in OrderItem.objects.filter(order__in=orders).values_list("order_id", "title"):
        titles[order_id].append(title)
    for order_id, number in Shipment.objects.filter(order__in=orders).values_list("order_id", "tracking_number"):
        numbers[order_id].append(number)
    dates = next_dates([order.pk for order in orders])

    def clock(instant: datetime | None) -> str:
        return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}" if instant else ""

    for order in orders:
        date = dates.get(order.pk)
        yield [
            order.order_number, clock(order.placed_at), order.store.name, state_label(order.state, order.policy),
            order.buyer.name, order.buyer.country, order.buyer.state, order.payment_method,
            order.total, order.currency, "; ".join(titles[order.pk]), clock(order.shipped_at),
            "; ".join(numbers[order.pk]), str(TRACKING.get(order.tracking_status, "")), clock(order.delivered_at),
            clock(date.due_at) if date else "", milestone_label(date.kind, order.policy) if date else "",
        ]  # fmt: skip
