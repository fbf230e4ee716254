"""The list of orders: filtered, searched, a page at a time by key, with no count of the whole."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from desk.access import Reader
from desk.selectors.parcels import ParcelFilter, orders_with
from orders.lifecycle import UNDERWAY, OrderState
from orders.models import Milestone, Order, OrderItem, Shipment
from orders.models.milestones import MilestoneState

PAGE = 50
AT_RISK_STATES = [*UNDERWAY, OrderState.DISPUTED]


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; `after` is the id of the last order of the page before."""

    q: str = ""
    state: str = ""
    store: str = ""
    risk: str = ""
    after: str = ""
    parcel: ParcelFilter = field(default_factory=ParcelFilter)

    def __bool__(self) -> bool:
        return bool(self.q or self.state or self.store or self.risk or self.parcel)


@dataclass(frozen=True)
class Row:
    """An order and the next date that waits for it."""

    order: Order
    next_date: Milestone | None
    is_at_risk: bool


@dataclass(frozen=True)
class Page:
    """A page of orders; `more` is where the next one begins."""

    rows: list[Row]
    more: str


def list_orders(reader: Reader, filters: Filters, *, now: datetime) -> Page:
    """The newest orders that match, from the key on."""
    orders = _filtered(reader, filters, now)
    if filters.after.isdecimal() and (last := _last(reader, filters.after)):
        orders = orders.filter(Q(placed_at__lt=last.placed_at) | Q(placed_at=last.placed_at, pk__lt=last.pk))
    found = list(orders.select_related("buyer", "store").order_by("-placed_at", "-id")[: PAGE + 1])
    shown = found[:PAGE]
    dates = next_dates(shown)
    rows = [Row(order, dates.get(order.pk), is_at_risk(order, now)) for order in shown]
    return Page(rows, str(shown[-1].pk) if len(found) > PAGE else "")


def _last(reader: Reader, pk: str) -> Order | None:
    """The last order of the page before, though it may not match any more."""
    order: Order | None = Order.objects.for_member(reader.user).filter(pk=int(pk)).first()
    return order


def _filtered(reader: Reader, filters: Filters, now: datetime) -> QuerySet[Order]:
    orders: QuerySet[Order] = Order.objects.for_member(reader.user)
    if filters.store:
        orders = orders.filter(store__slug=filters.store)
    if filters.state in OrderState.values:
        orders = orders.filter(state=filters.state)
    if filters.risk:
        orders = orders.filter(_at_risk(reader, now))
    if filters.parcel:
        stores = [store for store in reader.stores if filters.store in ("", store.slug)]
        orders = orders.filter(orders_with(filters.parcel, stores, now=now))
    for word in filters.q.split()[:5]:
        orders = orders.filter(_matches(word))
    return orders


def _matches(word: str) -> Q:
    parcels = Shipment.objects.filter(order=OuterRef("pk"), tracking_number__icontains=word)
    items = OrderItem.objects.filter(order=OuterRef("pk"), title__icontains=word)
    own = Q(order_number__icontains=word) | Q(buyer__name__icontains=word) | Q(buyer__email__icontains=word)
    return own | Q(Exists(parcels)) | Q(Exists(items))


def _at_risk(reader: Reader, now: datetime) -> Q:
    """Rule C4 in every store that has it, by that store's own days."""
    risky = Q(pk__in=[])
    for store in reader.stores:
        policy = store.current_policy
        if policy.has("C4") and policy.has("C3"):
            risky |= Q(store=store, shipped_at__lte=now - policy.duration("C3"))
    return risky & Q(state__in=AT_RISK_STATES, delivered_at=None)


def is_at_risk(order: Order, now: datetime) -> bool:
    """Whether most complaints come now (C4): long shipped, not there, not solved."""
    policy = order.policy
    if not (policy.has("C4") and policy.has("C3") and order.shipped_at) or order.delivered_at:
        return False
    return order.state in AT_RISK_STATES and order.shipped_at <= now - policy.duration("C3")


def next_dates(orders: Sequence[Order]) -> dict[int, Milestone]:
    """Of each order the nearest date that waits."""
    pending = Milestone.objects.filter(order__in=orders, state=MilestoneState.PENDING).order_by("-due_at", "-id")
    return {milestone.order_id: milestone for milestone in pending}
