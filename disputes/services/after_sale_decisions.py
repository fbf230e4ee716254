"""What people decide about an after-sale case beside its steps: a second approval, a refusal, an end, another date.

`now` is UTC, `actor` a user's id. Refusals are CaseRefused or one of its kinds, with the rule and what to do.
"""

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from disputes.case_facts import RECONSIDERED, REOPENED, CaseFacts, misfits
from disputes.case_lifecycle import AfterSaleState
from disputes.case_refusals import CaseRefused, KindRefused, NotClosable, SecondPersonNeeded, StepLocked
from disputes.case_terms import Remedy, Result
from disputes.causes import CauseGroup
from disputes.models import ActionKind, AfterSaleCase
from disputes.playbooks import Step, playbook_of, said
from disputes.services.actions import settle_actions
from disputes.services.after_sale_dates import RULE, hand_items, set_date
from disputes.services.after_sale_following import RESULTS, close_in, open_case_ledger
from disputes.services.after_sale_granting import amount_left, due_refund, grant
from disputes.services.after_sale_rows import begin_anew, facts_of, note_case, refuse_twin
from disputes.services.money import strike_out
from orders.planning import protection_end
from orders.services.ledger import OrderLedger

NO_REASON = _("say why, so that the next person knows")


def _approval(facts: CaseFacts) -> Step:
    step = facts.playbook.approval
    if step is None:
        raise CaseRefused(facts.playbook.rule, _("there is nothing to approve in a case of this kind"))
    return step


# --- two persons ------------------------------------------------------------------------------------------------------
def agree(case_id: int, *, now: datetime, actor: str) -> AfterSaleCase:
    """The second approval (R1, R5): by another person than the first.

    Raises SecondPersonNeeded, StepLocked where the step waits for something by now, CaseRefused.
    """
    with open_case_ledger(case_id, now=now, actor=actor) as (ledger, case):
        facts = facts_of(ledger, case)
        step = _approval(facts)
        _look_asked(case, step)
        if actor == case.decided_by or not actor.isdigit():
            raise SecondPersonNeeded(step.rule, _("you approved it first: somebody else has to agree"))
        if ledger.order.disputed_at:
            raise CaseRefused("D1", _("a dispute is open on this order: answer it there"))
        if locks := facts.locks(step):  # what held when the first one approved may not hold any more
            raise StepLocked(locks)
        left = amount_left(ledger, case)
        if case.remedy == Remedy.REFUND and left is not None and due_refund(case) > left:
            raise CaseRefused(step.rule, _("more than is left of the order by now: send it back"))
        case.approved_by = actor
        grant(ledger, case, step)
    return case


def send_back(case_id: int, *, reason: str, now: datetime, actor: str) -> AfterSaleCase:
    """The second person does not agree: the case is worked on again, and the reason is kept."""
    with open_case_ledger(case_id, now=now, actor=actor) as (ledger, case):
        step = _approval(facts_of(ledger, case))
        _look_asked(case, step)
        _need(reason, step.rule)
        ledger.move(case.send_back, now, of=case.subject)
        case.decided_by, case.granted = "", None
        settle_actions(ledger, [ActionKind.CASE_STEP], reason="case_sent_back", subject=case.subject)
        note_case(ledger, case, "sent_back", rule=step.rule, text=reason)
    return case


def _look_asked(case: AfterSaleCase, step: Step) -> None:
    if case.state != AfterSaleState.APPROVAL_ASKED:
        raise CaseRefused(step.rule, _("nobody asked for a second approval: load the page again"))


# --- no, and perhaps after all ----------------------------------------------------------------------------------------
def refuse(case_id: int, *, reason: str, now: datetime, actor: str) -> AfterSaleCase:
    """The buyer does not get it, for a reason that is kept (R5, R6)."""
    with open_case_ledger(case_id, now=now, actor=actor) as (ledger, case):
        rule = _rule_of_refusal(case)
        _need(reason, rule)
        if not can_proceed(case.refuse):
            raise CaseRefused(rule, _("it is decided already: reconsider it first"))
        ledger.move(case.refuse, now, of=case.subject)
        case.decided_by, case.reason, case.granted = actor, reason.strip()[:500], None
        note_case(ledger, case, "refused", rule=rule, text=reason)
    return case


