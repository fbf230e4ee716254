"""What follows when the platform refuses what a person asked: a line on the timeline, and the work is open again."""

from datetime import datetime
from typing import Any

from django.db import transaction

from disputes.extending import ask_extension
from orders.events import EventType
from orders.models import PlatformCommand
from orders.models.platforms import CommandKind
from orders.models.timeline import EventKind
from orders.platform.interface import PlatformError
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers

TOLD: dict[str, tuple[str, str]] = {
    CommandKind.EXTEND_RECEIPT: (EventType.RECEIPT_EXTENDED, "G1"),
    CommandKind.AGREE: (EventType.DISPUTE_ACCEPTED, "D2"),
    CommandKind.OFFER: (EventType.COUNTER_OFFER, "D2"),
    CommandKind.REPLY_REVIEW: ("review_answered", "R10"),
}


def refuse_command(command: PlatformCommand, error: PlatformError, *, now: datetime) -> None:
    """Write on the timeline that the platform refused, and in which words; an extension is asked of the team again."""
    kind, rule = TOLD[command.kind]
    with transaction.atomic():
        ledger = open_ledger(command.order_id, now=now, actor=command.actor)
        data = {"error": f"AliExpress: {error}"[:500]}
        ledger.write(EventKind.REFUSED, kind, at=now, rule=rule if ledger.policy.has(rule) else "", data=data)
        if command.kind == CommandKind.EXTEND_RECEIPT and _is_waiting(ledger):
            ask_extension(ledger, rule="G1")
        save_ledgers([ledger])


def _is_waiting(ledger: OrderLedger) -> bool:
    order = ledger.order
    ended: list[Any] = [order.delivered_at, order.completed_at, order.cancelled_at, order.refunded_at]
    return ledger.policy.has("G1") and not any(ended)
