"""Which orders stand behind each figure of rules K: one condition, by which the page counts and the list lists."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan

from disputes.lifecycle import AGAINST_US, OPEN_DISPUTE
from disputes.models import ActionItem, ActionKind, ActionState, Dispute
from disputes.services import counting_cases
from disputes.services.asking import Question, having
from disputes.services.complaints import complaining_between
from disputes.services.first_scans import scan_due, scan_start
from messaging.models import InboundMessage
from messaging.models.inbound import InboundKind
from orders.arrivals import ParcelOutcome
from orders.events import EventType
from orders.models import Milestone, Order, Shipment, Store
from orders.models.milestones import MilestoneState
from orders.services.arrivals import judged_parcels

LATE = timedelta(minutes=5)  # a date that fired so long after its time was late: the sweep alone takes some seconds
PROMPT = timedelta(days=1)  # an answer to a buyer, or to his review, that came within this time
NOT_OVER: dict[str, Any] = dict.fromkeys(("delivered_at", "completed_at", "cancelled_at", "refunded_at"))
NO_REASON = "-"  # in a question: the disputes of which the platform told no reason


class Figure(StrEnum):
    """What is counted, always in orders; those of `OF_NOW` as they stand, the others in a time."""

    WROTE = "wrote"
    ANSWERED_IN_TIME = "answered_in_time"
    KEPT_WAITING = "kept_waiting"
    REVIEWED = "reviewed"
    REVIEW_ANSWERED = "review_answered"
    PAID = "paid"
    SHIPPED_24H = "shipped_24h"
    SHIPPED_48H = "shipped_48h"
    SHIPPED_IN_TIME = "shipped_in_time"
    SHIPPED_LATE = "shipped_late"
    SCANNED_IN_TIME = "scanned_in_time"
    SCANNED_LATE = "scanned_late"
    DELIVERED = "delivered"
    DELIVERED_IN_TIME = "delivered_in_time"
    DELIVERED_LATE = "delivered_late"
    COMPLAINED = "complained"
    EXTENDED_IN_TIME = "extended_in_time"
    EXTENSION_MISSED = "extension_missed"
    DISPUTES_OPENED = "disputes_opened"
    DISPUTES_CLOSED = "disputes_closed"
    LOST_BY_DEFAULT = "lost_by_default"
    CASES_OPENED = "cases_opened"
    WRONG_SHIPMENTS = "wrong_shipments"
    UNSHIPPED_IN_TIME = "unshipped_in_time"
    UNSHIPPED_LATE = "unshipped_late"
    SHIPPED_REFUND_IN_TIME = "shipped_refund_in_time"
    SHIPPED_REFUND_LATE = "shipped_refund_late"
    RETURN_IN_TIME = "return_in_time"
    RETURN_LATE = "return_late"
    COMPENSATED = "compensated"
    DATES_FIRED = "dates_fired"
    DATES_LATE = "dates_late"
    DATES_TODAY = "dates_today"
    DATES_GIVEN_UP = "dates_given_up"
    DISPUTES_OPEN = "disputes_open"
    CASES_OPEN = "cases_open"


OF_NOW = {Figure.DATES_TODAY, Figure.DATES_GIVEN_UP, Figure.DISPUTES_OPEN, Figure.CASES_OPEN}
NEEDS = {  # the rule without which a store does not have the figure
    Figure.SHIPPED_IN_TIME: "S4",
    Figure.SHIPPED_LATE: "S4",
    Figure.SCANNED_IN_TIME: "S5",
    Figure.SCANNED_LATE: "S5",
    Figure.DELIVERED_IN_TIME: "S6",
    Figure.DELIVERED_LATE: "S6",
    Figure.EXTENDED_IN_TIME: "G1",
    Figure.EXTENSION_MISSED: "G1",
    Figure.UNSHIPPED_IN_TIME: "R1",
    Figure.UNSHIPPED_LATE: "R1",
    Figure.SHIPPED_REFUND_IN_TIME: "R3",
    Figure.SHIPPED_REFUND_LATE: "R3",
    Figure.RETURN_IN_TIME: "R4",
    Figure.RETURN_LATE: "R4",
}
DATED_BY_ORDER = {"S4"}  # an order names its own date: a pack that knows no span has the figure all the same


def has_figure(figure: Figure, store: Store) -> bool:
    """Whether the store's pack has the rule that the figure measures."""
    rule, policy = NEEDS.get(figure, ""), store.current_policy
    return not rule or policy.has(rule) or (rule in DATED_BY_ORDER and rule in policy.rules)