def _rule_of_refusal(case: AfterSaleCase) -> str:
    """A return that is not as we sent it is refused by R6, one without eligibility by R5, the rest by its kind's."""
    if case.inspection and case.inspection != "conforming":
        return "R6"
    return "R5" if case.eligibility == "none" else playbook_of(case.kind).rule


def reconsider(case_id: int, *, reason: str, now: datetime, actor: str) -> AfterSaleCase:
    """What was decided does not hold any more; what was granted and not paid is granted no more."""
    with open_case_ledger(case_id, now=now, actor=actor) as (ledger, case):
        rule = playbook_of(case.kind).rule
        _need(reason, rule)
        if not can_proceed(case.reconsider):
            raise CaseRefused(rule, _("nothing is decided that could be reconsidered"))
        ledger.move(case.reconsider, now, of=case.subject)
        _take_back(ledger, case, reason)
        begin_anew(ledger, case, RECONSIDERED)
        note_case(ledger, case, "reconsidered", rule=rule, text=reason)
    return case


def _take_back(ledger: OrderLedger, case: AfterSaleCase, reason: str) -> None:
    """Void what was booked for the buyer and not paid; ask nobody to refund any more."""
    for entry in facts_of(ledger, case).money:
        if entry.paid_at is None and entry.voided_at is None:
            strike_out(ledger, entry, reason)
    settle_actions(ledger, [ActionKind.REFUND], reason="reconsidered", subject=case.subject)
    playbook = playbook_of(case.kind)
    case.remedy = playbook.remedies[0] if len(playbook.remedies) == 1 else ""
    case.granted, case.decided_by, case.approved_by, case.reason = None, "", "", ""


# --- the end ----------------------------------------------------------------------------------------------------------
def withdraw(case_id: int, *, words: str, now: datetime, actor: str) -> AfterSaleCase:
    """The buyer takes back what he asked for; his words are kept. What left already is not taken back by that."""
    with open_case_ledger(case_id, now=now, actor=actor) as (ledger, case):
        _need(words, RULE)
        _look_open(case)
        if case.state == AfterSaleState.SETTLED or case.refunded:
            raise NotClosable(RULE, _("the buyer has it already: finish the playbook, then close the case"))
        _take_back(ledger, case, words)
        close_in(ledger, case, Result.WITHDRAWN, text=words)
    return case


def close_case(case_id: int, *, now: datetime, actor: str, note: str = "") -> AfterSaleCase:
    """Close the case; what the buyer got follows from the facts. Raises NotClosable while he has nothing.

    What he has may be closed with steps left that never come, such as goods that are not sent back: `note` says why.
    """
    with open_case_ledger(case_id, now=now, actor=actor) as (ledger, case):
        _look_open(case)
        close_in(ledger, case, _result(ledger, case, note), text=note)
    return case


def _result(ledger: OrderLedger, case: AfterSaleCase, note: str) -> Result:
    """What the facts say that the buyer got. Raises NotClosable where they do not say it."""
    facts = facts_of(ledger, case)
    rule = facts.playbook.rule
    if case.state == AfterSaleState.REFUSED:
        end = protection_end(ledger.order, ledger.policy)
        if ledger.order.completed_at or ledger.order.cancelled_at or (end and end <= ledger.now):
            return Result.REFUSED
        raise NotClosable(rule, _("the buyer may still come back: a refused case closes when the order's time is over"))
    if case.state != AfterSaleState.SETTLED:
        raise NotClosable(rule, NOTHING_YET.get(case.remedy, _("the buyer has nothing yet: decide what he gets")))
    if (left := facts.required_steps()) and not note.strip():
        told = _("first comes: %(step)s. If it never does, say in the note why the case is over without it")
        raise NotClosable(left[0].rule, told % {"step": said(left[0].title)})
    return RESULTS[case.remedy]


