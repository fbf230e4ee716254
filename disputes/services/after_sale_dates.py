"""The next date of an after-sale case: an open one always has one (R12).

The team is asked for the step from its beginning, by that date: whoever plans his day sees it before it is late. The
milestone beside it says on the timeline that the date came. Dates are UTC.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from disputes.case_facts import CaseFacts
from disputes.case_lifecycle import AfterSaleState
from disputes.case_refusals import CaseRefused
from disputes.case_terms import ParcelWay
from disputes.models import ActionItem, ActionKind, ActionState, AfterSaleCase
from disputes.playbooks import Since, Step
from disputes.services.actions import is_asked, raise_action, raise_dated, settle_actions
from disputes.services.after_sale_rows import facts_of, open_cases, store_case
from disputes.services.dispute_rows import open_disputes
from orders.models import Milestone
from orders.planning import Planned
from orders.services.buyers import present_hands
from orders.services.ledger import OPEN_STATES, OrderLedger
from orders.services.milestones import Series, bring_in_line, cancel_milestone, fire_milestone

RULE = "R12"
ASKS_EVIDENCE = [ActionKind.REQUEST_BUYER_PHOTO, ActionKind.PROVIDE_EXHIBIT]


class AfterSaleMilestone(StrEnum):
    """The kind of milestone that belongs to an after-sale case."""

    STEP_DUE = "case_step_due"


def set_date(ledger: OrderLedger, case: AfterSaleCase, next_at: datetime, *, rule: str = RULE) -> None:
    """Somebody takes the case's step by `next_at`. Raises CaseRefused where that is no later moment."""
    if next_at <= ledger.now:
        raise CaseRefused(RULE, _("the next date lies in the past: choose a later one"))
    case.next_at = next_at
    store_case(case)
    bring_in_line(ledger, _series(case), [Planned(AfterSaleMilestone.STEP_DUE, rule, next_at)], at=ledger.now)
    ask_for_step(ledger, case, rule=rule)


def date_behind_dispute(ledger: OrderLedger, case: AfterSaleCase) -> None:
    """The case waits behind its order's dispute until that is to be answered, and R12's span at least."""
    deadlines = [dispute.deadline for dispute in open_disputes(ledger) if dispute.deadline]
    set_date(ledger, case, max([ledger.now + ledger.policy.duration(RULE, "next_date"), *deadlines]))


def end_dates(ledger: OrderLedger, case: AfterSaleCase) -> None:
    """Nobody waits for the case any more: its date, and what it asked of the team, end with its result."""
    bring_in_line(ledger, _series(case), [], at=ledger.now)
    for item in ledger.rows_of(ActionItem):
        if item.state == ActionState.OPEN and f"{item.subject}:".startswith(f"{case.subject}:"):
            settle_actions(ledger, [ActionKind(item.kind)], reason=f"case_{case.result}", subject=item.subject)


def date_step(ledger: OrderLedger, facts: CaseFacts, step: Step | None) -> None:
    """The date by which the case's next step is due: what its playbook says, else R12's span."""
    due_at, rule = step_due(facts, step)
    if due_at is None or due_at <= ledger.now:
        due_at, rule = ledger.now + ledger.policy.duration(RULE, "next_date"), RULE
    set_date(ledger, facts.case, due_at, rule=rule)


def step_due(facts: CaseFacts, step: Step | None) -> tuple[datetime | None, str]:
    """When a step's own time is over, and by which rule; None where the pack gives it none."""
    if step is None or step.within is None:
        return None, RULE
    span = facts.policy.value(step.within.rule, step.within.value)
    turn = max((row.taken_at for row in facts.steps), default=facts.case.opened_at)
    begins = {Since.OPENED: facts.case.opened_at, Since.TURN: turn, Since.ARRIVED: _arrived_at(facts)}
    start = begins[step.within.since]
    return (None, RULE) if span is None or start is None else (start + span, step.within.rule)


def _arrived_at(facts: CaseFacts) -> datetime | None:
    parcel = facts.parcel(ParcelWay.BACK)
    return parcel.arrived_at if parcel else None


def is_dated(ledger: OrderLedger, case: AfterSaleCase) -> bool:
    """Whether a date of the case is to come, or an action of the team stands for it."""
    return any(row.subject == case.subject for row in _open_dates(ledger)) or is_asked(ledger, case.subject)


def _series(case: AfterSaleCase) -> Series:
    reason = f"case_{case.result}" if case.result else "replaced"
    return Series(AfterSaleMilestone.STEP_DUE, reason, repeats=True, subject=case.subject)


