"""The follow-through of parcels that need somebody: a case opens and closes with the queue, a person takes the steps.

An open case always has a next date. The one that comes by itself is a milestone, which asks the team when it comes:
most parcels have left their queue by then. The one after a person's step is asked for at once, for he planned it.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django_fsm import can_proceed

from disputes.models import ActionItem, ActionKind, ActionState, TrackingCase
from disputes.services.actions import raise_dated, settle_actions
from disputes.tracking_lifecycle import CaseStep
from orders.models import Milestone, Order
from orders.models.timeline import EventKind
from orders.planning import Planned
from orders.services.buyers import present_hands
from orders.services.ledger import OPEN_STATES, OrderLedger, open_ledger, save_ledgers
from orders.services.milestones import Series, bring_in_line, fire_milestone
from orders.triage import TrackingQueue, triage

RULE = "R12"  # every open case has a next date
# What the rules ask of the team while a parcel stands in a queue: as long as one is open, it is the next date. Of the
# parcel itself, that is: a promise to the buyer, a call-back or an after-sale case asks for the same kinds.
ASKED = {
    ActionKind.VERIFY_TRACKING,
    ActionKind.VERIFY_DELIVERY,
    ActionKind.CONTACT_BUYER,
    ActionKind.RECORD_CHOICE,
    ActionKind.REFUND,
}


class CaseMilestone(StrEnum):
    """The kind of milestone that belongs to a tracking case."""

    FOLLOW_UP = "tracking_follow_up"


class StepNotPossible(ValueError):
    """A step that cannot be taken now; the message says why and what to do."""


# --- with the queue ---------------------------------------------------------------------------------------------------
def follow_parcel(ledger: OrderLedger) -> None:
    """Open the order's case when its parcel enters a queue, close it when it leaves, and keep an open one dated.

    Asks the database nothing about an order that stands in no queue and stood in none.
    """
    ledger.file_parcel()
    if ledger.order.tracking_queue or ledger.is_refiled:
        bring_case_in_line(ledger)


def bring_case_in_line(ledger: OrderLedger) -> None:
    """Make the order's open case that of the queue in which its parcel stands now, if it stands in one."""
    queue = ledger.order.tracking_queue
    case = open_case(ledger)
    if case and case.queue != queue:
        _close(ledger, case)
        case = None
    if case:
        _keep_dated(ledger, case)
    elif queue:
        _open(ledger)


def open_case(ledger: OrderLedger) -> TrackingCase | None:
    """The order's open case, if its parcel stands in a queue."""
    return next((case for case in ledger.rows_of(TrackingCase) if case.is_open), None)


def _open(ledger: OrderLedger) -> None:
    finding = triage(ledger.order, ledger.policy, now=ledger.now)
    case = TrackingCase(
        order=ledger.order,
        number=len(ledger.rows_of(TrackingCase)) + 1,
        queue=ledger.order.tracking_queue,
        rule=finding.rule if finding else "",
        opened_at=ledger.now,
        next_at=ledger.now,
    )
    ledger.add(case)
    _set_date(ledger, case, _usual_date(ledger))


def _close(ledger: OrderLedger, case: TrackingCase) -> None:
    result = case_result(ledger.order, case)
    if case.pk is None and case.opened_at == ledger.now:
        _drop(ledger, case)  # it came and went within one file: nobody could have seen it
        return
    case.close(ledger.now)
    case.result = result
    settle_actions(ledger, [ActionKind.REVIEW_MANUALLY], reason=result, subject=case.subject)
    settle_actions(ledger, ASKED, reason=result, subject=f"tracking:{case.queue}")
    bring_in_line(ledger, _series(case), [], at=ledger.now)
    data = {"queue": case.queue, "result": result}
    ledger.write(EventKind.NOTE, "tracking_case_closed", at=ledger.now, rule=case.rule, data=data)
    _store(case)


def case_result(order: Order, case: TrackingCase) -> str:
    """What became of a case whose parcel left its queue: a fact's name, or the queue to which it went on."""
    if order.tracking_queue:
        return f"queue_{order.tracking_queue}"
    over = next((name for name in ("refunded", "cancelled") if getattr(order, f"{name}_at")), "")
    if over or case.queue == TrackingQueue.NOT_RECEIVED:
        return over or "received"
    over = next((name for name in ("delivered", "completed") if getattr(order, f"{name}_at")), "")
    return over or "moved_on"


def _drop(ledger: OrderLedger, case: TrackingCase) -> None:
    dates = [row for row in ledger.milestones if (row.kind, row.subject) == (CaseMilestone.FOLLOW_UP, case.subject)]
    gone = [case, *dates]
    ledger.rows = [row for row in ledger.rows if row not in gone]
    for name, rows in ledger.read.items():
        ledger.read[name] = [row for row in rows if row not in gone]


def _keep_dated(ledger: OrderLedger, case: TrackingCase) -> None:
    """A date that came and whose action is gone without the parcel having moved: somebody looks again."""
    if case.next_at <= ledger.now and not _has_milestone(ledger, case) and not _asked_of_team(ledger, case):
        _set_date(ledger, case, _usual_date(ledger))


