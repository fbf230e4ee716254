"""A store's parcels counted by lane, days and outcome in one query, and the estimates that are learnt from them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, Case, CharField, Count, F, Func, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf, Trim

from orders.arrivals import Lane, ParcelOutcome, Span, lane_of, learn_span
from orders.models import ArrivalEstimate, Order, ParcelSheet, Shipment, Store
from orders.planning import promise_end
from orders.policies import Policy
from orders.services.stores import is_small
from orders.tracking_statuses import TrackingStatus

DAY = 86_400  # seconds
DELIVERED = (ParcelOutcome.ON_TIME, ParcelOutcome.LATE)


class Epoch(Func):
    """Whole seconds since 1970 of an instant: exact on both engines, where differences of instants are not."""

    output_field = BigIntegerField()
    template = "CAST(FLOOR(EXTRACT(EPOCH FROM %(expressions)s)) AS bigint)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """SQLite keeps instants as text in UTC."""
        template = "CAST(strftime('%%%%s', %(expressions)s) AS integer)"  # filled in twice: here, and with the values
        return self.as_sql(compiler, connection, template=template, **context)


@dataclass(frozen=True, slots=True)
class ParcelCount:
    """So many parcels of one lane that took so many days (None: not delivered) and ended so."""

    lane: Lane
    carrier: str  # as the files spell it
    days: int | None
    outcome: ParcelOutcome
    parcels: int


def judged_parcels(parcels: QuerySet[Shipment], policy: Policy, *, now: datetime) -> QuerySet[Any]:
    """The parcels with their `service` (the carrier, or the kind of service where none is named), `days`, `outcome`.

    The promise is the order's own, else the pack's (S6), counted from the order's shipping.
    """
    promise = policy.value("S6", "promise") or timedelta(days=3650)
    sent, came = Epoch("shipped_at"), Epoch("delivered_at")
    left = Coalesce(Epoch("order__shipped_at"), sent)
    promised = Coalesce(
        Epoch("order__promised_at"),
        left + F("order__promised_days") * DAY,
        left + Value(int(promise.total_seconds()), output_field=BigIntegerField()),
    )
    return parcels.annotate(
        service=Coalesce(NullIf(Trim("carrier"), Value("")), "order__shipping_service"),
        promised=promised,
        days=Case(When(delivered_at__gte=F("shipped_at"), then=(came - sent + Value(DAY - 1)) / Value(DAY))),
        outcome=_outcome(came, int(now.timestamp())),
    )


def _outcome(came: Epoch, now: int) -> Case:
    ends = ("delivered_at", "completed_at", "cancelled_at")  # the order's own, where its parcel was shipped after it
    is_over = Q(*((f"order__{end}__isnull", False) for end in ends), _connector=Q.OR)
    is_lost = Q(order__tracking_status=TrackingStatus.LOST) | Q(order__refunded_at__isnull=False)
    whens = [
        (Q(delivered_at__isnull=False, promised__gte=came), ParcelOutcome.ON_TIME),
        (Q(delivered_at__isnull=False), ParcelOutcome.LATE),
        (is_lost, ParcelOutcome.LOST),
        (is_over, ParcelOutcome.UNKNOWN),
        (Q(promised__lt=now), ParcelOutcome.OVERDUE),
    ]
    return Case(
        *(When(condition, then=Value(outcome.value)) for condition, outcome in whens),
        default=Value(ParcelOutcome.OPEN.value),
        output_field=CharField(),
    )


def count_parcels(store: Store, *, now: datetime) -> Iterator[ParcelCount]:
    """The store's parcels, grouped by the database; the spellings of a lane come one after another."""
    for row in _count(store, now=now):
        yield _counted(store, row)


def find_counts(store: Store, *, now: datetime) -> tuple[datetime, Iterator[ParcelCount]]:
    """When the store's parcels were counted (UTC), and how: now where that takes no time, else by the last lesson."""
    sheet = None if is_small(store) else ParcelSheet.objects.filter(store=store).first()
    if sheet is None:
        return now, count_parcels(store, now=now)
    return sheet.counted_at, (_counted(store, row) for row in sheet.rows)


def _count(store: Store, *, now: datetime) -> Iterable[Sequence[Any]]:
    """By carrier, country, state, days and outcome, the number of parcels."""
    parcels = judged_parcels(Shipment.objects.filter(order__store=store), store.current_policy, now=now)
    groups = parcels.order_by().values_list(
        "service", "order__buyer__country", "order__buyer__state", "days", "outcome"
    )
    rows: Iterable[Sequence[Any]] = groups.annotate(parcels=Count("pk"))
    return rows


def _counted(store: Store, row: Sequence[Any]) -> ParcelCount:
    service, country, state, days, outcome, parcels = row
    lane = lane_of(service, country or store.current_policy.country, state)
    return ParcelCount(lane, service, days, ParcelOutcome(outcome), parcels)


def days_by_lane(counts: Iterable[ParcelCount]) -> dict[Lane, Counter[int]]:
    """How many parcels took how many days, on each lane and on those that hold it."""
    days: dict[Lane, Counter[int]] = defaultdict(Counter)
    for row in counts:
        if row.days is not None and row.outcome in DELIVERED:
            for lane in row.lane.wider():
                days[lane][row.days] += row.parcels
    return days


def learn_arrivals(store: Store, *, now: datetime) -> int:
    """Learn the store's estimates anew, of every lane with enough parcels (T1); says how many lanes there are.

    What was counted for it is kept, for pages that cannot count so much themselves.
    """
    least = store.current_policy.value("T1", "parcels")
    rows = [list(row) for row in _count(store, now=now)]
    spans = {lane: learn_span(days) for lane, days in days_by_lane(_counted(store, row) for row in rows).items()}
    kept = {lane: span for lane, span in spans.items() if least and span.parcels >= least}
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)  # two that learn at once would write a lane twice
        ArrivalEstimate.objects.filter(store=store).delete()
        ParcelSheet.objects.update_or_create(store=store, defaults={"counted_at": now, "rows": rows})
        ArrivalEstimate.objects.bulk_create(_row(store, lane, span, now) for lane, span in kept.items())
    return len(kept)


def _row(store: Store, lane: Lane, span: Span, now: datetime) -> ArrivalEstimate:
    return ArrivalEstimate(
        store=store,
        carrier=lane.carrier,
        country=lane.country,
        state=lane.state,
        parcels=span.parcels,
        earliest_days=span.earliest,
        median_days=span.median,
        latest_days=span.latest,
        learnt_at=now,
    )


def learnt_span(order: Order, carrier: str) -> Span | None:
    """What the store's own parcels took on this order's lane, or on one that holds it; None without a history."""
    learnt = order.store.learnt_spans
    if not learnt:
        return None
    country = order.buyer.country or order.policy.country
    lane = lane_of(carrier or order.shipping_service, country, order.buyer.state)
    return next((learnt[held] for held in lane.wider() if held in learnt), None)


def expected_span(order: Order, carrier: str) -> Span | None:
    """What is said of an order's arrival (T1): learnt, else the pack's words; None where there is neither."""
    if span := learnt_span(order, carrier):
        return span
    earliest, latest = order.policy.value("T1", "earliest"), order.policy.value("T1", "latest")
    if earliest is None or latest is None:
        return None
    last = min(latest.days, _promised_days(order) or latest.days)  # nobody is told more than he was promised
    return Span(0, earliest.days, (earliest.days + last) // 2, last) if earliest.days <= last else None


def _promised_days(order: Order) -> int | None:
    end = promise_end(order, order.policy)
    return (end - order.shipped_at).days if end and order.shipped_at else order.promised_days
