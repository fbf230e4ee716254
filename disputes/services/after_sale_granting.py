"""What a case grants: within what is left of the order, by one person or by two, and booked when it is granted."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from disputes.arithmetic import rate_between
from disputes.case_facts import CaseFacts
from disputes.case_fields import CaseField
from disputes.case_lifecycle import AfterSaleState
from disputes.case_refusals import AmountRefused, CaseRefused, StepRefused
from disputes.case_terms import GOOD_WORDS, MoneyKind, Remedy
from disputes.models import ActionKind, AfterSaleCase, MoneyEntry
from disputes.playbooks import Step
from disputes.services.after_sale_dates import ask_for_step, ask_team
from disputes.services.after_sale_rows import facts_of, note_case, open_cases, tell_case
from disputes.services.money import DelaySum, book_in, delay_due, delay_sum
from messaging.vocabulary import Purpose
from orders.services.ledger import OrderLedger


def amount_left(ledger: OrderLedger, case: AfterSaleCase) -> Decimal | None:
    """What of the order's total is neither refunded nor granted by its other cases; None when it is not known."""
    order = ledger.order
    if order.total is None:
        return None
    others = [row for row in open_cases(ledger) if row is not case and row.remedy == Remedy.REFUND]
    granted = sum((max(Decimal(0), (row.granted or 0) - row.refunded) for row in others), Decimal(0))
    return max(Decimal(0), order.total - order.refunded_amount - granted)


def check_amount(ledger: OrderLedger, case: AfterSaleCase, amount: Decimal | None, *, rule: str) -> None:
    """Refuse an amount above what is left of the order. Raises AmountRefused."""
    left = amount_left(ledger, case)
    if amount is not None and left is not None and amount > left:
        said = {"left": f"{left} {ledger.order.currency}"}
        raise AmountRefused(rule, _("more than is left of the order: at most %(left)s") % said)


def approve_in(ledger: OrderLedger, case: AfterSaleCase, step: Step, answers: Mapping[CaseField, Any]) -> None:
    """Grant what the buyer asks for; over the pack's amount a second person is asked first (R1, R5)."""
    if case.state not in {AfterSaleState.OPENED}:
        raise StepRefused(step.rule, _("it is decided already: reconsider it first"))
    if ledger.order.disputed_at:
        raise StepRefused("D1", _("a dispute is open on this order: answer it there, what you grant there counts here"))
    _settle_terms(ledger, case, step, answers)
    case.decided_by, case.approved_by = ledger.actor, ""
    if needs_second_person(ledger, case, step):
        ledger.move(case.ask_approval, ledger.now, of=case.subject)
        note_case(ledger, case, "approval_asked", rule=step.rule, granted=str(case.granted))
        ask_for_step(ledger, case, rule=step.rule)
        return
    grant(ledger, case, step)


def _settle_terms(ledger: OrderLedger, case: AfterSaleCase, step: Step, answers: Mapping[CaseField, Any]) -> None:
    """What is granted, by which remedy: an amount that was not named is what was asked for, or what R9 computes."""
    remedies = facts_of(ledger, case).playbook.remedies
    case.remedy = case.remedy or remedies[0]
    if case.remedy not in remedies:
        raise StepRefused(step.rule, _("this playbook does not give that: choose another remedy"))
    if step.books is MoneyKind.DELAY:
        computed = delay_sum(ledger.order, ledger.policy, now=ledger.now, days=answers.get(CaseField.DAYS_LATE))
        case.granted = case.granted or (_delay_left(ledger, computed) if computed else None)
    if case.remedy == Remedy.REFUND:
        _settle_refund(ledger, case, step, answers.get(CaseField.GRANTED))
    if case.remedy in {Remedy.REFUND, Remedy.COMPENSATION} and not case.granted:
        raise AmountRefused(step.rule, _("say how much is granted"))


def _delay_left(ledger: OrderLedger, computed: DelaySum) -> Decimal:
    due = delay_due(computed, ledger.rows_of(MoneyEntry))
    if computed.amount and not due:
        raise AmountRefused("R9", _("this delay is compensated already: name an amount if the buyer gets more"))
    return due


def _settle_refund(ledger: OrderLedger, case: AfterSaleCase, step: Step, named: Decimal | None) -> None:
    """What is granted comes beside what went back for this case already, as after a part of it or a reopening."""
    left = amount_left(ledger, case)
    asked = case.amount - case.refunded if case.amount and case.amount > case.refunded else left
    now_due = named or (asked if left is None or asked is None else min(asked, left))
    check_amount(ledger, case, now_due, rule=step.rule)
    case.granted = case.refunded + now_due if now_due else None


