"""Normal or abnormal (T1): which queue of the tracking desk an order's parcel stands in, by which rule, since when.

A parcel that needs nobody stands in none, and it leaves its queue by itself when the facts change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Protocol

from orders.planning import OrderFacts, destination_due, first_scan_due, protection_end, stalled_due
from orders.policies import Policy
from orders.tracking_statuses import TrackingDetail, TrackingStatus


class TrackingQueue(StrEnum):
    """The queues, the most urgent first: where two would do, the first one has the parcel."""

    UNTRACEABLE = "untraceable"
    LOST = "lost"
    NOT_RECEIVED = "not_received"
    RETURNING = "returning"
    DUTY_DUE = "duty_due"
    PICKUP_WAITING = "pickup_waiting"
    FAILED_ATTEMPT = "failed_attempt"
    CUSTOMS = "customs"
    PAST_TOLERANCE = "past_tolerance"
    STALLED = "stalled"
    NOT_IN_DESTINATION = "not_in_destination"
    NO_FIRST_SCAN = "no_first_scan"


class ParcelFacts(OrderFacts, Protocol):
    """What triage reads of an order besides its dates."""

    tracking_status: str
    tracking_detail: str
    untraceable_at: datetime | None
    receipt_denied_at: datetime | None


# All that triage reads of an order, at once: where none of it has changed, neither has its place.
read_facts = attrgetter(*OrderFacts.__annotations__, *ParcelFacts.__annotations__)


@dataclass(frozen=True, slots=True)
class Finding:
    """A parcel that needs somebody: in which queue, by which rule, and since when (UTC)."""

    queue: TrackingQueue
    rule: str
    since: datetime


Since = Callable[[ParcelFacts, Policy], datetime | None]


def triage(facts: ParcelFacts, policy: Policy, *, now: datetime) -> Finding | None:
    """The queue that the order's parcel stands in at `now` (UTC), or None while all is normal (T1)."""
    if not policy.has("T1") or facts.refunded_at or facts.cancelled_at or _is_past_complaint(facts, policy, now):
        return None
    for queue, rule, since in _AFTER_DELIVERY if facts.delivered_at else _UNDERWAY:
        began = since(facts, policy) if policy.has(rule) else None
        if began is not None and began <= now:
            return Finding(queue, rule, began)
    return None


def _is_past_complaint(facts: ParcelFacts, policy: Policy, now: datetime) -> bool:
    """Whether the buyer can complain no more, or does not: the complaint window (C4) and his protection are over."""
    if facts.receipt_denied_at or facts.disputed_at:
        return False
    if facts.completed_at:
        return True
    window = policy.value("C4", "until")
    tolerated = facts.shipped_at + window if facts.shipped_at and window else None
    ends = [end for end in (tolerated, protection_end(facts, policy)) if end is not None]
    return bool(ends) and max(ends) < now


def _status(*statuses: TrackingStatus) -> Since:
    """Since the latest news, where its status is one of these."""

    def since(facts: ParcelFacts, _policy: Policy) -> datetime | None:
        return facts.last_tracking_at if facts.tracking_status in statuses else None

    return since


def _held_by_customs(facts: ParcelFacts, policy: Policy) -> datetime | None:
    """Customs that ask for something, or say nothing for so long as would be slow anywhere (T2)."""
    if facts.tracking_status not in {TrackingStatus.CUSTOMS, TrackingStatus.EXPORT_CUSTOMS}:
        return None
    return facts.last_tracking_at if facts.tracking_detail in _HELD else stalled_due(facts, policy)


def _past_tolerance(facts: ParcelFacts, policy: Policy) -> datetime | None:
    """From the third contact's day on most buyers complain (C4)."""
    return facts.shipped_at + policy.duration("C3") if facts.shipped_at and policy.has("C3") else None


def _stalled(facts: ParcelFacts, policy: Policy) -> datetime | None:
    return stalled_due(facts, policy) if facts.first_scan_at else None


def _not_in_destination(facts: ParcelFacts, policy: Policy) -> datetime | None:
    return None if facts.arrived_at else destination_due(facts, policy)


def _no_first_scan(facts: ParcelFacts, policy: Policy) -> datetime | None:
    return None if facts.first_scan_at else first_scan_due(facts, policy)


# What customs say that somebody has to act on, by the details of the carriers' words.
_HELD = {
    TrackingDetail.DATA_MISSING,
    TrackingDetail.HELD,
    TrackingDetail.TAX_REVIEW,
    TrackingDetail.SEIZED,
    TrackingDetail.ENTRY_REFUSED,
    TrackingDetail.EXIT_REFUSED,
    TrackingDetail.DUTY_FAILED,
    TrackingDetail.DUTY_EXPIRED,
}

_AFTER_DELIVERY: tuple[tuple[TrackingQueue, str, Since], ...] = (
    (TrackingQueue.NOT_RECEIVED, "T5", lambda facts, _policy: facts.receipt_denied_at),
)
_UNDERWAY: tuple[tuple[TrackingQueue, str, Since], ...] = (
    (TrackingQueue.UNTRACEABLE, "T6", lambda facts, _policy: facts.untraceable_at),
    (TrackingQueue.LOST, "T1", _status(TrackingStatus.LOST)),
    (TrackingQueue.RETURNING, "T1", _status(TrackingStatus.RETURNING, TrackingStatus.RETURNED)),
    (TrackingQueue.DUTY_DUE, "T7", _status(TrackingStatus.DUTY_DUE)),
    (TrackingQueue.PICKUP_WAITING, "T8", _status(TrackingStatus.PICKUP_WAITING)),
    (TrackingQueue.FAILED_ATTEMPT, "T4", _status(TrackingStatus.FAILED_ATTEMPT)),
    (TrackingQueue.CUSTOMS, "T1", _held_by_customs),
    (TrackingQueue.PAST_TOLERANCE, "C4", _past_tolerance),
    (TrackingQueue.STALLED, "T2", _stalled),
    (TrackingQueue.STALLED, "T1", _status(TrackingStatus.EXPIRED)),
    (TrackingQueue.NOT_IN_DESTINATION, "T3", _not_in_destination),
    (TrackingQueue.NO_FIRST_SCAN, "S5", _no_first_scan),
)
