"""From an order's facts and its policy to its milestones: which dates are owed, by which rule, and what ends them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from orders.calendars import next_counting_day
from orders.policies import Policy


class MilestoneKind(StrEnum):
    """The kinds of milestone that belong to an order, in the order in which the rules are printed."""

    PAYMENT_REMINDER = "payment_reminder"
    PAYMENT_EXPIRY = "payment_expiry"
    CANCELLATION_REMINDER = "cancellation_reminder"
    CANCELLATION_DUE = "cancellation_due"
    SHIP_WARNING = "ship_warning"
    SHIP_OVERDUE = "ship_overdue"
    FIRST_SCAN = "first_scan"
    PROMISE_END = "promise_end"
    CONTACT_30 = "contact_30"
    CONTACT_45 = "contact_45"
    CONTACT_60 = "contact_60"
    TRACKING_STALLED = "tracking_stalled"
    NOT_IN_DESTINATION = "not_in_destination"
    PROTECTION_CHECK = "protection_check"
    REVIEW_REQUEST = "review_request"
    COMPLETION = "completion"
    REVIEW_REPLY_DUE = "review_reply_due"


Kind = MilestoneKind


class OrderFacts(Protocol):
    """What planning reads of an order; every instant is in UTC, None where it has not happened or is not known."""

    placed_at: datetime
    payment_checking_since: datetime | None
    cancellation_asked_at: datetime | None
    cancellation_refused_at: datetime | None
    paid_at: datetime | None
    ship_by: datetime | None
    shipped_at: datetime | None
    promised_days: int | None
    promised_at: datetime | None
    protection_ends_at: datetime | None
    protection_extended_at: datetime | None
    first_scan_at: datetime | None
    arrived_at: datetime | None
    last_tracking_at: datetime | None
    delivered_at: datetime | None
    disputed_at: datetime | None
    refunded_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    reviewed_at: datetime | None
    review_answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Planned:
    """A milestone that the facts call for: what falls due, by which rule, and when (UTC)."""

    kind: str
    rule: str
    due_at: datetime


def promise_end(facts: OrderFacts, policy: Policy) -> datetime | None:
    """The promised delivery (S6): the order's own instant, else its days, or the pack's, after shipping."""
    if facts.promised_at or not facts.shipped_at:
        return facts.promised_at
    return _promised_after(facts.shipped_at, facts, policy)


def _promised_after(start: datetime | None, facts: OrderFacts, policy: Policy) -> datetime | None:
    if start and facts.promised_days is not None:
        return start + timedelta(days=facts.promised_days)
    return _later(start, policy, "S6", "promise")


def protection_end(facts: OrderFacts, policy: Policy) -> datetime | None:
    """The end of the buyer's protection (G1): the order's own instant, else a while after the promised delivery."""
    if facts.protection_ends_at:
        return facts.protection_ends_at
    return _later(promise_end(facts, policy), policy, "G1", "after_promise")


def handling_end(facts: OrderFacts, policy: Policy) -> datetime | None:
    """When the parcel has to have left (S4): the order's own instant, else the pack's handling time after payment."""
    return facts.ship_by or _later(facts.paid_at, policy, "S4", "handling")


def shipping_end(facts: OrderFacts, policy: Policy) -> datetime | None:
    """Until when it makes sense to send a parcel that has not left: the end of the buyer's protection.

    Where that begins to count with the shipping, it is what it would be, had the parcel left in time (S4, S6, G1).
    A pack without a protection bounds it by a span after the promised delivery, or after the date to ship (S4).
    """
    if end := protection_end(facts, policy):
        return end
    ship_by = handling_end(facts, policy)
    promised = promise_end(facts, policy) or _promised_after(ship_by, facts, policy)
    if end := _later(promised, policy, "G1", "after_promise"):
        return end
    return _later(promised or ship_by or facts.paid_at or facts.placed_at, policy, "S4", "until")


def first_scan_due(facts: OrderFacts, policy: Policy) -> datetime | None:
    """When a carrier has to have scanned the parcel (S5): working days or hours after shipping or payment."""
    if not policy.has("S5"):
        return None
    start: datetime | None = getattr(facts, policy.value("S5", "from"))
    return policy.end_of("S5", start) if start else None


def stalled_due(facts: OrderFacts, policy: Policy) -> datetime | None:
    """When a parcel without an update is slow (T2): counted from shipping or the latest news (T12)."""
    if not facts.shipped_at:
        return None
    return _later(max(facts.shipped_at, facts.last_tracking_at or facts.shipped_at), policy, "T2")


def destination_due(facts: OrderFacts, policy: Policy) -> datetime | None:
    """When a parcel has to have reached the buyer's country (T3)."""
    return _later(facts.shipped_at, policy, "T3")


