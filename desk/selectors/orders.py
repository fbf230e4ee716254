"""The list of orders: filtered, searched, a page at a time by key both ways, with no count of the whole.

What an address may ask for stands in `desk.selectors.order_filters`.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet

from desk.access import Reader
from desk.row_ids import read_id
from desk.selectors.order_filters import Filters, chosen_stores, filtered_orders, find_few, orders_of
from orders.models import Milestone, Order, Store
from orders.models.milestones import MilestoneState
from orders.policies import Policy
from orders.uniting import first_ids
from orders.weighing import as_in_memory

PAGE = 50
MOST_COUNTED = 1000
LOOKED_THROUGH = 300  # of the newest orders, for the ways of paying that are offered
LATEST_FIRST = ("-placed_at", "-pk")
EARLIEST_FIRST = ("placed_at", "pk")
# The filters that a store's own indexes serve.
INDEXED = {"state", "store", "risk", "payment", "from", "to", "cancellation", "queue"}


# What `Row` holds of an order and its buyer, in its order: fifty rows with all their columns would take twice the time.
SHOWN = (
    "order_number", "placed_at", "state", "state_since", "shipped_at", "delivered_at", "tracking_status",
    "tracking_location", "last_tracking_at", "total", "currency", "buyer__name", "buyer__country", "buyer__state",
)  # fmt: skip


class NextDate(NamedTuple):
    """A date of an order that waits, and its kind."""

    kind: str
    due_at: datetime


class Key(NamedTuple):
    """Where in the list an order stands."""

    placed_at: datetime
    pk: int


@dataclass(frozen=True, slots=True)
class Row:
    """What the list shows of an order, its rules, and the next date that waits for it."""

    pk: int
    store: Store
    policy: Policy
    next_date: NextDate | None
    order_number: str
    placed_at: datetime
    state: str
    state_since: datetime
    shipped_at: datetime | None
    delivered_at: datetime | None
    tracking_status: str
    tracking_location: str
    last_tracking_at: datetime | None
    total: Decimal | None
    currency: str
    buyer: str
    country: str
    region: str


@dataclass(frozen=True)
class Page:
    """A page of orders; `more` is where the older ones begin, `less` where the newer ones do."""

    rows: list[Row]
    more: str = ""
    less: str = ""

    @property
    def is_all(self) -> bool:
        """Whether these are all orders that match."""
        return not (self.more or self.less)


def list_orders(reader: Reader, filters: Filters, *, now: datetime) -> Page:
    """The newest orders that match, from the key on; or those just newer than a key."""
    key = _key_of(reader, filters.before or filters.after)
    is_back = bool(filters.before) and key is not None
    with as_in_memory() if filters.q else nullcontext():
        found = _find(reader, filters, key, EARLIEST_FIRST if is_back else LATEST_FIRST, now)
    ids = found[:PAGE][::-1] if is_back else found[:PAGE]
    rows = _rows(reader, ids)
    is_cut = len(found) > PAGE
    more, less = (bool(ids), is_cut) if is_back else (is_cut, key is not None and bool(ids))
    return Page(rows, str(ids[-1]) if more else "", str(ids[0]) if less else "")


def _rows(reader: Reader, ids: Sequence[int]) -> list[Row]:
    if not ids:
        return []
    stores = {store.pk: store for store in reader.stores}
    dates = next_dates(ids)
    rows = {}
    shown = Order.objects.filter(pk__in=ids).values_list("pk", "store", "policy_version", *SHOWN)
    for pk, store_id, version, *values in shown:
        store = stores[store_id]
        rows[pk] = Row(pk, store, store.policy_at(version), dates.get(pk), *values)
    return [rows[pk] for pk in ids if pk in rows]


def _find(reader: Reader, filters: Filters, key: Key | None, order: Sequence[str], now: datetime) -> list[int]:
    """The ids of the page's orders and one more."""
    beyond = _beyond(key, is_newest_first=order == LATEST_FIRST)
    stores = chosen_stores(reader, filters)
    few = find_few(filters, now=now)
    is_indexed = filters.given.keys() <= INDEXED
    if few is not None or ("queue" in filters.given and not is_indexed):
        # Sorted by what no index has: the few are found first, and sorted then.
        place = ExpressionWrapper(F("placed_at") + timedelta(0), DateTimeField())
        orders = orders_of(stores, reader, filters, now=now, few=few).filter(beyond).annotate(place=place)
        named = [name.replace("placed_at", "place") for name in order]
        return list(orders.order_by(*named).values_list("pk", flat=True)[: PAGE + 1])

    def rows_of(some: Sequence[Store]) -> QuerySet[Order]:
        return orders_of(some, reader, filters, now=now).filter(beyond)

    if is_indexed:
        return first_ids(rows_of, stores, order, PAGE + 1)
    return list(rows_of(stores).order_by(*order).values_list("pk", flat=True)[: PAGE + 1])


def _beyond(key: Key | None, *, is_newest_first: bool) -> Q:
    """Those past the key. The first condition says it again, in the words of the index."""
    if key is None:
        return Q()
    if is_newest_first:
        past = Q(placed_at__lt=key.placed_at) | Q(placed_at=key.placed_at, pk__lt=key.pk)
        return Q(placed_at__lte=key.placed_at) & past
    past = Q(placed_at__gt=key.placed_at) | Q(placed_at=key.placed_at, pk__gt=key.pk)
    return Q(placed_at__gte=key.placed_at) & past


def _key_of(reader: Reader, pk: str) -> Key | None:
    """The order at the edge of another page, though it may not match any more."""
    found = read_id(pk)
    orders = Order.objects.for_member(reader.user).filter(pk=found) if found else Order.objects.none()
    return next((Key(*row) for row in orders.values_list("placed_at", "pk")), None)


def count_orders(reader: Reader, filters: Filters, *, now: datetime) -> int:
    """How many orders match, counted no further than one beyond `MOST_COUNTED`."""
    return filtered_orders(reader, filters, now=now).order_by()[: MOST_COUNTED + 1].count()


def payment_methods(reader: Reader, filters: Filters, *, now: datetime) -> list[str]:
    """The ways of paying of the newest orders, and the one that is asked for."""
    newest = filtered_orders(reader, Filters({"store": filters.store} if filters.store else {}), now=now)
    methods = newest.order_by(*LATEST_FIRST).values_list("payment_method", flat=True)[:LOOKED_THROUGH]
    return sorted({*methods, filters.given.get("payment", "")} - {""})


def next_dates(orders: Sequence[int]) -> dict[int, NextDate]:
    """Of each order, by its id, the nearest date that waits."""
    pending = Milestone.objects.filter(order__in=orders, state=MilestoneState.PENDING).order_by("-due_at", "-id")
    return {order: NextDate(kind, due_at) for order, kind, due_at in pending.values_list("order", "kind", "due_at")}
