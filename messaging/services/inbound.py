"""Messages of buyers as rows: who still waits, what needs no answer, and forgetting them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from messaging.models import FailedAddress, InboundMessage
from messaging.models.inbound import WAITING
from orders.models import Order, Store
from orders.models.timeline import EventKind
from orders.querysets import StoreScoped
from orders.services.ledger import open_ledger, save_ledgers

BATCH = 500


def dismiss(inbound_id: int, *, now: datetime, actor: str) -> bool:
    """A person says that it needs no answer; say whether it still waited for one. Its order's timeline keeps it."""
    waiting = InboundMessage.objects.filter(WAITING, pk=inbound_id)
    change = {"dismissed_at": now, "dismissed_by": actor}
    return _change(waiting, inbound_id, "message_put_away", change, now=now, actor=actor)


def bring_back(inbound_id: int, *, now: datetime, actor: str) -> bool:
    """It needs an answer after all; say whether it had been put away. Its order's timeline keeps it."""
    away = InboundMessage.objects.filter(pk=inbound_id).exclude(dismissed_at=None)
    change = {"dismissed_at": None, "dismissed_by": ""}
    return _change(away, inbound_id, "message_brought_back", change, now=now, actor=actor)


def _change(
    rows: StoreScoped, inbound_id: int, word: str, change: dict[str, Any], *, now: datetime, actor: str
) -> bool:
    """Change the row if it is among these, with a line on its order's timeline where the order is known."""
    order_id = InboundMessage.objects.values_list("order_id", flat=True).get(pk=inbound_id)
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor=actor) if order_id else None  # the order is locked first
        if rows.update(**change) != 1:
            return False
        if ledger:
            ledger.write(EventKind.NOTE, word, at=now, data={"message": inbound_id})
            save_ledgers([ledger])
    return True


def forget_inbound(orders: Sequence[Order]) -> int:
    """Empty what the buyers of these orders wrote, delete its files, and forget the addresses. Returns how many."""
    stores = {order.store_id for order in orders}
    addresses = {order.buyer.email.lower() for order in orders} - {""}
    unmatched = Q(order=None, store__in=stores, sender__in=addresses)
    rows = InboundMessage.objects.filter(Q(order__in=orders) | unmatched)
    for row in rows.prefetch_related("attachments"):
        _delete_files(row)
    FailedAddress.objects.filter(store__in=stores, address__in=addresses).delete()
    return rows.update(
        sender="", sender_name="", subject="", text="", message_id="", in_reply_to="", raw="", is_cut=False
    )


def forget_unmatched(store: Store, *, before: datetime) -> int:
    """Delete what nobody ever filed under an order and came before an instant (UTC), with its files; says how many.

    A mailbox holds more than buyers' mail: what no order's end lets go would otherwise stay for ever.
    """
    rows = list(InboundMessage.objects.filter(store=store, order=None, received_at__lt=before)[:BATCH])
    for row in rows:
        _delete_files(row)
        row.delete()
    return len(rows)


def _delete_files(row: InboundMessage) -> None:
    for attachment in row.attachments.all():
        attachment.file.delete(save=False)
    row.attachments.all().delete()
    if row.raw:
        row.raw.delete(save=False)