def _usual_date(ledger: OrderLedger) -> datetime:
    return ledger.now + ledger.policy.duration(RULE, "next_date")


def _set_date(ledger: OrderLedger, case: TrackingCase, next_at: datetime) -> None:
    case.next_at = next_at
    _store(case)
    bring_in_line(ledger, _series(case), [Planned(CaseMilestone.FOLLOW_UP, RULE, next_at)], at=ledger.now)


def _series(case: TrackingCase) -> Series:
    return Series(CaseMilestone.FOLLOW_UP, case.result or "replaced", repeats=True, subject=case.subject)


def _has_milestone(ledger: OrderLedger, case: TrackingCase) -> bool:
    mine = (row for row in ledger.milestones if (row.kind, row.subject) == (CaseMilestone.FOLLOW_UP, case.subject))
    return any(row.state in OPEN_STATES for row in mine)


def _asked_of_team(ledger: OrderLedger, case: TrackingCase) -> list[ActionItem]:
    items = [row for row in ledger.rows_of(ActionItem) if row.state == ActionState.OPEN]
    by_rules = ("", f"tracking:{case.queue}")
    return [row for row in items if row.subject == case.subject or (row.kind in ASKED and row.subject in by_rules)]


def _store(case: TrackingCase) -> None:
    if case.pk:
        case.save()


# --- its date ---------------------------------------------------------------------------------------------------------
def fire_follow_up(ledger: OrderLedger, milestone: Milestone) -> None:
    """The next date has come: what was asked for already is the reminder, else it is asked for now, late (R12)."""
    case = open_case(ledger)
    fire_milestone(ledger, milestone)
    if case is None or case.subject != milestone.subject:
        return
    asked = _asked_of_team(ledger, case)
    if not asked:
        asked = [_ask(ledger, case)]
    case.next_at = min(item.due_at for item in asked)
    _store(case)


def _ask(ledger: OrderLedger, case: TrackingCase) -> ActionItem:
    """Somebody looks by the case's next date; whoever took the last step, if he is at work."""
    kind, data = ActionKind.REVIEW_MANUALLY, {"queue": case.queue}
    item = raise_dated(ledger, kind, rule=RULE, due_at=case.next_at, subject=case.subject, data=data)
    if case.responsible_id in present_hands(ledger):
        item.assignee_id = case.responsible_id
    return item


# --- by a person ------------------------------------------------------------------------------------------------------
TRANSITIONS: dict[CaseStep, Callable[[TrackingCase], Callable[[datetime], None]]] = {
    CaseStep.QUERY: lambda case: case.query,
    CaseStep.ANALYSE: lambda case: case.analyse,
    CaseStep.REASSURE: lambda case: case.reassure,
    CaseStep.FOLLOW_UP: lambda case: case.follow_up,
}


def take_step(
    case_id: int, step: CaseStep, *, now: datetime, actor: str, text: str = "", next_at: datetime | None = None
) -> TrackingCase:
    """Note that a person took the case's next step, and when somebody looks again: by default after R12's span.

    `now` and `next_at` are in UTC, `actor` is the user's id, `text` what he found (kept beside the timeline).
    Raises StepNotPossible, and TrackingCase.DoesNotExist.
    """
    with transaction.atomic():
        order_id = TrackingCase.objects.values_list("order_id", flat=True).get(pk=case_id)
        ledger = open_ledger(order_id, now=now, actor=actor)
        case: TrackingCase = next(row for row in ledger.rows_of(TrackingCase) if row.pk == case_id)
        _refuse_impossible(case, step, next_at, now)
        take_step_in(ledger, case, step, text=text, next_at=next_at)
        follow_parcel(ledger)
        save_ledgers([ledger])
    return case


def take_step_in(
    ledger: OrderLedger, case: TrackingCase, step: CaseStep, *, text: str = "", next_at: datetime | None = None
) -> None:
    """The same on an open ledger, for a step that can be taken; whoever opened the ledger saves it."""
    if can_proceed(change := TRANSITIONS[step](case)):
        change(ledger.now)
    if ledger.actor.isdigit():
        case.responsible_id = int(ledger.actor)
    _set_date(ledger, case, next_at or _usual_date(ledger))
    settle_actions(ledger, [ActionKind.REVIEW_MANUALLY], reason="tracking_step", subject=case.subject)
    if not _asked_of_team(ledger, case):  # never twice for one parcel
        _ask(ledger, case)
    data = {"step": step, "queue": case.queue, "next_at": case.next_at.isoformat()}
    private = {"text": text} if text else None
    ledger.write(EventKind.NOTE, "tracking_step", at=ledger.now, rule=RULE, data=data, private=private)


def _refuse_impossible(case: TrackingCase, step: CaseStep, next_at: datetime | None, now: datetime) -> None:
    if not case.is_open:
        raise StepNotPossible("the case is closed: the parcel has left this queue")
    if step != case.next_step:
        raise StepNotPossible(f"the next step of this case is {case.next_step}: load the page again")
    if next_at is not None and next_at <= now:
        raise StepNotPossible("the next date lies in the past: choose a later one")
