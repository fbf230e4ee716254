"""Why a future date is what it is: the sum behind it, such as "18 May = shipped 3 Apr + 45 days".

A sum is only said where it comes out at the date itself; what was planned by other values keeps its rule alone.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from desk import clocks
from desk.rules import format_value
from desk.words import MILESTONES
from disputes.deadlines import DisputeMilestone
from disputes.models import Dispute
from orders.calendars import next_counting_day
from orders.models import Milestone, Order
from orders.planning import (
    MilestoneKind,
    first_scan_due,
    handling_end,
    promise_end,
    protection_end,
)
from orders.policies import Policy

Words = str | Promise
Kind = MilestoneKind

FACTS: dict[str, Words] = {
    "placed_at": _("placed"),
    "cancellation_asked_at": _("asked to cancel"),
    "paid_at": _("paid"),
    "shipped_at": _("shipped"),
    "delivered_at": _("delivered"),
    "reviewed_at": _("reviewed"),
    "last_tracking_at": _("latest tracking news"),
}
HANDLING_END, PROMISE_END, PROTECTION_END = _("end of the handling time"), _("promised delivery"), _("protection end")
# The kinds that are one span of their rule after one fact.
AFTER: dict[str, str] = {
    Kind.PAYMENT_REMINDER: "placed_at",
    Kind.CANCELLATION_DUE: "cancellation_asked_at",
    Kind.CONTACT_30: "shipped_at",
    Kind.CONTACT_45: "shipped_at",
    Kind.CONTACT_60: "shipped_at",
    Kind.NOT_IN_DESTINATION: "shipped_at",
    Kind.REVIEW_REQUEST: "delivered_at",
    Kind.COMPLETION: "delivered_at",
    Kind.REVIEW_REPLY_DUE: "reviewed_at",
}


@dataclass(frozen=True, slots=True)
class Sum:
    """Something known, and the span before or after it; where the days are counted otherwise, `counted` says so."""

    what: Words
    start: datetime
    span: timedelta = timedelta(0)
    counted: str = ""
    ends: datetime | None = None  # where start and span alone do not say it
    tail: str = ""

    @property
    def result(self) -> datetime:
        """What it comes out at (UTC)."""
        return self.ends or self.start + self.span

    def told(self, now: datetime) -> str:
        """The sum in words, on the reader's clock."""
        said = {
            "result": _when(self.result, self.span, now),
            "what": self.what,
            "start": _when(self.start, self.span, now),
            "span": self.counted or clocks.format_span(abs(self.span)),
        }
        if not self.span and not self.counted:
            return _now("%(result)s = %(what)s, as the order itself says") % said
        if self.span < timedelta(0):
            return _now("%(result)s = %(what)s %(start)s − %(span)s") % said
        return _now("%(result)s = %(what)s %(start)s + %(span)s") % said + self.tail


def _when(instant: datetime, span: timedelta, now: datetime) -> str:
    """Days are enough where days are added; hours want the time."""
    exact = bool(span % clocks.DAY) or abs(span) < 2 * clocks.DAY
    return clocks.format_instant(instant, now=now) if exact else clocks.format_day(instant, now=now)


def sum_of(order: Order, row: Milestone, disputes: Mapping[str, Dispute]) -> Sum | None:
    """The sum that comes out at the milestone's date, if one does; `disputes` by their subjects."""
    dispute = disputes.get(row.subject)
    sums = _of_dispute(order, row, dispute) if dispute else _of_order(order, row)
    return next((found for found in sums if found.result == row.due_at), None)


def _of_order(order: Order, row: Milestone) -> Iterator[Sum]:
    if row.kind in AFTER:
        fact = AFTER[row.kind]
        yield from _after(order, fact, order.policy.value(row.rule, "after"))
    elif row.kind in SUMS:
        yield from SUMS[MilestoneKind(row.kind)](order)


def _after(order: Order, fact: str, span: timedelta | None) -> Iterator[Sum]:
    start: datetime | None = getattr(order, fact)
    if start is not None and span is not None:
        yield Sum(FACTS[fact], start, span)


def _payment_expiry(order: Order) -> Iterator[Sum]:
    yield from _after(order, "placed_at", span := order.policy.value("P4", "after"))
    calendar = order.policy.value("P4", "calendar")
    if span and calendar:
        moved = _now(", moved to the next of the %(calendar)s") % {"calendar": format_value(calendar)}
        ends = next_counting_day(order.placed_at + span, calendar)
        yield Sum(FACTS["placed_at"], order.placed_at, span, ends=ends, tail=moved)


def _cancellation_reminder(order: Order) -> Iterator[Sum]:
    asked_at, span = order.cancellation_asked_at, order.policy.value("P8", "after")
    if asked_at and span:
        yield from _before(order, MILESTONES[Kind.CANCELLATION_DUE], asked_at + span, rule="P8")


def _ship_warning(order: Order) -> Iterator[Sum]:
    end, share = handling_end(order, order.policy), order.policy.value("S4", "warn_share")
    if order.paid_at and end and share:
        told = {"share": f"{share:.0%}", "span": clocks.format_span(end - order.paid_at)}
        counted = _now("%(share)s of %(span)s") % told
        yield Sum(FACTS["paid_at"], order.paid_at, (end - order.paid_at) * share, counted=counted)


