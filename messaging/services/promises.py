"""Promised replies: a promise is a deadline, and the next message that reaches the buyer settles it (M7)."""

from datetime import datetime

from messaging.models import Message, Promise
from messaging.models.promises import PromiseMilestone
from orders.models import Milestone
from orders.models.milestones import MilestoneState
from orders.planning import Planned
from orders.services.ledger import OPEN_STATES, OrderLedger
from orders.services.milestones import Series, bring_in_line

RULE = "M7"
ANSWERED = "answered"


def make_promise(ledger: OrderLedger, message: Message, *, due_at: datetime) -> Promise:
    """Keep what a message promises, with its reminders and its date (UTC)."""
    number = len(ledger.rows_of(Promise)) + 1
    promise = Promise(order=ledger.order, number=number, message=message, made_at=ledger.now, due_at=due_at)
    ledger.add(promise)
    reminders = [due_at - before for before in ledger.policy.value(RULE, "before") or []]
    _plan(ledger, promise, PromiseMilestone.REMINDER, [at for at in reminders if at > ledger.now])
    _plan(ledger, promise, PromiseMilestone.DUE, [due_at])
    return promise


def _plan(ledger: OrderLedger, promise: Promise, kind: PromiseMilestone, dates: list[datetime]) -> None:
    series = Series(kind, ANSWERED, repeats=True, subject=promise.subject)
    bring_in_line(ledger, series, [Planned(kind, RULE, due_at) for due_at in dates], at=ledger.now)


def settle_promises(sent: Message, *, now: datetime) -> int:
    """End the promises that a message keeps which has just reached the buyer; the order is locked. Returns how many.

    It keeps those that were made before it was written, and not the one that it makes itself.
    """
    open_ones = Promise.objects.filter(order=sent.order_id, settled_at=None, made_at__lte=sent.queued_at)
    kept = list(open_ones.exclude(message=sent))
    return end_promises(kept, reason=ANSWERED, now=now)


def reopen_promises(order_id: int, *, since: datetime) -> None:
    """Undo what was settled at this instant (UTC) by a message that was not sent after all; the order is locked."""
    kept = Promise.objects.filter(order=order_id, settled_at=since, reason=ANSWERED)
    subjects = [promise.subject for promise in kept]
    dates = Milestone.objects.filter(order=order_id, kind__in=list(PromiseMilestone), subject__in=subjects)
    ended = dates.filter(state=MilestoneState.CANCELLED, outcome_at=since, reason=ANSWERED)
    ended.update(state=MilestoneState.PENDING, outcome_at=None, reason="")
    kept.update(settled_at=None, reason="")


def end_promises(promises: list[Promise], *, reason: str, now: datetime) -> int:
    """End these promises of one order, which is locked, and their dates with them. Returns how many."""
    if not promises:
        return 0
    Promise.objects.filter(pk__in=[promise.pk for promise in promises]).update(settled_at=now, reason=reason)
    dates = Milestone.objects.filter(
        order=promises[0].order_id,
        kind__in=list(PromiseMilestone),
        subject__in=[promise.subject for promise in promises],
        state__in=OPEN_STATES,
    )
    dates.update(state=MilestoneState.CANCELLED, outcome_at=now, reason=reason, claim_token=None, lease_until=None)
    return len(promises)
