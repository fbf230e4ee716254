"""The orders that an incident touches: found, kept as rows, told, compensated, or left out with a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from disputes.models import Incident, IncidentOrder
from disputes.models.incidents import REACHED
from disputes.services.incidents import IncidentClosed
from messaging.models import MessageState
from messaging.services.by_hand import FOR_A_PERSON
from messaging.values import buyer_language
from messaging.vocabulary import Language
from orders.events import plain_text
from orders.models import Milestone, Order, OrderItem, Store
from orders.models.milestones import MilestoneState
from orders.planning import MilestoneKind
from orders.services.ledger import open_ledger

MOST = 5_000  # orders of one search: more is no incident but the whole shop
MOST_NUMBERS = 2_000


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which orders: every condition that is given holds. Instants are UTC; `region` is a country, state or city."""

    is_late: bool = False  # its handling time ended before it was shipped (S4)
    sku: str = ""
    placed_from: datetime | None = None
    placed_before: datetime | None = None
    region: str = ""
    numbers: Sequence[str] = ()

    @property
    def is_any(self) -> bool:
        """Whether anything is asked for: without it the whole store would be meant."""
        return any((self.is_late, self.sku, self.placed_from, self.placed_before, self.region, self.numbers))


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding orders: how many are new, how many were there already, which numbers nobody knows."""

    new: int
    known: int
    unknown: tuple[str, ...] = ()
    is_cut: bool = False


def find_orders(store: Store, criteria: Criteria) -> QuerySet[Order]:
    """The store's orders that all conditions are true of; none without a condition."""
    orders: QuerySet[Order] = Order.objects.filter(store=store)
    if not criteria.is_any:
        return orders.none()
    if criteria.numbers:
        orders = orders.filter(order_number__in=list(criteria.numbers)[:MOST_NUMBERS])
    if criteria.is_late:
        ended = Milestone.objects.filter(
            order=OuterRef("pk"), kind=MilestoneKind.SHIP_OVERDUE, state=MilestoneState.FIRED
        )
        orders = orders.filter(Exists(ended))
    if criteria.sku:
        orders = orders.filter(Exists(OrderItem.objects.filter(order=OuterRef("pk"), sku=criteria.sku)))
    if criteria.placed_from:
        orders = orders.filter(placed_at__gte=criteria.placed_from)
    if criteria.placed_before:
        orders = orders.filter(placed_at__lt=criteria.placed_before)
    if region := criteria.region.strip():
        place = Q(buyer__country__iexact=region) | Q(buyer__state__iexact=region) | Q(buyer__city__iexact=region)
        orders = orders.filter(place)
    return orders.order_by("-placed_at", "-id")


def add_orders(incident_id: int, criteria: Criteria, *, now: datetime) -> Added:
    """Keep the orders that are found as the incident's. Raises IncidentClosed, Incident.DoesNotExist."""
    with transaction.atomic():
        incident = _locked(incident_id)
        found = list(find_orders(incident.store, criteria)[: MOST + 1])
        there = set(IncidentOrder.objects.filter(incident=incident).values_list("order_id", flat=True))
        new = [order for order in found[:MOST] if order.pk not in there]
        rows = [IncidentOrder(incident=incident, order=order, added_at=now) for order in new]
        IncidentOrder.objects.bulk_create(rows, batch_size=500)
    numbers = {order.order_number for order in found}
    unknown = tuple(number for number in criteria.numbers if number not in numbers)
    return Added(len(new), len(found[:MOST]) - len(new), unknown, len(found) > MOST)


def _locked(incident_id: int) -> Incident:
    rows = Incident.objects.select_for_update(of=("self",)).select_related("store")
    incident: Incident = rows.get(pk=incident_id)
    if not incident.is_open:
        raise IncidentClosed(f"incident {incident_id} is closed")
    return incident


# --- one order --------------------------------------------------------------------------------------------------------
def note_contacted(row_id: int, note: str, *, now: datetime, actor: str) -> bool:
    """A person reached the buyer otherwise, such as by phone; whether that was new. Raises IncidentClosed."""
    with transaction.atomic():
        row = _row(row_id, now=now, actor=actor)
        if row.contacted_at or row.excluded_at:
            return False
        row.contacted_at, row.contacted_by_id, row.note = now, int(actor), plain_text(note.strip())[:200]
        row.save()
    return True