def orders_behind(figure: Figure, question: Question) -> Q:
    """The condition on orders of the question's store; none where its pack has no such rule."""
    if not has_figure(figure, question.store):
        return Q(pk__in=[])
    return Q(store=question.store) & CONDITIONS[figure](question)


def count_orders(figure: Figure, question: Question) -> int:
    """How many orders stand behind the figure."""
    counted: int = Order.objects.filter(orders_behind(figure, question)).count()
    return counted


# --- buyers -----------------------------------------------------------------------------------------------------------
def letters(question: Question) -> QuerySet[Any]:
    """What buyers wrote in the time, with `done_at`: when each was answered, or said to need no answer."""
    rows = InboundMessage.objects.filter(question.within("received_at"), store=question.store, kind=InboundKind.BUYER)
    found: QuerySet[Any] = rows.exclude(order=None).annotate(done_at=Coalesce("answered_at", "dismissed_at"))
    return found


def _slow(question: Question) -> QuerySet[Any]:
    is_slow = Q(done_at__gt=F("received_at") + PROMPT) | Q(done_at=None, received_at__lt=question.now - PROMPT)
    return letters(question).filter(is_slow)


def _answered_in_time(question: Question) -> Q:
    return having(letters(question).exclude(done_at=None)) & ~having(_slow(question))


# --- shipping ---------------------------------------------------------------------------------------------------------
def _shipped_within(span: timedelta) -> Callable[[Question], Q]:
    return lambda question: question.within("paid_at") & Q(shipped_at__lte=F("paid_at") + span)


def _ship_by(question: Question) -> Combinable:
    """The order's own date, else the pack's span; of a pack that knows none, only orders with a date are judged."""
    span = question.store.current_policy.value("S4", "handling")
    return Coalesce("ship_by", F("paid_at") + span) if span else F("ship_by")


def _shipped_in_time(question: Question) -> Q:
    return question.within("paid_at") & Q(shipped_at__lte=_ship_by(question))


def _shipped_late(question: Question) -> Q:
    never = Q(LessThan(_ship_by(question), Value(question.now)), shipped_at=None, **NOT_OVER)
    return question.within("paid_at") & (Q(shipped_at__gt=_ship_by(question)) | never)


def _scanned_in_time(question: Question) -> Q:
    due = scan_due(question.store.current_policy, question.start, question.end)
    return question.within(scan_start(question.store.current_policy)) & Q(first_scan_at__lte=due)


def _scanned_late(question: Question) -> Q:
    due = scan_due(question.store.current_policy, question.start, question.end)
    never = Q(LessThan(due, Value(question.now)), first_scan_at=None, **NOT_OVER)
    return question.within(scan_start(question.store.current_policy)) & (Q(first_scan_at__gt=due) | never)


# --- after the parcel has left ----------------------------------------------------------------------------------------
def _delivered(outcome: ParcelOutcome) -> Callable[[Question], Q]:
    def condition(question: Question) -> Q:
        parcels = Shipment.objects.filter(question.within("order__delivered_at"), order__store=question.store)
        judged = judged_parcels(parcels, question.store.current_policy, now=question.now)
        return question.within("delivered_at") & having(judged.filter(outcome=outcome))

    return condition


def _complained(question: Question) -> Q:
    return Q(pk__in=complaining_between(question.store, question.start, question.end))


def _extensions(question: Question) -> QuerySet[ActionItem]:
    """What G1 asked for, by the end of protection that it came before."""
    rows: QuerySet[ActionItem] = ActionItem.objects.filter(
        question.within("due_at"), kind=ActionKind.EXTEND_RECEIPT_TIME
    )
    return rows


def _extended_in_time(question: Question) -> Q:
    done = Q(state=ActionState.DONE) | Q(state=ActionState.SETTLED, reason=EventType.RECEIPT_EXTENDED)
    return having(_extensions(question).filter(done, closed_at__lte=F("due_at")))


def _extension_missed(question: Question) -> Q:
    """The protection ended while the parcel was still on its way, and nobody had extended it."""
    missed = Q(state=ActionState.OPEN) | Q(closed_at__gt=F("due_at"))
    return having(_extensions(question).filter(missed, due_at__lt=question.now))


# --- disputes ---------------------------------------------------------------------------------------------------------
def disputes(question: Question) -> QuerySet[Dispute]:
    """The disputes of the question's store, reason and outcome, of whatever time."""
    rows: QuerySet[Dispute] = Dispute.objects.filter(order__store=question.store)
    if question.reason:
        rows = rows.filter(reason="" if question.reason == NO_REASON else question.reason)
    return rows.filter(state__in=question.outcome.split(",")) if question.outcome else rows


