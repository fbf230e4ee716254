"""What is known of one after-sale case, and what follows from it: which steps belong to it, what each still waits for.

Nothing here writes; the services look before they act, and the pages show the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes.case_fields import FIELD_KINDS, CaseField, read_answer
from disputes.case_lifecycle import AfterSaleState
from disputes.case_terms import MoneyKind, ParcelWay
from disputes.models import AfterSaleCase, CaseParcel, CaseStep, MoneyEntry
from disputes.playbooks import Condition, Decision, MoneyWord, OrderWord, Playbook, Step, playbook_of, said
from orders.models import Order
from orders.planning import promise_end
from orders.policies import Policy

DECIDED = (AfterSaleState.APPROVED, AfterSaleState.SETTLED)
OVER = (AfterSaleState.REFUSED, AfterSaleState.CLOSED)
OPENED = "opened"  # the name of the row that keeps what was asked when the case was opened
# Rows that begin anew: what was done before the one counts no more, nor, before the other, what was sent to the buyer.
REOPENED, RECONSIDERED = "reopened", "reconsidered"


@dataclass(frozen=True, slots=True)
class Lock:
    """Why a step cannot be taken now: the rule, and in words what to do first."""

    rule: str
    message: str | Promise


@dataclass
class CaseFacts:
    """A case with its rows, at the instant `now` (UTC)."""

    order: Order
    policy: Policy
    case: AfterSaleCase
    steps: Sequence[CaseStep]
    parcels: Sequence[CaseParcel]
    money: Sequence[MoneyEntry]
    exhibits: frozenset[str]
    now: datetime
    given: dict[CaseField, Any] = field(default_factory=dict)  # what is being answered just now

    @property
    def playbook(self) -> Playbook:
        """What is done about a case of this kind."""
        return playbook_of(self.case.kind)

    def rows(self, name: str) -> list[CaseStep]:
        """Each time that the step was taken since it has to be, oldest first."""
        step = self.playbook.step(name)
        since = self._began(RECONSIDERED) if step and _sends(step) else None
        return [row for row in self._current_steps() if row.name == name and (since is None or row.taken_at > since)]

    def _current_steps(self) -> list[CaseStep]:
        """What was done since the case was reopened, oldest first; what was said at its opening counts all the time."""
        since = self._began(REOPENED)
        steps = sorted(self.steps, key=lambda row: row.taken_at)
        return [row for row in steps if since is None or row.taken_at > since or row.name == OPENED]

    def _began(self, *names: str) -> datetime | None:
        """When it last began anew in one of these ways; None where it never did."""
        return max((row.taken_at for row in self.steps if row.name in names), default=None)

    def answer(self, asked: CaseField) -> Any:
        """What was answered last: a case's column, else what the newest step says; None where nobody has."""
        if asked in self.given:
            return self.given[asked]
        if FIELD_KINDS[asked].is_column:
            return getattr(self.case, asked.value)
        return _last_told([row for row in self._current_steps() if self._counts(row)], asked)

    def answer_of(self, step: Step, asked: CaseField) -> Any:
        """What the step itself said when it was taken last; None where it said nothing about that."""
        return _last_told(self.rows(step.name)[-1:], asked)

    def _counts(self, row: CaseStep) -> bool:
        """Whether what a row says still holds: what was checked and heard before a decision fell does not."""
        return row.name not in {step.name for step in self.playbook.steps} or row in self.rows(row.name)

    def parcel(self, way: ParcelWay) -> CaseParcel | None:
        """The case's latest parcel of that way, of those that still count."""
        reopened, anew = self._began(REOPENED), self._began(REOPENED, RECONSIDERED)
        for parcel in reversed(self.parcels):
            is_past = reopened is not None and parcel.arrived_at is not None and parcel.arrived_at <= reopened
            is_lost = (
                way is ParcelWay.OUT and anew is not None and parcel.sent_at is not None and parcel.sent_at <= anew
            )
            if parcel.way == way and not is_past and not is_lost:
                return parcel
        return None

    # --- conditions ---------------------------------------------------------------------------------------------------
    def holds(self, condition: Condition) -> bool:
        """Whether it is so; one that is asked for only if something else holds is so where that does not."""
        if condition.only_if and not self.holds(condition.only_if):
            return True
        if condition.step:
            step = self.playbook.step(condition.step)
            return bool(step and (self.is_done(step) or not self.applies(step)))
        if condition.field:
            return self._is_answered(condition.field, condition)
        if condition.parcel:
            return parcel_was(self.parcel(condition.parcel), condition.values[0])
        if condition.order:
            return order_is(condition.order, self.order, self.policy, now=self.now)
        if condition.money:
            return self._has_money(condition.money)
        return condition.slot in self.exhibits if condition.slot else self.case.state in condition.values

    def _is_answered(self, asked: CaseField, condition: Condition) -> bool:
        answer = self.answer(asked)
        if condition.over is not None:
            return answer is not None and answer > condition.over
        return _plain(answer) in condition.values if condition.values else answer not in (None, "")

    def _has_money(self, word: MoneyWord) -> bool:
        if word is MoneyWord.REFUNDED:
            return self.is_refunded
        paid = sum((row.amount for row in self._granted_lines() if row.paid_at), Decimal(0))
        return paid > 0 and paid >= (self.case.granted or Decimal(0))

    def _granted_lines(self) -> list[MoneyEntry]:
        """The standing lines of what was granted; a gift or postage beside it, paid as it was booked, is none of it."""
        since, approval = self._began(REOPENED), self.playbook.approval
        kind = (approval.books if approval else None) or MoneyKind.GOODWILL
        lines = [row for row in self.money if row.kind == kind and row.voided_at is None]
        granted = [row for row in lines if row.booked_at == self.case.decided_at or row.paid_at != row.booked_at]
        return [row for row in granted if since is None or row.booked_at > since]

    @property
    def is_refunded(self) -> bool:
        """Whether what was granted went back to the buyer, or all that he ever paid did."""
        is_covered = self.case.refunded > 0 and self.case.refunded >= (self.case.granted or Decimal(0))
        return is_covered or self.order.refunded_at is not None

    # --- steps --------------------------------------------------------------------------------------------------------
    def applies(self, step: Step) -> bool:
        """Whether the step belongs to this case at all."""
        return all(self.holds(condition) for condition in step.when)

    def is_done(self, step: Step) -> bool:
        """Whether it was taken, and what it has to bring about is so; what only waits need not be taken."""
        if step.decides is Decision.APPROVE:
            return self.case.state in DECIDED
        is_taken = bool(self.rows(step.name)) or step.is_waiting
        return is_taken and all(self.holds(condition) for condition in step.until)

    def locks(self, step: Step) -> list[Lock]:
        """What stands against taking the step now, each with what to do first."""
        missing = [condition for condition in step.needs if not self.holds(condition)]
        return [Lock(step.rule, told) for condition in missing if (told := self._told(condition))]

    def _told(self, condition: Condition) -> str | Promise:
        """In words what has to be so first; nothing for what the step itself asks."""
        if condition.step:
            step = self.playbook.step(condition.step)
            return _("first comes: %(step)s") % {"step": said(step.title) if step else condition.step}
        if condition.field:
            return _("first this has to be answered: %(field)s") % {"field": condition.field.label}
        if condition.parcel:
            return PARCEL_WORDS[condition.parcel][condition.values[0]]
        if condition.slot:
            return _("first the evidence is needed: %(slot)s") % {"slot": condition.slot}
        if condition.state:
            return _("first it has to be approved")
        return ORDER_WORDS[condition.order] if condition.order else _("the order is not so far")

    def open_steps(self) -> Iterator[Step]:
        """The steps of this case that are not done, in their order."""
        if self.case.state in OVER:
            return iter(())
        moot = self._moot_steps() if self._is_decided_by_fact else set()
        steps = (step for step in self.playbook.steps if step.name not in moot)
        return (step for step in steps if self.applies(step) and not self.is_done(step))

    @property
    def _is_decided_by_fact(self) -> bool:
        """Whether the buyer had it before anybody here approved it, as when the platform refunds by itself."""
        approval = self.playbook.approval
        return self.case.state in DECIDED and approval is not None and not self.rows(approval.name)

    def _moot_steps(self) -> set[str]:
        """The steps that led to a decision which a fact has taken, and those that only make sense after them."""
        moot: set[str] = set()
        for step in self.playbook.steps:
            is_before = self.playbook.approval not in self.playbook.steps[: self.playbook.steps.index(step)]
            follows = any(need.step in moot or (need.parcel and not self.parcel(need.parcel)) for need in step.needs)
            if is_before or follows:
                moot.add(step.name)
        return moot

    def required_steps(self) -> list[Step]:
        """Those of them that may not be left out."""
        return [step for step in self.open_steps() if not step.is_optional]

    def next_step(self) -> Step | None:
        """What somebody does next: the first required step that can be taken, else the first that has to wait."""
        required = self.required_steps()
        free = [step for step in required if not self._is_locked(step) and not step.is_waiting]
        return next(iter(free or required), None)

    def _is_locked(self, step: Step) -> bool:
        return any(not self.holds(condition) and condition.field not in step.asks for condition in step.needs)

    @property
    def is_approvable(self) -> bool:
        """Whether there is anything to approve in a case like this."""
        approval = self.playbook.approval
        return approval is not None and self.applies(approval)