NOTHING_YET = {
    "refund": _("the buyer has no money yet: refund it, and record the refund on the order"),
    "reship": _("the buyer has no parcel yet: it has to arrive, or he says that he has it"),
    "exchange": _("the buyer has no parcel yet: it has to arrive, or he says that he has it"),
    "compensation": _("the compensation is not paid yet: pay it, and mark the line of the ledger"),
    "answer": _("the buyer has not said that it is well: call him back"),
}


def reopen(case_id: int, *, reason: str, now: datetime, actor: str) -> AfterSaleCase:
    """The trouble came back: the case is worked on again, and what it gave stays given."""
    with open_case_ledger(case_id, now=now, actor=actor) as (ledger, case):
        rule = playbook_of(case.kind).rule
        _need(reason, rule)
        if not can_proceed(case.reopen):
            raise CaseRefused(rule, _("the case is open: go on with it"))
        refuse_twin(ledger, case)
        ledger.move(case.reopen, now, of=case.subject)
        case.result, case.granted, case.decided_by, case.approved_by = "", None, "", ""
        playbook = playbook_of(case.kind)
        case.remedy = playbook.remedies[0] if len(playbook.remedies) == 1 else ""
        case.inspection = case.intercept = ""
        begin_anew(ledger, case, REOPENED)
        note_case(ledger, case, "reopened", rule=rule, text=reason)
    return case


# --- who, when, what --------------------------------------------------------------------------------------------------
def set_next_date(case_id: int, next_at: datetime, *, now: datetime, actor: str, note: str = "") -> AfterSaleCase:
    """Somebody looks again at `next_at` (UTC). Raises CaseRefused where that is no later moment (R12)."""
    with open_case_ledger(case_id, now=now, actor=actor) as (ledger, case):
        _look_open(case)
        set_date(ledger, case, next_at)
        note_case(ledger, case, "dated", rule=RULE, text=note, next_at=next_at.isoformat())
    return case


def hand_over(case_id: int, user_id: int | None, *, now: datetime, actor: str) -> AfterSaleCase:
    """Another member of the store is responsible (R12); whoever calls has looked that he is one."""
    with open_case_ledger(case_id, now=now, actor=actor) as (ledger, case):
        _look_open(case)
        case.responsible_id = user_id
        hand_items(ledger, case)
        note_case(ledger, case, "handed", rule=RULE, to=user_id)
    return case


def change_cause(case_id: int, cause: CauseGroup, *, now: datetime, actor: str) -> AfterSaleCase:
    """The trouble began elsewhere than was thought (R12)."""
    with open_case_ledger(case_id, now=now, actor=actor) as (ledger, case):
        was, case.cause = case.cause, cause
        note_case(ledger, case, "cause", rule=RULE, was=was, cause=cause)
    return case


def change_kind(case_id: int, kind: str, *, now: datetime, actor: str) -> AfterSaleCase:
    """The case goes on by another playbook, such as a return when an explanation did not help; its steps stay told."""
    with open_case_ledger(case_id, now=now, actor=actor) as (ledger, case):
        _look_open(case)
        playbook = playbook_of(kind)
        if case.state != AfterSaleState.OPENED:
            raise KindRefused(playbook.rule, _("it is decided already: reconsider it first"))
        if locks := misfits(playbook, ledger.order, ledger.policy, now=now):
            raise KindRefused(locks[0].rule, locks[0].message)
        was, case.kind, case.step = case.kind, kind, ""
        refuse_twin(ledger, case)
        case.remedy = playbook.remedies[0] if len(playbook.remedies) == 1 else ""
        note_case(ledger, case, "kind", rule=playbook.rule, was=was)
    return case


def _need(text: str, rule: str) -> None:
    if not text.strip():
        raise CaseRefused(rule, NO_REASON)


def _look_open(case: AfterSaleCase) -> None:
    if not case.is_open:
        raise CaseRefused(RULE, _("the case is closed: reopen it first"))