# --- under changed rules ----------------------------------------------------------------------------------------------
def replan_cases(ledger: OrderLedger) -> None:
    """Move the dates that a rule's value gave to where the order's rules put them now; one that a person set stays.

    Writes nothing but milestones, and reads no case where no such date is open. What would lie in the past stays, too:
    nothing is late by a change of the rules.
    """
    for row in [row for row in _open_dates(ledger) if row.rule != RULE]:
        case = next((case for case in open_cases(ledger) if case.subject == row.subject), None)
        if case is None:
            continue
        facts = facts_of(ledger, case)
        due_at, rule = step_due(facts, facts.next_step())
        if due_at is not None and due_at > ledger.now and rule == row.rule:
            planned = Planned(AfterSaleMilestone.STEP_DUE, rule, due_at)
            bring_in_line(ledger, _series(case), [planned], at=ledger.now)


def keep_dates(ledger: OrderLedger) -> None:
    """After that: the cases, and what they ask of the team, have the dates of their milestones."""
    for row in [row for row in _open_dates(ledger) if row.rule != RULE]:
        for case in open_cases(ledger):
            if case.subject == row.subject and case.next_at != row.due_at:
                case.next_at = row.due_at
                store_case(case)
                ask_for_step(ledger, case, rule=row.rule)


def _open_dates(ledger: OrderLedger) -> list[Milestone]:
    return [row for row in ledger.milestones if row.kind == AfterSaleMilestone.STEP_DUE and row.state in OPEN_STATES]


# --- when it comes ----------------------------------------------------------------------------------------------------
def fire_case_date(ledger: OrderLedger, milestone: Milestone) -> None:
    """The next date has come: the team is late with the case's step, and asked for it if nobody was.

    While a dispute is open nobody is, and the case has a date again.
    """
    case = next((case for case in open_cases(ledger) if case.subject == milestone.subject), None)
    if case is None:
        cancel_milestone(ledger, milestone, reason="closed")
        return
    fire_milestone(ledger, milestone)
    if is_asked(ledger, case.subject):
        return
    if ledger.order.disputed_at:
        date_behind_dispute(ledger, case)
    else:
        ask_for_step(ledger, case, rule=milestone.rule)


def ask_for_step(ledger: OrderLedger, case: AfterSaleCase, *, rule: str) -> None:
    """Ask for the case's step by its date, once: a refund that was granted asks for the same, and has that date, too.

    While a dispute is open, it is the dispute that is answered.
    """
    its = [row for row in ledger.rows_of(ActionItem) if (row.state, row.subject) == (ActionState.OPEN, case.subject)]
    others = [row for row in its if row.kind != ActionKind.CASE_STEP]
    for item in others:
        _move(item, case.next_at)
    if others or ledger.order.disputed_at:
        settle_actions(ledger, [ActionKind.CASE_STEP], reason="case_date", subject=case.subject)
        return
    step = facts_of(ledger, case).next_step()
    for slot in step.wants if step else ():  # who takes the step asks for what it wants
        settle_actions(ledger, ASKS_EVIDENCE, reason="case_step", subject=f"{case.subject}:{slot}")
    data = {"case": case.number, "kind": case.kind, "step": step.name if step else "close", "state": case.state}
    kind, due_at = ActionKind.CASE_STEP, case.next_at
    _give(ledger, case, raise_dated(ledger, kind, rule=rule, due_at=due_at, subject=case.subject, data=data))


def _move(item: ActionItem, due_at: datetime) -> None:
    item.due_at = due_at
    if item.pk:
        item.save(update_fields=["due_at"])


def ask_team(
    ledger: OrderLedger, case: AfterSaleCase, kind: ActionKind, *, rule: str, data: dict[str, Any], about: str = ""
) -> ActionItem:
    """Ask for something of a case: of the person responsible, if he is at work; of anybody for a second approval."""
    subject = f"{case.subject}:{about}" if about else case.subject
    item = raise_action(ledger, kind, rule=rule, subject=subject, data=data)
    _give(ledger, case, item)
    return item


def _give(ledger: OrderLedger, case: AfterSaleCase, item: ActionItem) -> None:
    if case.state == AfterSaleState.APPROVAL_ASKED:
        item.assignee_id = None
    elif case.responsible_id in present_hands(ledger):
        item.assignee_id = case.responsible_id


def hand_items(ledger: OrderLedger, case: AfterSaleCase) -> None:
    """What the case asks for is the work of the person who is responsible now; a second approval stays anybody's."""
    is_second = case.state == AfterSaleState.APPROVAL_ASKED
    for item in ledger.rows_of(ActionItem):
        if is_second and item.kind == ActionKind.CASE_STEP:
            continue
        if item.state == ActionState.OPEN and f"{item.subject}:".startswith(f"{case.subject}:"):
            item.assignee_id = case.responsible_id
            if item.pk:
                item.save(update_fields=["assignee"])
