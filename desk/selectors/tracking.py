"""The queues of the tracking desk: how many parcels stand in each, and a page of one with what is to be done."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from desk.access import Reader
from desk.rules import rule_sentence
from desk.selectors.lookups import Lookup, lookups_of
from desk.tracking_words import ADVICE, QUEUES, STEPS, StepWords, Words
from disputes.models import ActionKind, TrackingCase
from orders.lifecycle import UNDERWAY
from orders.models import Order, Shipment
from orders.planning import promise_end, protection_end
from orders.tracking_readings import Explanation, explain
from orders.tracking_statuses import TrackingDetail, TrackingStatus
from orders.triage import TrackingQueue

PAGE = 50
MOST_COUNTED = 999
MOST_CHOICES = 2000  # parcels that are looked through for the filters' choices
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
    def rule(self) -> str:
        """Why it stands here."""
        return self.case.rule if self.case else ""

    @property
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

    @property
    def due_by(self) -> datetime | None:
        """Until when the buyer pays the duty (T7) or collects the parcel (T8)."""
        return buyers_deadline(self.order)

    @property
    def due_rule(self) -> str:
        """The rule of that deadline."""
        return DEADLINES[TrackingQueue(self.order.tracking_queue)]

    @property
    def promised_at(self) -> datetime | None:
        """The end of the promised delivery."""
        return promise_end(self.order, self.order.policy)

    @property
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
    """Every queue of the reader's stores, the most urgent first, counted no further than a page can say."""
    counts = {queue: _filtered(reader, filters, queue)[: MOST_COUNTED + 1].count() for queue in TrackingQueue}
    most = max(*counts.values(), 1)
    return [Tile(queue, QUEUES[queue], count, max(100 * count // most, 2)) for queue, count in counts.items()]


def count_normal(reader: Reader, store: str) -> int:
    """How many parcels are on their way and need nobody, counted no further than a page can say."""
    return _normal(reader, store)[: MOST_COUNTED + 1].count()


def normal_parcel(reader: Reader, store: str) -> Order | None:
    """A parcel that needs nobody, to show the answer that is ready for all of them."""
    found: Order | None = _normal(reader, store).select_related("buyer", "store").order_by("-placed_at", "-id").first()
    return found


def _normal(reader: Reader, store: str) -> QuerySet[Order]:
    """Of all carriers and regions: no index knows them, and there are many such parcels."""
    orders = _narrowed(Order.objects.for_member(reader.user), Filters(store=store))
    return orders.filter(state__in=UNDERWAY, tracking_queue="")


# --- which ------------------------------------------------------------------------------------------------------------
def list_queue(reader: Reader, filters: Filters) -> Page:
    """A page of one queue, who waits longest first."""
    orders = _filtered(reader, filters, filters.queue)
    if filters.after.isdecimal() and (last := _last(reader, filters.after)):
        orders = orders.filter(Q(queued_at__gt=last.queued_at) | Q(queued_at=last.queued_at, pk__gt=last.pk))
    found = list(orders.select_related("buyer", "store").order_by("queued_at", "id")[: PAGE + 1])
    return Page(load_rows(found[:PAGE]), str(found[PAGE - 1].pk) if len(found) > PAGE else "")


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
    order: Order | None = Order.objects.for_member(reader.user).filter(pk=int(pk)).exclude(queued_at=None).first()
    return order


def _filtered(reader: Reader, filters: Filters, queue: str) -> QuerySet[Order]:
    # The exclusion is what lets both databases use the partial index.
    orders = Order.objects.for_member(reader.user).exclude(tracking_queue="").filter(tracking_queue=queue)
    return _narrowed(orders, filters)


def _narrowed(orders: QuerySet[Order], filters: Filters) -> QuerySet[Order]:
    if filters.store:
        orders = orders.filter(store__slug=filters.store)
    if filters.carrier:
        orders = orders.filter(Exists(Shipment.objects.filter(order=OuterRef("pk"), carrier=filters.carrier)))
    if filters.region:
        country, _slash, state = filters.region.partition("/")
        orders = orders.filter(buyer__country=country)
        orders = orders.filter(buyer__state=state) if state else orders
    return orders


# --- what can be chosen -----------------------------------------------------------------------------------------------
def carrier_choices(reader: Reader) -> list[str]:
    """The carriers of the parcels that stand in queues."""
    queued = Order.objects.for_member(reader.user).exclude(tracking_queue="").order_by()[:MOST_CHOICES].values("pk")
    names = Shipment.objects.filter(order__in=queued).exclude(carrier="").values_list("carrier", flat=True)
    return sorted(set(names))


def region_choices(reader: Reader) -> list[tuple[str, str]]:
    """The buyers' countries and states, as (value, country code and state), of the parcels that stand in queues."""
    queued = Order.objects.for_member(reader.user).exclude(tracking_queue="").order_by()[:MOST_CHOICES]
    places = set(queued.values_list("buyer__country", "buyer__state"))
    countries = {(country, "") for country, _state in places if country}
    return [(f"{c}/{s}" if s else c, s) for c, s in sorted(countries | {place for place in places if all(place)})]
