"""After-sale cases: one is opened, and its steps are taken as its playbook says (R1–R9, R12).

Every function locks the order, looks whether it may, does it, and keeps the case dated. `now` is UTC, `actor` a user's
id or a door's name.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from disputes.case_facts import OPENED, CaseFacts, misfits
from disputes.case_fields import FIELD_KINDS, CaseField, read_answers
from disputes.case_refusals import KindRefused, StepLocked, StepRefused
from disputes.case_terms import Fault, OfferOutcome, ParcelWay
from disputes.causes import CauseGroup
from disputes.models import AfterSaleCase, CaseStep
from disputes.playbooks import Decision, Step, playbook_of
from disputes.services.after_sale_dates import RULE, set_date
from disputes.services.after_sale_following import follow_case, open_case_ledger
from disputes.services.after_sale_granting import approve_in, book_step, check_amount, settle_by_word
from disputes.services.after_sale_parcels import arrive_by_hand, register_parcel
from disputes.services.after_sale_rows import facts_of, refuse_twin, tell_case
from messaging.vocabulary import Purpose
from orders.models.timeline import EventKind
from orders.services.buyers import agent_of
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers


# --- opening ----------------------------------------------------------------------------------------------------------
def open_case(
    order_id: int,
    kind: str,
    *,
    now: datetime,
    actor: str,
    given: Mapping[str, Any] | None = None,
    cause: CauseGroup | None = None,
    responsible_id: int | None = None,
) -> AfterSaleCase:
    """Open a case of a kind on an order; `given` answers what its playbook asks at the opening.

    Who is named is responsible, else the buyer's own agent, else who opens it (R12). Raises KindRefused,
    UnusableAnswer, AmountRefused, UnusablePlaybook, Order.DoesNotExist.
    """
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor=actor)
        case = open_case_in(ledger, kind, given or {}, cause=cause)
        case.responsible_id = responsible_id or agent_of(ledger) or (int(actor) if actor.isdigit() else None)
        follow_case(ledger, case)
        save_ledgers([ledger])
    return case


def open_case_in(
    ledger: OrderLedger, kind: str, given: Mapping[str, Any], *, cause: CauseGroup | None = None
) -> AfterSaleCase:
    """The same on an open ledger; whoever opened it follows the case and saves."""
    playbook = playbook_of(kind)
    if locks := misfits(playbook, ledger.order, ledger.policy, now=ledger.now):
        raise KindRefused(locks[0].rule, locks[0].message)
    answers = read_answers(given, playbook.asks, now=ledger.now)
    known = ledger.rows_of(AfterSaleCase)
    case: AfterSaleCase = AfterSaleCase(
        order=ledger.order,
        number=len(known) + 1,
        kind=kind,
        cause=cause or playbook.cause,
        opened_at=ledger.now,
        next_at=ledger.now,
    )
    _keep_columns(case, answers)
    refuse_twin(ledger, case)
    check_amount(ledger, case, case.amount, rule=playbook.rule)
    if len(playbook.remedies) == 1:
        case.remedy = playbook.remedies[0]
    ledger.add(case)
    _note(ledger, case, OPENED, playbook.rule, answers)
    if playbook.tells:
        tell_case(ledger, case, playbook.tells, rule=playbook.rule, answer_by=_first_date(ledger, case))
    return case


def _first_date(ledger: OrderLedger, case: AfterSaleCase) -> datetime:
    span = ledger.policy.value(playbook_of(case.kind).rule, "target") or ledger.policy.duration(RULE, "next_date")
    return ledger.now + max(span, ledger.policy.duration(RULE, "next_date"))


# --- steps ------------------------------------------------------------------------------------------------------------
def take_step(
    case_id: int,
    name: str,
    *,
    now: datetime,
    actor: str,
    given: Mapping[str, Any] | None = None,
    next_at: datetime | None = None,
) -> AfterSaleCase:
    """Take a step of the case's playbook; `given` are the answers to what it asks, by their fields.

    `next_at` is when somebody looks again, by default what the playbook and R12 say. Taken again, a step adds a row.
    Raises StepRefused, StepLocked, UnusableAnswer, AmountRefused, CaseRefused.
    """
    with open_case_ledger(case_id, now=now, actor=actor) as (ledger, case):
        take_step_in(ledger, case, name, given or {})
        follow_case(ledger, case)  # the case's own date comes first, the person's instead of it
        if next_at is not None and case.is_open:
            set_date(ledger, case, next_at)
    return case


def take_step_in(ledger: OrderLedger, case: AfterSaleCase, name: str, given: Mapping[str, Any]) -> None:
    """The same on an open ledger; whoever opened it follows the case and saves."""
    facts = facts_of(ledger, case)
    step = _step_of(facts, name)
    if step.is_waiting:
        arrive_by_hand(ledger, case, step)
        _note(ledger, case, step.name, step.rule, {})
        return
    facts.given = read_answers(given, step.asks, now=ledger.now)
    if locks := facts.locks(step):
        raise StepLocked(locks)
    _keep_columns(case, facts.given)
    _note(ledger, case, step.name, step.rule, facts.given)
    _do(ledger, case, step, facts.given)


def _step_of(facts: CaseFacts, name: str) -> Step:
    step = facts.playbook.step(name)
    if step is None:
        raise StepRefused(RULE, _("this case has no such step: load the page again"))
    if not facts.case.is_open:
        raise StepRefused(RULE, _("the case is closed: reopen it first"))
    if not facts.applies(step):
        raise StepRefused(step.rule, _("this step does not belong to a case like this one"))
    return step


def _keep_columns(case: AfterSaleCase, answers: Mapping[CaseField, Any]) -> None:
    for field, value in answers.items():
        if FIELD_KINDS[field].is_column:
            setattr(case, field.value, value)


def _note(ledger: OrderLedger, case: AfterSaleCase, name: str, rule: str, answers: Mapping[CaseField, Any]) -> None:
    """The step as a row of the case and a line of the timeline; what is written freely stands beside the line."""
    private = {field.value: str(value) for field, value in answers.items() if FIELD_KINDS[field].is_private}
    public = {field.value: _as_json(value) for field, value in answers.items() if field.value not in private}
    ledger.add(
        CaseStep(
            case=case,
            order=ledger.order,
            name=name,
            taken_at=ledger.now,
            taken_by=ledger.actor,
            data=public,
            words=private,
        )
    )
    data = {"case": case.number, "kind": case.kind, "step": name} | public
    ledger.write(EventKind.NOTE, "case_step", at=ledger.now, rule=rule, data=data, private=private or None)


def _as_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _do(ledger: OrderLedger, case: AfterSaleCase, step: Step, answers: Mapping[CaseField, Any]) -> None:
    """What taking the step does beside being kept: a parcel, a line of money, a message, a decision."""
    if step.parcel:
        register_parcel(ledger, case, step.parcel, answers)
    if step.decides is Decision.APPROVE:
        approve_in(ledger, case, step, answers)
        return  # what it books and tells waits for the second approval
    is_declined = answers.get(CaseField.OFFER_OUTCOME, OfferOutcome.ACCEPTED) != OfferOutcome.ACCEPTED
    if step.books and not is_declined:
        book_step(ledger, case, step.books, answers.get(CaseField.COST), rule=step.rule)
    if step.decides is Decision.SETTLE:
        settle_by_word(ledger, case, answers)
    if step.tells:
        tell_case(ledger, case, step.tells, rule=step.rule, **_said(ledger, case, step, answers))


def _said(ledger: OrderLedger, case: AfterSaleCase, step: Step, answers: Mapping[CaseField, Any]) -> dict[str, Any]:
    """What the message says beside what every message says of the order (R8: who pays the way back)."""
    if step.tells is Purpose.RESHIP_SENT and step.parcel is ParcelWay.OUT:
        number, carrier = answers.get(CaseField.TRACKING_NUMBER), answers.get(CaseField.CARRIER)
        return {"reship_number": number, "reship_carrier": carrier}
    if step.tells is Purpose.RETURN_ADDRESS:
        span = ledger.policy.value("R4", "ship_back")
        return {
            "return_address": answers.get(CaseField.RETURN_ADDRESS),
            "return_by": ledger.now + span if span else None,
            "return_costs": (Fault.BUYER if case.fault == Fault.BUYER else Fault.SELLER) if case.fault else "",
        }
    return {"inspection_result": case.inspection} if step.tells is Purpose.INSPECTION_RESULT else {}