def _later(start: datetime | None, policy: Policy, rule: str, key: str = "after") -> datetime | None:
    """A rule's span after an instant; None where either is not known, or the pack has no such rule."""
    span: timedelta | None = policy.value(rule, key)
    return start + span if start and span is not None else None


def _after(rule: str, start: str) -> "Due":
    def due(facts: OrderFacts, policy: Policy) -> datetime | None:
        return _later(getattr(facts, start), policy, rule)

    return due


def _payment_expiry(facts: OrderFacts, policy: Policy) -> datetime | None:
    due_at = _later(facts.placed_at, policy, "P4")
    calendar = policy.value("P4", "calendar")
    return next_counting_day(due_at, calendar) if due_at and calendar else due_at


def _ship_warning(facts: OrderFacts, policy: Policy) -> datetime | None:
    end = handling_end(facts, policy)
    share: float | None = policy.value("S4", "warn_share")
    if not facts.paid_at or not end or share is None:
        return None
    return facts.paid_at + (end - facts.paid_at) * share


def _ship_overdue(facts: OrderFacts, policy: Policy) -> datetime | None:
    return handling_end(facts, policy) if facts.paid_at else None


def _promise_end(facts: OrderFacts, policy: Policy) -> datetime | None:
    """A dispute looks only at an end that is still to come when it opens."""
    end = promise_end(facts, policy)
    return None if end and facts.disputed_at and end < facts.disputed_at else end


def _protection_check(facts: OrderFacts, policy: Policy) -> datetime | None:
    end = protection_end(facts, policy)
    if not facts.shipped_at or not end or not policy.value("G1", "before_end"):
        return None
    before = end - policy.duration("G1", "before_end")
    return min(_later(facts.shipped_at, policy, "G1") or before, before)


def _later_protection_check(facts: OrderFacts, policy: Policy) -> datetime | None:
    """Again before each later end: only an end that was extended is a later one."""
    end = protection_end(facts, policy)
    known = facts.shipped_at and facts.protection_extended_at and policy.value("G1", "before_end")
    if not known or not end:
        return None
    return end - policy.duration("G1", "before_end")


Due = Callable[[OrderFacts, Policy], datetime | None]

OVER = ("delivered", "refunded", "cancelled", "completed")
PAYMENT_OVER = ("paid", "shipped", *OVER)
CANCELLATION_OVER = ("cancellation_refused", "shipped", *OVER)


@dataclass(frozen=True, slots=True)
class Definition:
    """A kind's meaning: its rule, how its date follows from the facts, and which facts end it.

    `ended_by` names facts by their `…_at` field. `in_dispute` says whether it fires while a dispute is open.
    """

    rule: str
    due: Due
    ended_by: tuple[str, ...]
    in_dispute: bool = False


