"""Messages that a person has to send: they leave the team's list when what happened has left them without sense."""

from disputes.models import ActionKind
from disputes.services.actions import settle_actions
from messaging.guards import DISPUTE_OPEN, message_obstacle
from messaging.models import Message, MessageState
from messaging.vocabulary import Purpose
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger

FOR_A_PERSON = {MessageState.WAITING, MessageState.STOPPED, MessageState.DEAD}


def drop_moot_messages(ledger: OrderLedger) -> None:
    """Cancel what waits for a person and must not be sent any more, with the reason."""
    for message in ledger.rows_of(Message):
        if message.state not in FOR_A_PERSON:
            continue
        reason = message_obstacle(Purpose(message.purpose), ledger.order)
        # A dispute can end before the window opens: until then nothing could leave anyway.
        can_wait = reason == DISPUTE_OPEN and message.send_after > ledger.now
        if reason and not can_wait:
            message.state, message.reason = MessageState.CANCELLED, reason
            if message.pk:
                message.save(update_fields=["state", "reason"])
            data = {"purpose": message.purpose, "reason": reason}
            ledger.write(EventKind.MESSAGE, "not_sent", at=ledger.now, rule=message.rule, data=data)
            kinds = [ActionKind.SEND_BY_HAND, ActionKind.CONTACT_BUYER]
            settle_actions(ledger, kinds, reason=reason, subject=message.purpose)
