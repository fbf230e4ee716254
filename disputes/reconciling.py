"""The hourly look for what should exist and does not: a milestone that facts call for, an action behind a message."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from disputes.deadlines import replan_dispute
from disputes.models import ActionItem
from disputes.reactions import ask_for_hand
from disputes.services.by_hand import FOR_A_PERSON
from disputes.services.cases import open_disputes
from messaging.models import Message
from orders.lifecycle import OPEN
from orders.models import Order
from orders.services.ledger import open_ledger, save_ledgers
from orders.services.milestones import replan

BATCH = 500


def reconcile_orders(now: datetime, *, after: int = 0) -> int:
    """Plan again for the next batch of open orders past the id `after`; returns the last id looked at, 0 at the end.

    What the facts call for is there already, unless a fault or another program took it away.
    """
    ids = list(Order.objects.filter(state__in=OPEN, pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])
    for pk in ids:
        with transaction.atomic():
            ledger = open_ledger(pk, now=now, actor="reconciliation")
            replan(ledger, at=now)
            for dispute in open_disputes(ledger) if ledger.order.disputed_at else []:
                replan_dispute(ledger, dispute, at=now)
            for dispute in open_disputes(ledger):
                replan_dispute(ledger, dispute, at=now)
            save_ledgers([ledger])
    return ids[-1] if len(ids) == BATCH else 0


def ask_for_hands(now: datetime) -> int:
    """Raise the action behind each message that came to wait for a person after it was queued. Returns how many."""
    asked = ActionItem.objects.filter(
        order=OuterRef("order"), subject=OuterRef("purpose"), raised_at__gte=OuterRef("queued_at")
    )
    waiting = list(Message.objects.filter(state__in=FOR_A_PERSON).exclude(Exists(asked)).order_by("pk")[:BATCH])
    for message in waiting:
        with transaction.atomic():
            ledger = open_ledger(message.order_id, now=now, actor="reconciliation")
            current = next(row for row in ledger.rows_of(Message) if row.pk == message.pk)
            ask_for_hand(ledger, current)
            save_ledgers([ledger])
    return len(waiting)
