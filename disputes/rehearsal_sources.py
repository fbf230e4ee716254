"""What a rehearsal plays through: the store's own orders with what happened to them, an order file, or a scenario."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from disputes.rehearsal_process import Played
from disputes.scenarios import load_scenario
from orders.events import Event, EventType, UnusableEvent, read_event
from orders.importing.orders_file import read_orders
from orders.models import Order, OrderItem, Shipment, Store, TimelineEvent
from orders.models.timeline import EventKind
from orders.records import BuyerRecord, ItemRecord, OrderRecord, RowError

SPAN = timedelta(days=90)
BATCH = 200
# What the order's own dates tell already.
DATED = {EventType.PAYMENT_CONFIRMED, EventType.SHIPPED, EventType.DELIVERED}
# What a date that fired or a rule did is no fact, and is found again by the rehearsal.
FACTS = [kind for kind in EventType if kind not in DATED]
REJECTED_KEPT = 1000


@dataclass
class Source:
    """Orders to play, how many there are, and the rows that could not be used; `is_one` for a scenario."""

    total: int
    orders: Iterable[Played]
    rejected: list[RowError] = field(default_factory=list)
    is_one: bool = False
    policy_name: str = ""
    until: datetime | None = None


def is_scenario(path: Path) -> bool:
    """A scenario is JSON, whatever the file is called: no order file starts with a brace."""
    with path.open("rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


def file_source(path: Path, *, timezone: str) -> Source:
    """The orders of a file, or the one of a scenario. Raises UnusableFile, and UnusableScenario."""
    if is_scenario(path):
        scenario = load_scenario(path, timezone=timezone)
        played = [(scenario.record, scenario.events)]
        return Source(1, played, is_one=True, policy_name=scenario.policy_name, until=scenario.until)
    rows = read_orders(path, timezone=timezone, max_bytes=settings.IMPORT_MAX_BYTES)
    source = Source(rows.rows_total, ())
    source.orders = _good(rows, source.rejected)
    return source


def _good(rows: Iterable[OrderRecord | RowError], rejected: list[RowError]) -> Iterator[Played]:
    for row in rows:
        if not isinstance(row, RowError):
            yield row, ()
        elif len(rejected) < REJECTED_KEPT:
            rejected.append(row)


def own_orders(store: Store, *, until: datetime) -> Source:
    """The store's orders that were placed in the 90 days before `until` (UTC), with what happened to them."""
    orders = Order.objects.filter(store=store, placed_at__gte=until - SPAN, placed_at__lte=until).order_by(
        "placed_at", "pk"
    )
    return Source(orders.count(), _play_again(orders))


def _play_again(orders: "QuerySet[Order]") -> Iterator[Played]:
    facts = TimelineEvent.objects.filter(kind__in=[EventKind.FACT, EventKind.COMMAND], type__in=FACTS).order_by(
        "sequence"
    )
    wanted = orders.select_related("buyer").prefetch_related(
        Prefetch("items", OrderItem.objects.order_by("position")),
        Prefetch("shipments", Shipment.objects.order_by("shipped_at", "pk")),
        Prefetch("timeline", facts, to_attr="told"),
    )
    for order in wanted.iterator(chunk_size=BATCH):
        yield record_of(order), list(_events(order))


def record_of(order: Order) -> OrderRecord:
    """What a file would say about the order; of the buyer only what rules look at."""
    buyer = order.buyer
    parcel = next(iter(order.shipments.all()), None)
    kept = ("placed_at", "paid_at", "shipped_at", "delivered_at", "promised_at", "promised_days", "currency", "total")
    return OrderRecord(
        order_number=order.order_number,
        carrier=parcel.carrier if parcel else "",
        tracking_number=parcel.tracking_number if parcel else "",
        shipping_service=order.shipping_service,
        ship_by=order.ship_by,
        payment_method=order.payment_method,
        buyer=BuyerRecord(
            name="B", email=buyer.email and "b@example.com", country=buyer.country, state=buyer.state,
            language=buyer.language, timezone=buyer.timezone, tax_id=buyer.tax_id,
        ),
        items=tuple(
            ItemRecord(row.sku, row.title, row.quantity, row.unit_price, row.unit_cost) for row in order.items.all()
        ),
        **{name: getattr(order, name) for name in kept},
    )  # fmt: skip


def _events(order: Order) -> Iterator[Event]:
    """What happened, as far as the timeline still tells it: words that stand beside it are left out."""
    told: list[TimelineEvent] = getattr(order, "told")  # noqa: B009  prefetched
    for row in told:
        said = {key: value for key, value in row.data.items() if isinstance(value, str | int | float | bool)}
        try:
            yield read_event({**said, "at": row.at.isoformat(), "type": row.type}, "event")
        except UnusableEvent:
            continue  # it has lost what the rehearsal would need to know
