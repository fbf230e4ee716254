"""Which orders an address asks for: its parameters, the condition that they make, and what is told of them.

The parameters, on which links of other pages rely. Several narrow down; an unknown value narrows to nothing or is
left out, and never fails.

- `q`: words that must all stand somewhere in order number, tracking number, buyer (name, e-mail, phone) or item;
- `state`: an order's state (`OrderState`); `store`: a store's slug;
- `risk=1`: most complaints come now (rule C4);
- `payment`: the way of paying, as the store's files spell it;
- `from`, `to`: placed on these days or between them, `YYYY-MM-DD` of the reader's clock, both included;
- `within`: the next date falls due within so many days from now, what is overdue included;
- `dispute=open`: a dispute is open;
- `cancellation=open`: the buyer waits for an answer to his request to cancel (rule P8);
- `queue`: a queue of the tracking desk (`TrackingQueue`);
- `figure`: what was counted on the page of figures (`desk.selectors.figured`);
- `carrier`, `country`, `region`, `parcel`: a parcel of the order (`ParcelFilter`);
- `after`, `before`: the id of the order next to which a page begins, older or newer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any, Protocol

from django.db.models import BigIntegerField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.db.models.lookups import Contains

from desk.access import Reader
from desk.selectors.figured import behind_figure
from desk.selectors.parcels import ParcelFilter, orders_with
from disputes.models import Dispute
from orders.lifecycle import UNDERWAY, OrderState
from orders.models import Milestone, Order, Store
from orders.models.milestones import MilestoneState
from orders.models.orders import CANCELLING
from orders.policies import Policy
from orders.search_text import search_parts, telling_part
from orders.triage import TrackingQueue

PARCEL = ("carrier", "country", "region", "parcel")  # the parameters that name parcels
PLACES = ("after", "before")  # those that name a place in the list, and no orders
NAMES = ("q", "state", "store", "risk", "payment", "from", "to", "within", "dispute", "cancellation", "queue", "figure")
AT_RISK_STATES = [*UNDERWAY, OrderState.DISPUTED]
MOST_DAYS = 3650
MOST_FEW = 60_000  # orders that are looked up one by one; where there are more, it is less to walk past all
YEARS = range(1990, 2200)


@dataclass(frozen=True)
class Filters:
    """What the reader asked for, by the names of the parameters; see the module."""

    given: dict[str, str] = field(default_factory=dict)
    after: str = ""
    before: str = ""

    def __bool__(self) -> bool:
        return bool(self.given)

    @property
    def q(self) -> str:
        """The words that are searched for."""
        return self.given.get("q", "")

    @property
    def store(self) -> str:
        """The store's slug."""
        return self.given.get("store", "")

    @property
    def parcel(self) -> ParcelFilter:
        """The parcels that are asked for."""
        return ParcelFilter(*(self.given.get(name, "") for name in PARCEL))


class Underway(Protocol):
    """What tells of an order, or of a line of a list, whether it is at risk."""

    @property
    def policy(self) -> Policy: ...
    @property
    def state(self) -> str: ...
    @property
    def shipped_at(self) -> datetime | None: ...
    @property
    def delivered_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Few:
    """The rows that point to the few orders that one filter lets through, read before all else."""

    name: str
    rows: QuerySet[Any, Any]


@dataclass(frozen=True)
class Asked:
    """Who asks, for the orders of which of his stores, and when (UTC)."""

    reader: Reader
    stores: Sequence[Store]
    now: datetime


def read_filters(parameters: Mapping[str, str]) -> Filters:
    """The filters of an address."""
    given = {name: parameters[name].strip() for name in (*NAMES, *PARCEL) if parameters.get(name, "").strip()}
    return Filters(given, *(parameters.get(name, "") for name in PLACES))


def chosen_stores(reader: Reader, filters: Filters) -> list[Store]:
    """The reader's stores in which is looked."""
    return [store for store in reader.stores if filters.store in ("", store.slug)]


def filtered_orders(reader: Reader, filters: Filters, *, now: datetime) -> QuerySet[Order]:
    """The reader's orders that match, in no order."""
    return orders_of(chosen_stores(reader, filters), reader, filters, now=now)


def orders_of(
    stores: Sequence[Store], reader: Reader, filters: Filters, *, now: datetime, few: Few | None = None
) -> QuerySet[Order]:
    """The orders of these stores of the reader's that match, in no order; `few` stands for one of the filters.

    The stores are named by their ids: by a join with his memberships PostgreSQL could not know how many orders they
    have, and would walk through those of all stores.
    """
    ids = [store.pk for store in stores]
    orders: QuerySet[Order]
    if few is None:
        orders = Order.objects.filter(Q(store=ids[0]) if len(ids) == 1 else Q(store__in=ids))
    else:
        # Whose they are is no index's question here: of a small store it would compare every order with all of the few.
        whose = ExpressionWrapper(F("store") + 0, BigIntegerField())
        orders = Order.objects.alias(whose=whose).filter(whose__in=ids, pk__among=few.rows)
    for name, value in filters.given.items():
        if name in CONDITIONS and not (few and few.name == name):
            orders = orders.filter(CONDITIONS[name](value, Asked(reader, stores, now)))
    if filters.parcel:
        orders = orders.filter(orders_with(filters.parcel, stores, now=now))
    return orders


