"""A person who works a case from open to close: at each look he does what the page says is next, whatever the kind."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from disputes.case_facts import CaseFacts
from disputes.case_fields import FIELD_KINDS, CaseField, FieldForm
from disputes.models import AfterSaleCase
from disputes.playbooks import Step
from disputes.services.after_sale_rows import read_case

# What is answered where the form has a choice; the rest is answered by its form.
ANSWERS: dict[CaseField, str] = {
    CaseField.BUYER_REASON: "quality",
    CaseField.FAULT: "seller",
    CaseField.INTERCEPT: "confirmed",
    CaseField.ELIGIBILITY: "fast_refund",
    CaseField.INSPECTION: "conforming",
    CaseField.BUYER_SAYS: "satisfied",
    CaseField.OFFER_OUTCOME: "declined",
    CaseField.TRACKING_NUMBER: "LX000000017CN",
    CaseField.GRANTED: "12.00",
    CaseField.AMOUNT: "12.00",
    CaseField.COST: "2.00",
    CaseField.QUANTITY: "2",
}


def answer_of(asked: CaseField) -> str:
    """What is typed or chosen in a field."""
    if asked in ANSWERS:
        return ANSWERS[asked]
    kind = FIELD_KINDS[asked]
    if kind.choices is not None:
        return next(value for value in kind.choices.values if value)
    later = timezone.localtime(timezone.now() + timedelta(days=5))
    typed = {FieldForm.YES_NO: "yes", FieldForm.COUNT: "3", FieldForm.AMOUNT: "3.00"}
    typed[FieldForm.INSTANT] = f"{later:%Y-%m-%dT%H:%M}"
    return typed.get(kind.form, "" if kind.form is FieldForm.ITEM else "as agreed")


def required_answers(asks: dict[CaseField, bool] | Any) -> dict[str, str]:
    """The answers that have to be given, and the choices that shape a case."""
    return {asked.value: answer_of(asked) for asked, is_required in asks.items() if is_required}


def look(case: AfterSaleCase) -> CaseFacts:
    """What is known of the case now."""
    rows = AfterSaleCase.objects.select_related("order__store", "order__buyer")
    return read_case(rows.get(pk=case.pk), now=timezone.now())


def next_steps(case: AfterSaleCase, *, most: int = 25) -> Iterator[tuple[CaseFacts, Step]]:
    """The next step that is not locked, again and again, until the case is closed."""
    for _turn in range(most):
        facts = look(case)
        if not facts.case.is_open:
            return
        step = facts.next_step()
        assert step is not None, facts.case.state
        free = (other for other in facts.required_steps() if not facts.locks(other))
        yield facts, next(free, step) if facts.locks(step) else step
    raise AssertionError(f"{case.kind} does not end: {look(case).next_step()}")


def owed(case: AfterSaleCase) -> Decimal:
    """What was granted and has not gone back."""
    facts = look(case)
    return (facts.case.granted or Decimal(0)) - facts.case.refunded