def closed_disputes(question: Question) -> QuerySet[Dispute]:
    """Those that ended in the time."""
    return disputes(question).filter(question.within("closed_at"))


def open_disputes_of(question: Question) -> QuerySet[Dispute]:
    """Those that are open now."""
    return disputes(question).filter(state__in=OPEN_DISPUTE)


def _lost_by_default(question: Question) -> QuerySet[Dispute]:
    """Closed against us after we had let a deadline pass: the answer's, or the evidence's without any."""
    silent = Q(response_missed_at__isnull=False) | Q(missed_at__isnull=False, submitted_at=None)
    return closed_disputes(question).filter(silent, state__in=AGAINST_US)


# --- dates ------------------------------------------------------------------------------------------------------------
def fired(question: Question) -> QuerySet[Milestone]:
    """The dates that fired in the time."""
    rows: QuerySet[Milestone] = Milestone.objects.filter(question.within("outcome_at"), state=MilestoneState.FIRED)
    return rows


def _due_today(question: Question) -> QuerySet[Milestone]:
    # `next_attempt_at` is what the index of waiting dates holds; it is never before the date itself.
    waiting = Milestone.objects.filter(state=MilestoneState.PENDING, next_attempt_at__lt=question.end)
    rows: QuerySet[Milestone] = waiting.filter(due_at__lt=question.end)
    return rows


CONDITIONS: dict[Figure, Callable[[Question], Q]] = {
    Figure.WROTE: lambda q: having(letters(q)),
    Figure.ANSWERED_IN_TIME: _answered_in_time,
    Figure.KEPT_WAITING: lambda q: having(_slow(q)),
    Figure.REVIEWED: counting_cases.reviewed,
    Figure.REVIEW_ANSWERED: counting_cases.review_answered,
    Figure.PAID: lambda q: q.within("paid_at"),
    Figure.SHIPPED_24H: _shipped_within(timedelta(hours=24)),
    Figure.SHIPPED_48H: _shipped_within(timedelta(hours=48)),
    Figure.SHIPPED_IN_TIME: _shipped_in_time,
    Figure.SHIPPED_LATE: _shipped_late,
    Figure.SCANNED_IN_TIME: _scanned_in_time,
    Figure.SCANNED_LATE: _scanned_late,
    Figure.DELIVERED: lambda q: q.within("delivered_at"),
    Figure.DELIVERED_IN_TIME: _delivered(ParcelOutcome.ON_TIME),
    Figure.DELIVERED_LATE: _delivered(ParcelOutcome.LATE),
    Figure.COMPLAINED: _complained,
    Figure.EXTENDED_IN_TIME: _extended_in_time,
    Figure.EXTENSION_MISSED: _extension_missed,
    Figure.DISPUTES_OPENED: lambda q: having(disputes(q).filter(q.within("opened_at"))),
    Figure.DISPUTES_CLOSED: lambda q: having(closed_disputes(q)),
    Figure.LOST_BY_DEFAULT: lambda q: having(_lost_by_default(q)),
    Figure.CASES_OPENED: lambda q: having(counting_cases.opened_cases(q)),
    Figure.WRONG_SHIPMENTS: lambda q: having(counting_cases.wrong_shipments(q)),
    Figure.UNSHIPPED_IN_TIME: counting_cases.settled_in_time("R1"),
    Figure.UNSHIPPED_LATE: counting_cases.settled_late("R1"),
    Figure.SHIPPED_REFUND_IN_TIME: counting_cases.settled_in_time("R3"),
    Figure.SHIPPED_REFUND_LATE: counting_cases.settled_late("R3"),
    Figure.RETURN_IN_TIME: counting_cases.settled_in_time("R4"),
    Figure.RETURN_LATE: counting_cases.settled_late("R4"),
    Figure.COMPENSATED: lambda q: having(counting_cases.booked(q)),
    Figure.DATES_FIRED: lambda q: having(fired(q)),
    Figure.DATES_LATE: lambda q: having(fired(q).filter(outcome_at__gt=F("due_at") + LATE)),
    Figure.DATES_TODAY: lambda q: having(_due_today(q)),
    Figure.DATES_GIVEN_UP: lambda _q: having(Milestone.objects.filter(state=MilestoneState.DEAD)),
    Figure.DISPUTES_OPEN: lambda q: having(open_disputes_of(q)),
    Figure.CASES_OPEN: lambda q: having(counting_cases.open_cases(q)),
}
