"""The queues of the tracking desk: how many parcels stand in each, and a page of one with what is to be done."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from desk.access import Reader
from desk.addresses import address_of
from desk.row_ids import read_id
from desk.rules import rule_sentence
from desk.selectors.lookups import Lookup, lookups_of
from desk.selectors.underway import newest_underway
from desk.tracking_words import ADVICE, QUEUES, STEPS, StepWords, Words
from disputes.models import ActionKind, TrackingCase
from orders.lifecycle import UNDERWAY
from orders.models import Order, Shipment, Store
from orders.planning import promise_end, protection_end
from orders.tracking_readings import Explanation, explain
from orders.tracking_statuses import TrackingDetail, TrackingStatus
from orders.triage import TrackingQueue
from orders.uniting import first_ids

PAGE = 50
MOST_COUNTED = 999
MOST_CHOICES = 1000  # parcels that are looked through for the filters' choices
DEADLINES = {TrackingQueue.DUTY_DUE: "T7", TrackingQueue.PICKUP_WAITING: "T8"}


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; `after` is the id of the last order of the page before."""

    queue: str = ""
    store: str = ""
    carrier: str = ""
    region: str = ""  # a country, or "country/state"
    after: str = ""

    def __bool__(self) -> bool:
        return bool(self.store or self.carrier or self.region)


@dataclass(frozen=True)
class Tile:
    """One queue and how many parcels stand in it; `share` is the length of its bar in percent."""

    queue: str
    label: Words
    count: int
    share: int

    @property
    def is_capped(self) -> bool:
        """Whether there are more than we count."""
        return self.count > MOST_COUNTED


@dataclass(frozen=True)
class Row:
    """A parcel in its queue; deadlines are in UTC, `due_by` is the buyer's by T7 or T8."""

    order: Order
    parcels: Sequence[Shipment]
    case: TrackingCase | None
    meaning: Explanation | None
    lookups: Sequence[Lookup] = ()

    @property
    def key(self) -> str:
        """Its number as a page writes it: of a bare one a template asks how the language writes numbers."""
        return str(self.order.pk)

    @property
    def address(self) -> str:
        """The page of its order."""
        return address_of("desk:order", self.order.pk)

    @property
    def look_address(self) -> str:
        """Where somebody enters what a source says."""
        return address_of("desk:look", self.order.pk)

    @property
    def rule(self) -> str:
        """Why it stands here."""
        return self.case.rule if self.case else ""

    @cached_property
    def step(self) -> StepWords | None:
        """What comes next."""
        return STEPS[self.case.next_step] if self.case else None

    @property
    def advice(self) -> Words:
        """What to do about this queue."""
        return ADVICE[self.order.tracking_queue]

    @property
    def action(self) -> Words:
        """What the latest news itself asks for, where it asks for something."""
        wanted = self.meaning.action if self.meaning else ""
        return ActionKind(wanted).label if wanted in ActionKind.values else ""

    @cached_property
    def due_by(self) -> datetime | None:
        """Until when the buyer pays the duty (T7) or collects the parcel (T8)."""
        return buyers_deadline(self.order)

    @property
    def due_rule(self) -> str:
        """The rule of that deadline."""
        return DEADLINES[TrackingQueue(self.order.tracking_queue)]

    @cached_property
    def promised_at(self) -> datetime | None:
        """The end of the promised delivery."""
        return promise_end(self.order, self.order.policy)

    @cached_property
    def protected_until(self) -> datetime | None:
        """The end of the buyer's protection."""
        return protection_end(self.order, self.order.policy)


@dataclass(frozen=True)
class Page:
    """A page of a queue; `more` is where the next one begins."""

    rows: list[Row] = field(default_factory=list)
    more: str = ""

    @property
    def rules(self) -> dict[str, str]:
        """Why parcels stand in this queue: each rule with its sentence."""
        return {row.rule: rule_sentence(row.rule, row.order.policy) for row in self.rows if row.rule}


def buyers_deadline(order: Order) -> datetime | None:
    """When the buyer's time ends to pay the duty (T7) or to collect the parcel (T8); None in another queue."""
    rule = DEADLINES.get(TrackingQueue(order.tracking_queue)) if order.tracking_queue else None
    if rule is None or order.last_tracking_at is None or not order.policy.has(rule):
        return None
    return order.last_tracking_at + order.policy.duration(rule)


def meaning_of(order: Order) -> Explanation | None:
    """What the latest news of the order's parcel means; None without news."""
    if not order.tracking_status:
        return None
    detail = order.tracking_detail if order.tracking_detail in set(TrackingDetail) else ""
    return explain(TrackingStatus(order.tracking_status), TrackingDetail(detail))