def _is_by(instant: datetime | None, end: datetime | None) -> bool:
    return instant is not None and end is not None and instant <= end


def _sends(step: Step) -> bool:
    """Whether the step brings something to the buyer, or hears whether he has it."""
    waits = any(condition.parcel is ParcelWay.OUT for condition in step.until)
    is_sending = step.parcel is ParcelWay.OUT or CaseField.IS_DOUBLE_CHECKED in step.asks
    return waits or is_sending or step.decides is Decision.SETTLE


def _told(row: CaseStep, asked: CaseField) -> Any:
    return row.data.get(asked.value, (row.words or {}).get(asked.value))


def _last_told(rows: Sequence[CaseStep], asked: CaseField) -> Any:
    """What the newest of the rows that says anything about it says."""
    told = [_told(row, asked) for row in rows if _told(row, asked) not in (None, "")]
    return read_answer(asked, told[-1]) if told else None


def _plain(answer: Any) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return "" if answer is None else str(answer)


def parcel_was(parcel: CaseParcel | None, word: str) -> bool:
    """Whether the parcel has come so far; one that arrived was scanned and headed here on its way."""
    if parcel is None:
        return False
    reached = {
        "known": parcel.tracking_number,
        "scanned": parcel.scanned_at or parcel.heading_at or parcel.arrived_at,
        "heading": parcel.heading_at or parcel.arrived_at,
        "arrived": parcel.arrived_at,
    }
    return bool(reached[word])


