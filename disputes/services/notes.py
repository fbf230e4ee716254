"""Notes of the team on an order's timeline."""

from datetime import datetime, timedelta

from django.db import transaction

from orders.models import PrivateData
from orders.models.timeline import EventKind
from orders.services.ledger import open_ledger, save_ledgers

NOTE = "note"
TAKEN_BACK = "note_taken_back"
TAKE_BACK_WITHIN = timedelta(minutes=15)  # later, others have read it


def write_note(order_id: int, text: str, *, now: datetime, actor: str) -> int:
    """Keep what a person wrote beside the chain, like everything that may name people. Gives its sequence."""
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor=actor)
        event = ledger.write(EventKind.NOTE, NOTE, at=now, private={"text": text})
        save_ledgers([ledger])
    return event.sequence


def take_back_note(order_id: int, sequence: int, *, now: datetime, actor: str) -> bool:
    """Forget the words of a note that the same person wrote just now; say whether there was one.

    The chain keeps that there was a note, and that it was taken back.
    """
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor=actor)
        notes = PrivateData.objects.filter(event__order=order_id, event__sequence=sequence, event__type=NOTE)
        written = notes.filter(event__actor=actor, event__recorded_at__gte=now - TAKE_BACK_WITHIN)
        if not written.delete()[0]:
            return False
        ledger.write(EventKind.NOTE, TAKEN_BACK, at=now)
        save_ledgers([ledger])
    return True
