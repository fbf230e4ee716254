"""Answers to many buyers who asked to cancel (P8): agreeing and refusing, each as from the order's page.

They are noted here alone: no platform that Prazo talks to takes such an answer from a program.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from disputes.deeds import Deed, Verdict, no, yes
from disputes.recording import record
from messaging.models import Message
from orders.events import Event, EventType
from orders.planning import is_cancelling
from orders.services.ledger import OrderLedger, open_ledger
from orders.services.objections import allowed_commands

CANCELLATION_RULE = "P8"
NOT_ASKED, NOT_FROM_HERE = "not_asked_to_cancel", "not_cancelled_from_here"


class AnswerCancellation(Deed):
    """Answer the request of each buyer who waits for it; like the answer to one, it stays."""

    is_undoable = False
    answer: ClassVar[EventType]

    def foresee(self, ledger: OrderLedger, messages: Sequence[Message]) -> Verdict:
        """Only where a request waits, and only what the order's state allows."""
        if not is_cancelling(ledger.order):
            return no(CANCELLATION_RULE, NOT_ASKED)
        if self.answer is EventType.CANCELLED and EventType.CANCELLED not in allowed_commands(ledger.order):
            return no(CANCELLATION_RULE, "dispute_open" if ledger.order.disputed_at else NOT_FROM_HERE)
        return yes(CANCELLATION_RULE)

    def do(self, order_id: int, *, now: datetime, actor: str) -> Verdict:
        """Recorded through the door for commands."""
        verdict = self.foresee(open_ledger(order_id, now=now, actor=actor), [])
        if not verdict.is_done:
            return verdict
        outcome = record(order_id, Event(self.answer, now, is_command=True), now=now, actor=actor)
        return no(outcome.refusal.rule, outcome.refusal.message) if outcome.refusal else verdict


class AgreeToCancel(AnswerCancellation):
    """Call the orders off, as their buyers asked."""

    answer = EventType.CANCELLED


class RefuseToCancel(AnswerCancellation):
    """Let the orders go on."""

    answer = EventType.CANCELLATION_REFUSED