def find_few(filters: Filters, *, now: datetime) -> Few | None:
    """The orders with an open dispute, or with a date so soon, where that is asked for and few have it.

    PostgreSQL takes what matches for evenly spread, and would walk past all orders to find these.
    """
    days = parse_days(filters.given.get("within", ""))
    if filters.given.get("dispute") == "open":
        name, rows = "dispute", Dispute.objects.filter(closed_at=None)
    elif days is not None:
        name, rows = "within", _dates_within(days, now)
    else:
        return None
    # Its conditions are what an index holds, so that it looks at no more than so many of its entries.
    are_many = rows[MOST_FEW : MOST_FEW + 1].exists()
    return None if are_many else Few(name, rows.values("order"))


def is_at_risk(order: Underway, now: datetime) -> bool:
    """Whether most complaints come now (C4): long shipped, not there, not solved."""
    policy = order.policy
    if not (policy.has("C4") and policy.has("C3") and order.shipped_at) or order.delivered_at:
        return False
    return order.state in AT_RISK_STATES and order.shipped_at <= now - policy.duration("C3")


def parse_day(text: str) -> datetime | None:
    """The day of a parameter, without a zone yet; None for what is none."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007  the reader's clock is not known here
    except ValueError:
        return None
    return day if day.year in YEARS else None


def parse_days(text: str) -> int | None:
    """A number of days; None for what is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_DAYS))
    return int(text) if is_number and int(text) <= MOST_DAYS else None


def _found_by(words: str, _asked: Asked) -> Q:
    ways = [reduce(and_, map(_with_part, parts)) for parts in search_parts(words)]
    return reduce(or_, ways, Q()) if ways else Q(pk__in=[])


def _with_part(part: str) -> Q:
    found = Q(search__text__contains=(telling := telling_part(part)))
    if telling == part:
        return found
    # Joined to nothing it is no column of the index any more: the whole is compared, not looked up.
    return found & Q(Contains(Concat("search__text", Value("", TextField())), part))


def _at_risk(_value: str, asked: Asked) -> Q:
    """Rule C4 in every store that has it, by that store's own days; what was shipped was placed before."""
    risky = Q(pk__in=[])
    for store in asked.stores:
        policy = store.current_policy
        if policy.has("C4") and policy.has("C3"):
            latest = asked.now - policy.duration("C3")
            risky |= Q(store=store, shipped_at__lte=latest, placed_at__lte=latest)
    return risky & Q(state__in=AT_RISK_STATES, delivered_at=None)


def _in_state(value: str, _asked: Asked) -> Q:
    return Q(state=value) if value in OrderState.values else Q()


def _placed_from(value: str, asked: Asked) -> Q:
    day = parse_day(value)
    return Q(placed_at__gte=day.replace(tzinfo=asked.reader.zone)) if day else Q()


def _placed_to(value: str, asked: Asked) -> Q:
    day = parse_day(value)
    return Q(placed_at__lt=(day + timedelta(days=1)).replace(tzinfo=asked.reader.zone)) if day else Q()


def _due_within(value: str, asked: Asked) -> Q:
    days = parse_days(value)
    if days is None:
        return Q()
    return Q(Exists(_dates_within(days, asked.now).filter(order=OuterRef("pk"))))


def _dates_within(days: int, now: datetime) -> QuerySet[Milestone]:
    until = now + timedelta(days=days)
    dates: QuerySet[Milestone] = Milestone.objects.filter(state=MilestoneState.PENDING, next_attempt_at__lte=until)
    return dates


def _with_dispute(value: str, _asked: Asked) -> Q:
    disputes = Dispute.objects.filter(closed_at=None, order=OuterRef("pk"))
    return Q(Exists(disputes)) if value == "open" else Q()


def _with_request_to_cancel(value: str, _asked: Asked) -> Q:
    return CANCELLING if value == "open" else Q()


def _in_queue(value: str, _asked: Asked) -> Q:
    # The second condition is what lets both databases use the partial index.
    return Q(tracking_queue=value) & ~Q(tracking_queue="") if value in set(TrackingQueue) else Q()


def _paid_by(value: str, _asked: Asked) -> Q:
    return Q(payment_method=value)


CONDITIONS: dict[str, Callable[[str, Asked], Q]] = {
    "q": _found_by,
    "state": _in_state,
    "risk": _at_risk,
    "payment": _paid_by,
    "from": _placed_from,
    "to": _placed_to,
    "within": _due_within,
    "dispute": _with_dispute,
    "cancellation": _with_request_to_cancel,
    "queue": _in_queue,
    "figure": lambda value, asked: behind_figure(value, asked.reader, asked.now),
}
