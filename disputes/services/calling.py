"""The log of calls with buyers, and the calls that were promised: a call-back is a date like every other."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from disputes.models import ActionKind, PhoneCall
from disputes.models.calls import SPOKEN, CallDirection, CallResult
from disputes.services.actions import is_asked, raise_dated, settle_actions
from disputes.services.promises import answer_aloud
from messaging.guards import ERASED
from messaging.mail_reading import plain_lines
from messaging.services.outbox import contact_window
from orders.models import Milestone, Order
from orders.models.timeline import EventKind
from orders.planning import Planned
from orders.services.buyers import present_hands
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers
from orders.services.milestones import Series, bring_in_line, cancel_milestone, fire_milestone

RULE = "M7"  # a call-back is a promise
CALLED = "called"
LONGEST = 2000  # characters of what was agreed


class CallMilestone(StrEnum):
    """The kind of milestone that belongs to a call."""

    CALL_BACK = "call_back"


class CallProblem(StrEnum):
    """Why a call cannot be noted as it is."""

    FUTURE = "future"  # it has not been made yet
    BEFORE_ORDER = "before_order"
    CALL_BACK_PAST = "call_back_past"


class UnusableCall(ValueError):
    """A call that cannot be noted as it is; `problem` says why."""

    def __init__(self, problem: CallProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class CallNote:
    """What a person says about a call; instants are UTC."""

    direction: CallDirection
    result: CallResult
    called_at: datetime
    agreed: str = ""
    call_back_at: datetime | None = None


def is_outside_hours(order: Order, at: datetime) -> bool:
    """Whether a call to the order's buyer at this instant (UTC) is outside his contact hours (C)."""
    return contact_window(order, at) > at


def log_call(order_id: int, said: CallNote, *, now: datetime, actor: str) -> PhoneCall:
    """Note a call. It settles the call-backs before it; one that reached the buyer answers what he asked,
    and keeps what he was promised before it.

    A call outside his contact hours happened all the same: it is noted, with rule C. What was agreed is kept beside
    the timeline; no number is written anywhere. Raises UnusableCall, and Order.DoesNotExist.
    """
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor=actor)
        _check(said, ledger.order, now)
        settle_call_backs(ledger, reason=CALLED)
        call = PhoneCall(
            order=ledger.order,
            number=len(ledger.rows_of(PhoneCall)) + 1,
            direction=said.direction,
            result=said.result,
            caller_id=int(actor) if actor.isdigit() else None,
            called_at=said.called_at,
            recorded_at=now,
            agreed=plain_lines(said.agreed)[:LONGEST],
            call_back_at=said.call_back_at,
            is_outside_hours=said.direction == CallDirection.OUT and is_outside_hours(ledger.order, said.called_at),
        )
        ledger.add(call)
        if said.result in SPOKEN:
            answer_aloud(ledger, at=said.called_at, reason=CALLED)
            settle_actions(ledger, [ActionKind.CONTACT_BUYER], reason=CALLED, subject="mood")
        _write(ledger, call)
        if call.call_back_at:
            planned = Planned(CallMilestone.CALL_BACK, RULE, call.call_back_at)
            bring_in_line(ledger, _series(call), [planned], at=now)
            _ask(ledger, call)
        save_ledgers([ledger])
    return call


def _check(said: CallNote, order: Order, now: datetime) -> None:
    if said.called_at > now:
        raise UnusableCall(CallProblem.FUTURE)
    if said.called_at < order.placed_at:
        raise UnusableCall(CallProblem.BEFORE_ORDER)
    if said.call_back_at is not None and said.call_back_at <= now:
        raise UnusableCall(CallProblem.CALL_BACK_PAST)


def settle_call_backs(ledger: OrderLedger, *, reason: str) -> None:
    """End the calls that are still owed, with their dates and the actions that ask for them."""
    for owed in ledger.rows_of(PhoneCall):
        if owed.call_back_at and owed.settled_at is None:
            owed.settled_at = ledger.now
            owed.save(update_fields=["settled_at"])
            settle_actions(ledger, [ActionKind.CONTACT_BUYER], reason=reason, subject=owed.subject)
            bring_in_line(ledger, _series(owed, ended=reason), [], at=ledger.now)


def _write(ledger: OrderLedger, call: PhoneCall) -> None:
    data = {"direction": str(call.direction), "call": str(call.result)}
    data |= {"call_back": call.call_back_at.isoformat()} if call.call_back_at else {}
    private = {"text": call.agreed} if call.agreed else None
    rule = "C" if call.is_outside_hours else RULE
    ledger.write(EventKind.NOTE, "phone_call", at=call.called_at, rule=rule, data=data, private=private)


def _series(call: PhoneCall, *, ended: str = CALLED) -> Series:
    return Series(CallMilestone.CALL_BACK, ended, repeats=True, subject=call.subject)


def fire_call_back(ledger: OrderLedger, milestone: Milestone) -> None:
    """The buyer should be called again by now: whoever owes the call is late, and asked if nobody was."""
    call = next((row for row in ledger.rows_of(PhoneCall) if row.subject == milestone.subject), None)
    if call is None or call.settled_at or ledger.order.buyer.erased_at:
        reason = ERASED if ledger.order.buyer.erased_at else CALLED
        settle_actions(ledger, [ActionKind.CONTACT_BUYER], reason=reason, subject=milestone.subject)
        cancel_milestone(ledger, milestone, reason=reason)
        return
    fire_milestone(ledger, milestone)
    if not is_asked(ledger, call.subject):
        _ask(ledger, call)


def _ask(ledger: OrderLedger, call: PhoneCall) -> None:
    """Whoever promised the call owes it, unless the buyer has an agent of his own."""
    kind, due_at, data = ActionKind.CONTACT_BUYER, call.call_back_at or ledger.now, {"call": call.number}
    item = raise_dated(ledger, kind, rule=RULE, due_at=due_at, subject=call.subject, data=data)
    if item.assignee_id is None and call.caller_id in present_hands(ledger):
        item.assignee_id = call.caller_id
