"""The register of buyers who ask where their parcels are: who waits longest for somebody to look comes first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Coalesce

from desk.access import Reader
from desk.row_ids import read_id
from desk.selectors.today import MINE, NOBODYS
from disputes.models import Chase
from orders.models import Order, Shipment
from orders.models.orders import OrderPart

PAGE = 40
MOST_COUNTED = 1000
STILL = ["3", "7", "14", "30"]  # days without a move
CARRIER_STATES = ("unasked", "asked", "answered")


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; `after` is the id of the last chase of the page before."""

    store: str = ""
    who: str = ""
    carrier: str = ""
    asked: str = ""
    still: str = ""
    state: str = ""
    after: str = ""

    def __bool__(self) -> bool:
        return bool(self.store or self.who or self.carrier or self.asked or self.still or self.state)

    @property
    def is_closed(self) -> bool:
        """Whether the settled ones are asked for, the latest first."""
        return self.state == "closed"


@dataclass(frozen=True)
class Row:
    """A chase with its parcel, and since when (UTC) nothing has moved."""

    chase: Chase
    parcel: Shipment | None
    moved_at: datetime | None
    still: int | None  # whole days since the last move
    is_workable: bool

    @property
    def order(self) -> Order:
        """The order that is asked for."""
        order: Order = self.chase.order
        return order


@dataclass(frozen=True)
class Page:
    """A page of the register; `more` is where the next one begins."""

    rows: list[Row] = field(default_factory=list)
    more: str = ""


def list_chases(reader: Reader, filters: Filters, *, now: datetime) -> Page:
    """A page of the chases that match."""
    rows = _filtered(reader, filters, now=now)
    key = "closed_at" if filters.is_closed else "next_at"
    if filters.after and (last := Chase.objects.for_member(reader.user).filter(pk=read_id(filters.after)).first()):
        beyond, instant = "lt" if filters.is_closed else "gt", getattr(last, key)
        rows = rows.filter(Q(**{f"{key}__{beyond}": instant}) | Q(**{key: instant, f"pk__{beyond}": last.pk}))
    order = ("-closed_at", "-pk") if filters.is_closed else ("next_at", "pk")
    related = rows.select_related("order__buyer", "order__store", "owner")
    found: list[Chase] = list(related.order_by(*order)[: PAGE + 1])
    more = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return Page(_rows(reader, found[:PAGE], now), more)


def _rows(reader: Reader, found: Sequence[Chase], now: datetime) -> list[Row]:
    parcels: dict[int, Shipment] = {}
    for parcel in Shipment.objects.filter(order__in=[chase.order_id for chase in found]):
        parcels[parcel.order_id] = parcel
    return [_row(reader, chase, parcels.get(chase.order_id), now) for chase in found]


def _row(reader: Reader, chase: Chase, parcel: Shipment | None, now: datetime) -> Row:
    moved_at = chase.order.last_tracking_at or chase.order.shipped_at
    still = max((now - moved_at).days, 0) if moved_at else None
    return Row(chase, parcel, moved_at, still, reader.works_in(chase.order.store_id))


def count_carriers(reader: Reader, filters: Filters, *, now: datetime) -> list[tuple[str, int]]:
    """How many open chases each carrier has, the most first."""
    asked = Filters(filters.store, filters.who, "", filters.asked, filters.still)
    orders = list(_filtered(reader, asked, now=now).values_list("order", flat=True)[:MOST_COUNTED])
    carriers = dict(Shipment.objects.filter(order__in=orders).values_list("order", "carrier"))
    return Counter(carrier for carrier in carriers.values() if carrier).most_common()


def _filtered(reader: Reader, filters: Filters, *, now: datetime) -> OrderPart:
    stores = [store.pk for store in reader.stores if filters.store in ("", store.slug)]
    rows: OrderPart = Chase.objects.filter(order__store__in=stores, closed_at__isnull=not filters.is_closed)
    if filters.carrier:
        rows = rows.filter(order__in=Shipment.objects.filter(carrier=filters.carrier).values("order"))
    if filters.asked in CARRIER_STATES:
        is_asked, is_answered = filters.asked != "unasked", filters.asked == "answered"
        rows = rows.filter(carrier_asked_at__isnull=not is_asked, carrier_answered_at__isnull=not is_answered)
    if filters.still in STILL:
        since = now - timedelta(days=int(filters.still))
        rows = rows.annotate(moved_at=Coalesce("order__last_tracking_at", "order__shipped_at")).filter(
            moved_at__lte=since
        )
    if filters.who == NOBODYS:
        return rows.filter(owner=None)
    who = reader.user.pk if filters.who == MINE else read_id(filters.who)
    return rows.filter(owner=who) if who else rows
