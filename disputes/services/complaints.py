"""Complaints about parcels that did not come, counted by carrier and region until the carrier should go (T11)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from disputes.models import Dispute
from disputes.reasons import NOT_RECEIVED
from orders.arrivals import Lane, lane_of
from orders.events import EventType
from orders.models import Shipment, Store, TimelineEvent
from orders.models.timeline import EventKind

MOMENT = timedelta(microseconds=1)
SAID = [EventKind.FACT, EventKind.COMMAND]


@dataclass(frozen=True, slots=True)
class Complaints:
    """The orders of one lane whose buyers complained of late; `is_too_many` once there are as many as T11 says."""

    lane: Lane
    carrier: str  # as the files spell it
    orders: frozenset[int]
    is_too_many: bool


def complaining_orders(store: Store, *, now: datetime) -> set[int]:
    """The orders of which a buyer said, in T11's days before `now`, that the parcel did not come."""
    span = store.current_policy.value("T11", "within")
    return set() if span is None else complaining_between(store, now - span + MOMENT, now + MOMENT)


def complaining_between(store: Store, start: datetime, end: datetime) -> set[int]:
    """The orders of which a buyer said, from `start` until before `end`, that the parcel did not come.

    That is a dispute of the not-received family, or his word that he has not what was signed for. An order counts once.
    """
    disputes = Dispute.objects.filter(
        order__store=store, reason__in=NOT_RECEIVED, opened_at__gte=start, opened_at__lt=end
    )
    denials = TimelineEvent.objects.filter(
        order__store=store, type=EventType.RECEIPT_DENIED, kind__in=SAID, at__gte=start, at__lt=end
    )
    both = disputes.order_by().values_list("order_id").union(denials.order_by().values_list("order_id"))
    return {order_id for (order_id,) in both}


def count_complaints(store: Store, *, now: datetime) -> list[Complaints]:
    """The complaints by lane, the most first; a carrier of two parcels of one order is complained of once."""
    limit = store.current_policy.value("T11", "complaints")
    orders: dict[Lane, set[int]] = defaultdict(set)
    names: dict[Lane, str] = {}
    for lane, carrier, order_id in lanes_of(store, complaining_orders(store, now=now)):
        orders[lane].add(order_id)
        names.setdefault(lane, carrier)
    found = [
        Complaints(lane, names[lane], frozenset(ids), bool(limit) and len(ids) >= limit) for lane, ids in orders.items()
    ]
    return sorted(found, key=lambda row: (-len(row.orders), row.lane))


def lanes_of(store: Store, order_ids: set[int]) -> Iterable[tuple[Lane, str, int]]:
    """The lanes of the orders' parcels, each with the carrier as the files spell it and the order."""
    parcels = Shipment.objects.filter(order__in=order_ids).values_list(
        "carrier", "order__shipping_service", "order__buyer__country", "order__buyer__state", "order_id"
    )
    for carrier, service, country, state, order_id in parcels:
        name = carrier.strip() or service
        yield lane_of(name, country or store.current_policy.country, state), name, order_id


def carriers_to_change(store: Store, *, now: datetime) -> list[Complaints]:
    """The lanes on which the carrier should be changed (T11), the worst first."""
    return [row for row in count_complaints(store, now=now) if row.is_too_many]