DEFINITIONS: dict[MilestoneKind, Definition] = {
    Kind.PAYMENT_REMINDER: Definition("P3", _after("P3", "placed_at"), PAYMENT_OVER),
    Kind.PAYMENT_EXPIRY: Definition("P4", _payment_expiry, PAYMENT_OVER),
    Kind.CANCELLATION_REMINDER: Definition("P8", _after("P8", "cancellation_asked_at"), CANCELLATION_OVER),
    Kind.CANCELLATION_DUE: Definition("P8", _after("P8", "cancellation_asked_at"), CANCELLATION_OVER),
    Kind.SHIP_WARNING: Definition("S4", _ship_warning, ("shipped", *OVER)),
    Kind.SHIP_OVERDUE: Definition("S4", _ship_overdue, ("shipped", *OVER)),
    Kind.FIRST_SCAN: Definition("S5", first_scan_due, ("first_scan", *OVER)),
    Kind.PROMISE_END: Definition("S6", _promise_end, OVER, in_dispute=True),
    Kind.CONTACT_30: Definition("C1", _after("C1", "shipped_at"), OVER),
    Kind.CONTACT_45: Definition("C2", _after("C2", "shipped_at"), OVER),
    Kind.CONTACT_60: Definition("C3", _after("C3", "shipped_at"), OVER),
    Kind.TRACKING_STALLED: Definition("T2", stalled_due, OVER),
    Kind.NOT_IN_DESTINATION: Definition("T3", destination_due, ("arrived", *OVER)),
    Kind.PROTECTION_CHECK: Definition("G1", _protection_check, OVER),
    Kind.REVIEW_REQUEST: Definition("G3", _after("G3", "delivered_at"), ("refunded", "cancelled")),
    Kind.COMPLETION: Definition("G4", _after("G4", "delivered_at"), ("refunded", "cancelled", "completed")),
    Kind.REVIEW_REPLY_DUE: Definition("R10", _after("R10", "reviewed_at"), ("review_answered",), in_dispute=True),
}

# The kinds that come back after they fired: a carrier's news, or a later end of protection, starts them anew.
REPEATING = {
    Kind.CANCELLATION_REMINDER,
    Kind.CANCELLATION_DUE,
    Kind.TRACKING_STALLED,
    Kind.PROTECTION_CHECK,
    Kind.REVIEW_REPLY_DUE,
}


def plan(facts: OrderFacts, policy: Policy) -> Iterator[Planned]:
    """Every milestone that the facts call for now, in firing order; those that a fact has ended are left out.

    A rule of which a value is not known plans what can be told without it: an order's own date needs none.
    """
    for kind, definition in DEFINITIONS.items():
        if definition.rule not in policy.rules or ending(kind, facts):
            continue
        dues = [definition.due(facts, policy)]
        if kind is Kind.CANCELLATION_REMINDER:
            dues = [due - span for due in dues if due for span in policy.value("P8", "before") or []]
        if kind is Kind.PROTECTION_CHECK:
            dues.append(_later_protection_check(facts, policy))
        for due_at in sorted({due for due in dues if due}):
            yield Planned(kind, definition.rule, due_at)


def ending(kind: MilestoneKind, facts: OrderFacts) -> str:
    """The fact that ended this kind for good (such as "delivered"), or an empty string."""
    ended_by = DEFINITIONS[kind].ended_by
    if kind is Kind.PROMISE_END and facts.disputed_at:
        ended_by = ("delivered",)  # a dispute's advice waits for it, on an order that was over before, too (D9, A11)
    return next((name for name in ended_by if getattr(facts, f"{name}_at")), "")


def is_cancelling(facts: OrderFacts) -> bool:
    """Whether the buyer waits for an answer to his request to cancel (P8)."""
    return facts.cancellation_asked_at is not None and not ending(Kind.CANCELLATION_DUE, facts)


def obstacle(kind: MilestoneKind, facts: OrderFacts) -> str:
    """Why this kind must not fire now, looked at again at the moment it falls due; an empty string when it may."""
    if reason := ending(kind, facts):
        return reason
    if facts.disputed_at and not DEFINITIONS[kind].in_dispute:
        return "dispute_open"
    if kind in {Kind.PAYMENT_REMINDER, Kind.PAYMENT_EXPIRY} and facts.payment_checking_since:
        return "payment_checking"
    return ""