def order_is(word: OrderWord, order: Order, policy: Policy, *, now: datetime) -> bool:
    """Whether the order is so."""
    promised = promise_end(order, policy)
    return bool(
        {
            OrderWord.PAID: order.paid_at and not order.cancelled_at,
            OrderWord.NOT_SHIPPED: not order.shipped_at and not order.delivered_at,
            OrderWord.SHIPPED: order.shipped_at or order.delivered_at,
            OrderWord.NOT_DELIVERED: not order.delivered_at,
            OrderWord.DELIVERED: order.delivered_at,
            OrderWord.LATE: promised and (order.delivered_at or now) > promised,
        }[word]
    )


ORDER_WORDS: dict[OrderWord, str | Promise] = {
    OrderWord.PAID: _("the order is not paid, or it was cancelled"),
    OrderWord.NOT_SHIPPED: _("the parcel has left already: open a refund after shipping, or a return"),
    OrderWord.SHIPPED: _("nothing has left yet: open a refund before shipping"),
    OrderWord.NOT_DELIVERED: _("the parcel was delivered already: open a return"),
    OrderWord.DELIVERED: _("the parcel is not delivered yet: open a refund after shipping"),
    OrderWord.LATE: _("the promised day has not passed yet"),
}
PARCEL_WORDS: dict[ParcelWay, dict[str, str | Promise]] = {
    ParcelWay.BACK: {
        "known": _("first the return's tracking number is needed"),
        "scanned": _("first the return has to be scanned at its pick-up"),
        "heading": _("first the return has to be on its way to us"),
        "arrived": _("first the return has to arrive"),
    },
    ParcelWay.OUT: {
        "known": _("first the new parcel's tracking number is needed"),
        "scanned": _("first the new parcel has to be scanned"),
        "heading": _("first the new parcel has to be on its way"),
        "arrived": _("first the new parcel has to arrive"),
    },
}


def misfits(playbook: Playbook, order: Order, policy: Policy, *, now: datetime) -> list[Lock]:
    """Why a case of this kind does not fit the order as it is now; nothing when it does."""
    wrong = [word for word in playbook.fits if not order_is(word, order, policy, now=now)]
    found = [Lock(playbook.rule, ORDER_WORDS[word]) for word in wrong]
    if playbook.rule == "R9" and not policy.value("R9", "daily"):
        found.append(Lock("R9", _("the store's rules name no amount for a day of delay: set it in the rules")))
    return found