def _ship_overdue(order: Order) -> Iterator[Sum]:
    yield from _after(order, "paid_at", order.policy.value("S4", "handling"))
    if order.ship_by:
        yield Sum(HANDLING_END, order.ship_by)


def _first_scan(order: Order) -> Iterator[Sum]:
    fact = order.policy.value("S5", "from")
    start, ends = getattr(order, fact or "", None), first_scan_due(order, order.policy)
    yield from _after(order, fact, order.policy.value("S5", "after")) if fact in FACTS else ()
    if start and ends and (days := order.policy.value("S5", "working_days")):
        of = {"n": days, "calendar": format_value(order.policy.value("S5", "calendar"))}
        counted = ngettext("%(n)d of the %(calendar)s", "%(n)d of the %(calendar)s", days) % of
        yield Sum(FACTS[fact], start, ends - start, counted=counted, ends=ends)


def _promise(order: Order) -> Iterator[Sum]:
    if order.promised_at:
        yield Sum(PROMISE_END, order.promised_at)
    if order.promised_days is not None:
        yield from _after(order, "shipped_at", timedelta(days=order.promised_days))
    yield from _after(order, "shipped_at", order.policy.value("S6", "promise"))


def _stalled(order: Order) -> Iterator[Sum]:
    span = order.policy.value("T2", "after")
    yield from _after(order, "last_tracking_at", span)
    yield from _after(order, "shipped_at", span)


def _protection(order: Order) -> Iterator[Sum]:
    yield from _after(order, "shipped_at", order.policy.value("G1", "after"))
    end, span = protection_end(order, order.policy), order.policy.value("G1", "before_end")
    if end and span:
        yield Sum(PROTECTION_END, end, -span)


SUMS: dict[MilestoneKind, Callable[[Order], Iterator[Sum]]] = {
    Kind.PAYMENT_EXPIRY: _payment_expiry,
    Kind.CANCELLATION_REMINDER: _cancellation_reminder,
    Kind.SHIP_WARNING: _ship_warning,
    Kind.SHIP_OVERDUE: _ship_overdue,
    Kind.FIRST_SCAN: _first_scan,
    Kind.PROMISE_END: _promise,
    Kind.TRACKING_STALLED: _stalled,
    Kind.PROTECTION_CHECK: _protection,
}


def protection_sum(order: Order) -> Sum | None:
    """How the end of the buyer's protection follows: the order's own date, or a while after the promise (G1)."""
    promised, end = promise_end(order, order.policy), protection_end(order, order.policy)
    if end is None:
        return None
    span = order.policy.value("G1", "after_promise")
    is_counted = not order.protection_ends_at and promised and span
    return Sum(PROMISE_END, promised, span) if is_counted and promised else Sum(PROTECTION_END, end)


# --- disputes ---------------------------------------------------------------------------------------------------------
def _of_dispute(order: Order, row: Milestone, dispute: Dispute) -> Iterator[Sum]:
    policy = order.policy
    changed = _("buyer's last change") if dispute.changed_at != dispute.opened_at else _("dispute opened")
    match row.kind:
        case DisputeMilestone.RESPONSE_DUE:
            yield from _until(policy, "D1", changed, dispute.changed_at)
            yield from _named(dispute.platform_respond_by)
        case DisputeMilestone.ESCALATION if policy.has("D3"):
            yield Sum(_("dispute opened"), dispute.opened_at, policy.duration("D3"))
        case DisputeMilestone.EVIDENCE_DUE if dispute.noticed_at:
            yield from _until(policy, row.rule, _("platform's notice"), dispute.noticed_at)
            yield from _named(dispute.platform_evidence_by)
        case DisputeMilestone.APPEAL_DUE if dispute.closed_at:
            yield from _until(policy, row.rule, _("decision"), dispute.closed_at)
        case DisputeMilestone.RESPONSE_REMINDER if dispute.respond_by:
            yield from _before(order, _("answer due"), dispute.respond_by)
        case DisputeMilestone.EVIDENCE_REMINDER if dispute.evidence_by:
            yield from _before(order, _("evidence due"), dispute.evidence_by)


def _until(policy: Policy, rule: str, what: Words, start: datetime) -> Iterator[Sum]:
    """A span of the rule, in hours and days or in days that count; none where the pack does not know it."""
    ends, days = policy.end_of(rule, start), policy.value(rule, "working_days")
    if ends and days:
        calendar = format_value(policy.value(rule, "calendar"))
        counted = ngettext("%(n)d of the %(calendar)s", "%(n)d of the %(calendar)s", days)
        yield Sum(what, start, ends - start, counted=counted % {"n": days, "calendar": calendar}, ends=ends)
    elif ends:
        yield Sum(what, start, ends - start)


def _named(at: datetime | None) -> Iterator[Sum]:
    if at:
        yield Sum(_("the platform's date for this case"), at)


def _before(order: Order, what: Words, deadline: datetime, *, rule: str = "D6") -> Iterator[Sum]:
    for span in order.policy.value(rule, "before") or []:
        yield Sum(what, deadline, -span)