def exclude_order(row_id: int, reason: str, *, now: datetime, actor: str) -> bool:
    """Leave the order out, for a reason; whether that was new. Raises IncidentClosed, ValueError without a reason."""
    if not reason.strip():
        raise ValueError("say why the order is left out")
    with transaction.atomic():
        row = _row(row_id, now=now, actor=actor)
        if row.excluded_at:
            return False
        row.excluded_at, row.excluded_by_id, row.reason = now, int(actor), plain_text(reason.strip())[:200]
        row.save()
    return True


def take_back(row_id: int, *, now: datetime, actor: str) -> bool:
    """He was not reached, or it is not left out after all; whether there was such a word. Raises IncidentClosed."""
    with transaction.atomic():
        row = _row(row_id, now=now, actor=actor)
        if not row.contacted_at and not row.excluded_at:
            return False
        row.contacted_at = row.excluded_at = None
        row.contacted_by = row.excluded_by = None
        row.note = row.reason = ""
        row.save()
    return True


def _row(row_id: int, *, now: datetime, actor: str) -> IncidentOrder:
    """The row, once its order and its incident are locked: erasing the buyer waits for the order."""
    order_id, incident_id = IncidentOrder.objects.values_list("order_id", "incident_id").get(pk=row_id)
    open_ledger(order_id, now=now, actor=actor)
    _locked(incident_id)
    row: IncidentOrder = IncidentOrder.objects.get(pk=row_id)
    return row


# --- how far it is ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Progress:
    """How many orders there are, and of these: reached, left out, on their way, waiting for a hand, not begun, paid."""

    total: int = 0
    contacted: int = 0
    excluded: int = 0
    queued: int = 0
    by_hand: int = 0
    booked: int = 0
    paid: int = 0

    @property
    def left(self) -> int:
        """Whose buyers were neither reached nor left out."""
        return self.total - self.contacted - self.excluded

    @property
    def untold(self) -> int:
        """To whom nothing is on its way."""
        return self.left - self.queued - self.by_hand

    @property
    def is_through(self) -> bool:
        """Whether every buyer was reached or left out."""
        return self.total > 0 and self.left == 0


def progress_of(incidents: Iterable[Incident]) -> dict[int, Progress]:
    """How far each incident is, counted in one question."""
    inside, waits = Q(excluded_at=None), Q(excluded_at=None) & ~REACHED
    counted = (
        IncidentOrder.objects.filter(incident__in=incidents)
        .order_by()
        .values("incident")
        .annotate(
            total=Count("pk"),
            contacted=Count("pk", filter=inside & REACHED),
            excluded=Count("pk", filter=~inside),
            queued=Count("pk", filter=waits & Q(message__state__in=[MessageState.PENDING, MessageState.CLAIMED])),
            by_hand=Count("pk", filter=waits & Q(message__state__in=FOR_A_PERSON)),
            booked=Count("pk", filter=Q(money__isnull=False, money__voided_at=None)),
            paid=Count("pk", filter=Q(money__paid_at__isnull=False, money__voided_at=None)),
        )
    )
    return {row.pop("incident"): Progress(**row) for row in counted}


def waiting_orders(incident: Incident) -> QuerySet[Order]:
    """The orders whose buyers nothing is on its way to."""
    is_free = Q(message=None) | Q(message__state=MessageState.CANCELLED)
    rows = IncidentOrder.objects.filter(is_free, incident=incident).uncontacted()
    found: QuerySet[Order] = Order.objects.filter(pk__in=rows.values("order")).order_by("pk")
    return found


def unpaid_orders(incident: Incident) -> QuerySet[Order]:
    """The orders for which no compensation is booked."""
    rows = IncidentOrder.objects.filter(incident=incident, excluded_at=None)
    unbooked = rows.filter(Q(money=None) | Q(money__voided_at__isnull=False))
    found: QuerySet[Order] = Order.objects.filter(pk__in=unbooked.values("order")).order_by("pk")
    return found


def languages_of(incident: Incident) -> dict[Language, int]:
    """In which languages how many of its buyers are told, the most first; for these a wording is needed."""
    rows = IncidentOrder.objects.filter(incident=incident, excluded_at=None)
    orders = Order.objects.filter(pk__in=rows.values("order")).select_related("buyer", "store")
    counted: dict[Language, int] = {}
    for order in orders.iterator():
        order.store = incident.store
        language = buyer_language(order)
        counted[language] = counted.get(language, 0) + 1
    return dict(sorted(counted.items(), key=lambda pair: -pair[1]))
