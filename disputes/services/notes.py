"""Notes of the team on an order's timeline."""

from datetime import datetime

from django.db import transaction

from orders.models.timeline import EventKind
from orders.services.ledger import open_ledger, save_ledgers


def write_note(order_id: int, text: str, *, now: datetime, actor: str) -> None:
    """Keep what a person wrote beside the chain, like everything that may name people."""
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor=actor)
        ledger.write(EventKind.NOTE, "note", at=now, private={"text": text})
        save_ledgers([ledger])
