"""What a person does about a parcel with one click: tell the buyer, or note that a source was asked."""

from datetime import datetime

from django.db import transaction

from disputes.services.telling import tell_buyer
from disputes.services.tracking_cases import open_case, take_step_in
from disputes.tracking_lifecycle import CaseStep
from messaging.models import Message
from messaging.vocabulary import Purpose
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers

# The texts about a parcel that are offered to a person, with the rule that asks for them.
OFFERED: dict[Purpose, str] = {
    Purpose.TRACKING_UPDATE: "T1",
    Purpose.FAILED_ATTEMPT: "T4",
    Purpose.NOT_RECEIVED: "T5",
}


def send_text(order_id: int, purpose: Purpose, *, now: datetime, actor: str) -> Message | None:
    """Queue one of the offered texts for the buyer's hours; None when it must not leave now, as the timeline says.

    `now` is in UTC, `actor` the user's id. Telling the buyer is the case's step, where that is the next one.
    Raises KeyError for another purpose, and Order.DoesNotExist.
    """
    rule = OFFERED[purpose]
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor=actor)
        tell_buyer(ledger, purpose, rule=rule)
        sent = next((row for row in reversed(ledger.rows) if isinstance(row, Message)), None)
        if sent is not None:
            note_step(ledger, CaseStep.REASSURE)
        save_ledgers([ledger])
    return sent


def note_query(order_id: int, *, now: datetime, actor: str) -> None:
    """A person asked a source where the parcel is: the case's step, where that is the next one."""
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor=actor)
        note_step(ledger, CaseStep.QUERY)
        save_ledgers([ledger])


def note_step(ledger: OrderLedger, step: CaseStep) -> None:
    """A step of the order's case was taken, where it is the next one."""
    case = open_case(ledger)
    if case and case.next_step is step:
        take_step_in(ledger, case, step)
