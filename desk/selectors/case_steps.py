"""A case's playbook as its page draws it: what is done, what is next, what is locked and why, with each step's form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from desk.case_words import Words
from desk.dispute_words import exhibit_name
from desk.forms.case_fields import StepForm
from desk.selectors.case_answers import told_answers
from disputes.case_facts import CaseFacts, Lock
from disputes.case_fields import FIELD_KINDS, CaseField
from disputes.case_terms import MoneyKind
from disputes.models import CaseStep
from disputes.playbooks import Decision, MoneyWord, Step, said
from disputes.services.after_sale_dates import step_due
from disputes.services.money import delay_due, delay_sum
from evidence.models import Exhibit
from orders.models import User


class Look(StrEnum):
    """How a step stands."""

    DONE = "done"
    NEXT = "next"
    OPEN = "open"  # may be taken, and need not be the next
    WAITING = "waiting"  # for what facts bring
    LOCKED = "locked"


@dataclass(frozen=True)
class Taken:
    """One time that a step was taken: when (UTC), by whom, and what was answered."""

    at: datetime
    who: str
    details: Sequence[tuple[Words, str]]


@dataclass(frozen=True)
class Slot:
    """A kind of exhibit that a step wants, with those that are there."""

    kind: str
    label: str
    exhibits: Sequence[Exhibit]


@dataclass(frozen=True)
class StepRow:
    """One step on the page; `form` where it can be taken now."""

    step: Step
    look: Look
    taken: Sequence[Taken] = ()
    locks: Sequence[Lock] = ()
    slots: Sequence[Slot] = ()
    form: StepForm | None = None
    due_by: datetime | None = None  # by its own rule, UTC

    @property
    def is_next(self) -> bool:
        """Whether it is the one next step."""
        return self.look is Look.NEXT

    @property
    def decides(self) -> bool:
        """Whether it grants what the buyer asks for: it has a screen of its own."""
        return self.step.decides is Decision.APPROVE

    @property
    def awaits_refund(self) -> bool:
        """Whether the order's refund ends it."""
        return any(condition.money is MoneyWord.REFUNDED for condition in self.step.until)

    @property
    def awaits_payment(self) -> bool:
        """Whether paying the ledger's lines ends it."""
        return any(condition.money is MoneyWord.PAID for condition in self.step.until)

    @property
    def awaits_parcel(self) -> bool:
        """Whether a parcel's arrival ends it."""
        return any(condition.parcel for condition in self.step.until)


@dataclass(frozen=True)
class Check:
    """One thing that is looked at before a case is decided."""

    words: str
    is_met: bool
    rule: str = ""


@dataclass
class Drawing:
    """What the steps are drawn from."""

    facts: CaseFacts
    names: Mapping[str, User]
    exhibits: Iterable[Exhibit]
    initial: Mapping[str, Any] = field(default_factory=dict)  # what is known of answers beside the case's columns
    wrong: tuple[str, StepForm] | None = None  # a step whose answers have to be corrected

    def rows(self) -> list[StepRow]:
        """The steps that belong to the case, and those that were taken before they ceased to."""
        following = self.facts.next_step()
        steps = [step for step in self.facts.playbook.steps if self.facts.applies(step) or self.facts.rows(step.name)]
        return [self._row(step, following) for step in steps]

    def _row(self, step: Step, following: Step | None) -> StepRow:
        locks = self.facts.locks(step)
        look = self._look(step, following, locks)
        is_open = self.facts.case.is_open and look is not Look.LOCKED
        is_asked = is_open and not step.is_waiting and self.facts.applies(step)
        return StepRow(
            step=step,
            look=look,
            taken=[self._taken(row) for row in self.facts.rows(step.name)],
            locks=locks if look is not Look.DONE else (),
            slots=[self._slot(kind) for kind in step.wants],
            form=self._form(step) if is_asked else None,
            due_by=step_due(self.facts, step)[0] if look in {Look.NEXT, Look.WAITING} else None,
        )

    def _look(self, step: Step, following: Step | None, locks: Sequence[Lock]) -> Look:
        if self.facts.is_done(step):
            return Look.DONE
        if locks:
            return Look.LOCKED
        if following is not None and following.name == step.name:
            return Look.NEXT
        return Look.WAITING if step.is_waiting else Look.OPEN

    def _taken(self, row: CaseStep) -> Taken:
        who = str(self.names.get(row.taken_by, "")) if row.taken_by else ""
        return Taken(row.taken_at, who, told_answers(self.facts.order, row.data, row.words or {}))

    def _slot(self, kind: str) -> Slot:
        return Slot(kind, exhibit_name(kind), [row for row in self.exhibits if row.kind == kind])

    def _form(self, step: Step) -> StepForm:
        if self.wrong and self.wrong[0] == step.name:
            return self.wrong[1]
        return step_form(self.facts, step, initial=self.initial)


def step_form(facts: CaseFacts, step: Step, *, data: Any = None, initial: Mapping[str, Any] | None = None) -> StepForm:
    """The form of a step, filled in with what the case knows already."""
    known = {asked.value: _known(facts, asked) for asked in step.asks if FIELD_KINDS[asked].is_column}
    form = StepForm(
        data,
        asked=step.asks,
        order=facts.order,
        now=facts.now,
        initial={**known, **(initial or {})},
        auto_id=f"{step.name}-%s",
    )
    if CaseField.REMEDY in step.asks:
        form.offer(CaseField.REMEDY, facts.playbook.remedies)
    return form


def _known(facts: CaseFacts, asked: CaseField) -> Any:
    answer = facts.answer(asked)
    return ("yes" if answer else "no") if isinstance(answer, bool) else answer


def decision_checks(facts: CaseFacts) -> list[Check]:
    """What the deciding step waits for, each met or not."""
    step = facts.playbook.approval
    if step is None:
        return []
    named = [facts.playbook.step(condition.step) for condition in step.needs if condition.step]
    met = [Check(said(needed.title), is_met=True) for needed in named if needed and _is_met(facts, needed)]
    return [*met, *(Check(str(lock.message), is_met=False, rule=lock.rule) for lock in facts.locks(step))]


def _is_met(facts: CaseFacts, step: Step) -> bool:
    return facts.applies(step) and facts.is_done(step)


def suggestions(facts: CaseFacts) -> dict[str, Any]:
    """What fills the deciding form in: what is asked for, else what is left of the order; for a delay what R9 gives."""
    step, case = facts.playbook.approval, facts.case
    if step is None or case.granted is not None:
        return {}
    if step.books is MoneyKind.DELAY:
        computed = delay_sum(facts.order, facts.policy, now=facts.now)
        due = delay_due(computed, facts.order.money_entries.all()) if computed else None
        return {"granted": due or None, "days_late": computed.days or None} if computed else {}
    total = facts.order.total
    left = None if total is None else total - facts.order.refunded_amount
    return {"granted": case.amount if case.amount is not None else left}