def due_refund(case: AfterSaleCase) -> Decimal:
    """What of the grant has not gone back to the buyer yet, in the order's currency."""
    return max(Decimal(0), (case.granted or Decimal(0)) - case.refunded)


def needs_second_person(ledger: OrderLedger, case: AfterSaleCase, step: Step) -> bool:
    """Whether the amount is one that two have to agree on; one that cannot be compared is."""
    limit = ledger.policy.value(step.rule, "second_approval") or ledger.policy.value("R1", "second_approval")
    if limit is None or not case.granted:
        return False
    store, currency = ledger.order.store, _granted_in(ledger, step)
    rate = rate_between(currency, store.currency, store.exchange_rates)
    amount = due_refund(case) if case.remedy == Remedy.REFUND else case.granted
    return rate is None or amount * rate >= Decimal(str(limit))


def _granted_in(ledger: OrderLedger, step: Step) -> str:
    """The currency of what the step grants: R9's own for a delay, else the order's."""
    delay: str | None = ledger.policy.value("R9", "currency") if step.books is MoneyKind.DELAY else None
    return delay or ledger.order.currency


def grant(ledger: OrderLedger, case: AfterSaleCase, step: Step) -> None:
    """It is approved: booked, told to the buyer, and the team asked to pay it."""
    ledger.move(case.approve, ledger.now, of=case.subject)
    granted = None if case.granted is None else str(case.granted)
    note_case(ledger, case, "approved", rule=step.rule, remedy=case.remedy, granted=granted)
    arrives_at = facts_of(ledger, case).answer_of(step, CaseField.ARRIVES_AT)
    if arrives_at and arrives_at < ledger.now:  # the second person took longer than the first had thought
        arrives_at = None
    if case.remedy == Remedy.COMPENSATION and case.granted:
        entry = _book_compensation(ledger, case, step)
        told = {"compensation_amount": entry.amount, "compensation_currency": entry.currency}
        tell_case(ledger, case, Purpose.COMPENSATION, rule=step.rule, **told, money_by=arrives_at)
    if case.remedy == Remedy.REFUND:
        due = due_refund(case)
        data = {"amount": str(due), "currency": ledger.order.currency, "case": case.number}
        ask_team(ledger, case, ActionKind.REFUND, rule=step.rule, data=data)
        tell_case(ledger, case, Purpose.REFUND_APPROVED, rule=step.rule, refund_amount=due, money_by=arrives_at)


def _book_compensation(ledger: OrderLedger, case: AfterSaleCase, step: Step) -> Any:
    currency: str = ledger.order.currency
    data: dict[str, Any] = {}
    if step.books is MoneyKind.DELAY:
        days = facts_of(ledger, case).answer_of(step, CaseField.DAYS_LATE)
        computed = delay_sum(ledger.order, ledger.policy, now=ledger.now, days=int(days) if days else None)
        currency, data = (computed.currency, computed.as_json()) if computed else (currency, {})
    kind = step.books or MoneyKind.GOODWILL
    assert case.granted is not None  # noqa: S101  looked at when the terms were settled
    return book_in(ledger, kind, case.granted, currency, rule=step.rule, reason=case.reason, case=case, data=data)


def book_step(ledger: OrderLedger, case: AfterSaleCase, kind: MoneyKind, cost: Decimal | None, *, rule: str) -> None:
    """Book what a step cost, in the order's currency; nothing where nobody says what."""
    if cost:
        entry = book_in(ledger, kind, cost, ledger.order.currency, rule=rule, case=case)
        entry.paid_at = ledger.now if kind in OWN_COSTS else None


# What we pay ourselves when we do it; the rest is paid to the buyer later.
OWN_COSTS = {MoneyKind.RESHIP, MoneyKind.RETURN_POSTAGE, MoneyKind.RETENTION, MoneyKind.GOODWILL}


def settle_by_word(ledger: OrderLedger, case: AfterSaleCase, answers: Mapping[CaseField, Any]) -> None:
    """The buyer says that he has it, or that it is well: where there is nothing to pay, that settles the case."""
    facts: CaseFacts = facts_of(ledger, case)
    if answers.get(CaseField.BUYER_SAYS) not in GOOD_WORDS:
        return
    if case.state == AfterSaleState.OPENED and not facts.is_approvable:
        case.remedy = Remedy.ANSWER
        ledger.move(case.approve, ledger.now, of=case.subject)
    elif case.state == AfterSaleState.OPENED:
        raise CaseRefused("R12", _("nothing is granted yet: approve it, or let the buyer take it back"))
    if case.state == AfterSaleState.APPROVED and case.remedy not in {Remedy.REFUND, Remedy.COMPENSATION}:
        ledger.move(case.settle, ledger.now, of=case.subject)
        note_case(ledger, case, "settled", rule="R12", remedy=case.remedy)
