"""Keeping a case in line with what is known: steps that facts have done, what the buyer has by now, the next date.

`follow_case` runs after everything that touches a case, and does nothing when there is nothing to do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from disputes.case_facts import DECIDED, CaseFacts
from disputes.case_lifecycle import AfterSaleState
from disputes.case_terms import ParcelWay, Remedy, Result
from disputes.models import ActionItem, ActionKind, AfterSaleCase, CaseStep
from disputes.playbooks import MoneyWord, Step
from disputes.services.actions import is_asked
from disputes.services.after_sale_dates import RULE, ask_for_step, ask_team, date_step, end_dates, is_dated
from disputes.services.after_sale_rows import facts_of, find_case, note_case, open_cases, store_case
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers

# What a settled case has given the buyer.
RESULTS: dict[str, Result] = {
    Remedy.REFUND: Result.REFUNDED,
    Remedy.RESHIP: Result.RESHIPPED,
    Remedy.EXCHANGE: Result.EXCHANGED,
    Remedy.COMPENSATION: Result.COMPENSATED,
    Remedy.ANSWER: Result.SOLVED,
}


@contextmanager
def open_case_ledger(case_id: int, *, now: datetime, actor: str) -> Iterator[tuple[OrderLedger, AfterSaleCase]]:
    """The case on its order's ledger, under the order's lock; what was done is saved, and the case kept in line.

    Raises AfterSaleCase.DoesNotExist.
    """
    with transaction.atomic():
        order_id = AfterSaleCase.objects.values_list("order_id", flat=True).get(pk=case_id)
        ledger = open_ledger(order_id, now=now, actor=actor)
        case = find_case(ledger, case_id)
        yield ledger, case
        follow_case(ledger, case)
        save_ledgers([ledger])


def follow_cases(ledger: OrderLedger) -> None:
    """Keep every open case of the order in line."""
    for case in open_cases(ledger):
        follow_case(ledger, case)


def follow_case(ledger: OrderLedger, case: AfterSaleCase) -> None:
    """Note the steps that facts did, settle what the buyer has, close what is over, and keep the rest dated."""
    if not case.is_open:
        store_case(case)
        return
    facts = facts_of(ledger, case)
    if facts.case.state == AfterSaleState.APPROVED and has_it(facts):
        ledger.move(case.settle, ledger.now, of=case.subject)
        note_case(ledger, case, "settled", rule=facts.playbook.rule, remedy=case.remedy)
    _note_waiting(ledger, facts)
    facts = facts_of(ledger, case)
    if case.state == AfterSaleState.SETTLED and not facts.required_steps():
        close_in(ledger, case, RESULTS[case.remedy])
        return
    _take_turn(ledger, facts)
    store_case(case)


def has_it(facts: CaseFacts) -> bool:
    """Whether the facts say that the buyer has what was granted."""
    remedy = facts.case.remedy
    if remedy == Remedy.REFUND:
        return facts.is_refunded
    if remedy in {Remedy.RESHIP, Remedy.EXCHANGE}:
        parcel = facts.parcel(ParcelWay.OUT)
        return bool(parcel and parcel.arrived_at)
    paid = [step for step in facts.playbook.steps if any(c.money is MoneyWord.PAID for c in step.until)]
    return remedy == Remedy.COMPENSATION and any(facts.is_done(step) for step in paid)


def _note_waiting(ledger: OrderLedger, facts: CaseFacts) -> None:
    """The steps that only waited, and for which what they waited for has come."""
    for step in facts.playbook.steps:
        if step.is_waiting and _has_come(facts, step) and not facts.rows(step.name):
            row = CaseStep(case=facts.case, order=ledger.order, name=step.name, taken_at=ledger.now, words={})
            row.taken_by = ledger.actor
            ledger.add(row)
            note_case(ledger, facts.case, "step", rule=step.rule, step=step.name)


def _has_come(facts: CaseFacts, step: Step) -> bool:
    """Whether its turn had come, too: money of before a reopening is no news of the new decision."""
    is_money = any(condition.money for condition in step.until)
    is_turn = facts.case.state in DECIDED if is_money else not facts.locks(step)
    return is_turn and facts.applies(step) and facts.is_done(step)


def _take_turn(ledger: OrderLedger, facts: CaseFacts) -> None:
    """The case's next step, when it is due, and the evidence that it asks for."""
    case, step = facts.case, facts.next_step()
    name = step.name if step else ""
    if name != case.step or not is_dated(ledger, case):
        case.step = name
        date_step(ledger, facts, step)
    elif not is_asked(ledger, case.subject):
        ask_for_step(ledger, case, rule=RULE)
    for wanting in facts.open_steps():
        if wanting != step:  # who takes the next step asks for what it wants
            _ask_evidence(ledger, facts, wanting)


def _ask_evidence(ledger: OrderLedger, facts: CaseFacts, step: Step) -> None:
    """Ask for each kind of exhibit that the step wants and that is not there; once a case."""
    for slot in step.wants:
        subject = f"{facts.case.subject}:{slot}"
        known = [row for row in ledger.rows_of(ActionItem) if row.subject == subject]
        if slot in facts.exhibits or known or facts.locks(step):
            continue
        kind = ActionKind.REQUEST_BUYER_PHOTO if slot == "buyer_photo" else ActionKind.PROVIDE_EXHIBIT
        data = {"slot": slot, "case": facts.case.number}
        ask_team(ledger, facts.case, kind, rule=step.rule, data=data, about=slot)


def close_in(ledger: OrderLedger, case: AfterSaleCase, result: Result, *, text: str = "") -> None:
    """Close the case with what the buyer got; whoever calls has looked that the facts bear it."""
    ledger.move(case.close, ledger.now, of=case.subject)
    case.result, case.step = result, ""
    note_case(ledger, case, "closed", rule=facts_of(ledger, case).playbook.rule, text=text, result=result)
    end_dates(ledger, case)
    store_case(case)