# --- how many ---------------------------------------------------------------------------------------------------------
def count_queues(reader: Reader, filters: Filters) -> list[Tile]:
    """Every queue of the reader's stores, the most urgent first; one look, at the parcels that stand in queues."""
    queued = _narrowed(_queued(reader, filters), filters).order_by().values_list("tracking_queue")
    found = dict(queued.annotate(count=Count("pk")))
    counts = {queue: min(found.get(queue, 0), MOST_COUNTED + 1) for queue in TrackingQueue}
    most = max(*counts.values(), 1)
    return [Tile(queue, QUEUES[queue], count, max(100 * count // most, 2)) for queue, count in counts.items()]


def count_normal(reader: Reader, store: str) -> int:
    """How many parcels are on their way and need nobody, counted no further than a page can say."""
    return _normal(reader, store)[: MOST_COUNTED + 1].count()


def normal_parcel(reader: Reader, store: str) -> Order | None:
    """A parcel that needs nobody, to show the answer that is ready for all of them."""
    found = newest_underway(_stores(reader, store), 1, tracking_queue="")
    order: Order | None = Order.objects.select_related("buyer", "store").filter(pk__in=found).first()
    return order


def _normal(reader: Reader, store: str) -> QuerySet[Order]:
    """Of all carriers and regions: no index knows them, and there are many such parcels."""
    stores = _stores(reader, store)
    orders: QuerySet[Order] = Order.objects.filter(store__in=stores, state__in=UNDERWAY, tracking_queue="")
    return orders


def _stores(reader: Reader, slug: str) -> list[Store]:
    """The reader's stores in which is looked; named by their ids, each has its place in the indexes."""
    return [store for store in reader.stores if slug in ("", store.slug)]


# --- which ------------------------------------------------------------------------------------------------------------
def list_queue(reader: Reader, filters: Filters) -> Page:
    """A page of one queue, who waits longest first."""
    last = _last(reader, filters.after) if filters.after else None
    beyond = Q(queued_at__gt=last.queued_at) | Q(queued_at=last.queued_at, pk__gt=last.pk) if last else Q()

    def rows_of(stores: Sequence[Store]) -> QuerySet[Order]:
        waiting = Order.objects.filter(store__in=stores, tracking_queue=filters.queue).exclude(tracking_queue="")
        return _narrowed(waiting, filters).filter(beyond)

    found = first_ids(rows_of, _stores(reader, filters.store), ("queued_at", "pk"), PAGE + 1)
    orders = Order.objects.select_related("buyer").in_bulk(found[:PAGE])
    shown = [orders[pk] for pk in found[:PAGE] if pk in orders]
    stores = {store.pk: store for store in reader.stores}
    for order in shown:
        order.store = stores[order.store_id]  # one object of each store: its rules are read once, not for every order
    return Page(load_rows(shown), str(found[PAGE - 1]) if len(found) > PAGE else "")


def load_rows(orders: Sequence[Order]) -> list[Row]:
    """The rows of these orders, with their parcels, open cases and what sources answered."""
    cases = {case.order_id: case for case in _open_cases(orders)}
    parcels: dict[int, list[Shipment]] = defaultdict(list)
    for parcel in Shipment.objects.filter(order__in=orders):
        parcels[parcel.order_id].append(parcel)
    asked = lookups_of([order.pk for order in orders if order.tracking_queue == TrackingQueue.UNTRACEABLE])
    return [
        Row(order, parcels[order.pk], cases.get(order.pk), meaning_of(order), asked.get(order.pk, ()))
        for order in orders
    ]


def _open_cases(orders: Iterable[Order]) -> QuerySet[TrackingCase]:
    cases: QuerySet[TrackingCase] = TrackingCase.objects.filter(order__in=orders, closed_at=None)
    return cases.select_related("responsible")


def _last(reader: Reader, pk: str) -> Order | None:
    """The last order of the page before; one that has left the queue since begins the list anew."""
    order: Order | None = Order.objects.for_member(reader.user).filter(pk=read_id(pk)).exclude(queued_at=None).first()
    return order


def _queued(reader: Reader, filters: Filters) -> QuerySet[Order]:
    # The exclusion is what lets both databases use the partial index.
    orders: QuerySet[Order] = Order.objects.filter(store__in=_stores(reader, filters.store))
    return orders.exclude(tracking_queue="")


def _narrowed(orders: QuerySet[Order], filters: Filters) -> QuerySet[Order]:
    if filters.carrier:
        orders = orders.filter(Exists(Shipment.objects.filter(order=OuterRef("pk"), carrier=filters.carrier)))
    if filters.region:
        country, _slash, state = filters.region.partition("/")
        orders = orders.filter(buyer__country=country)
        orders = orders.filter(buyer__state=state) if state else orders
    return orders


# --- what can be chosen -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Choices:
    """By what the queues can be narrowed: carriers, and places as (value, country code and state)."""

    carriers: list[str]
    regions: list[tuple[str, str]]


def find_choices(reader: Reader) -> Choices:
    """The carriers and the buyers' countries and states of parcels that stand in queues; one look at all of it."""
    queued = _queued(reader, Filters()).order_by()
    found = set(queued.values_list("buyer__country", "buyer__state", "shipments__carrier")[:MOST_CHOICES])
    places = {(country, state) for country, state, _carrier in found if country and state}
    countries = {(country, "") for country, _state, _carrier in found if country}
    return Choices(
        sorted({carrier for _country, _state, carrier in found if carrier}),
        [(f"{country}/{state}" if state else country, state) for country, state in sorted(countries | places)],
    )
