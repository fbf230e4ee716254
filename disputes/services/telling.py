"""Writing to a buyer so that nothing is lost: what cannot leave by itself becomes something for the team to do."""

from disputes.models import ActionItem, ActionKind
from disputes.services.actions import raise_action
from messaging.models import Channel, Message, MessageState
from messaging.services.outbox import queue_message
from messaging.vocabulary import Purpose
from orders.services.ledger import OrderLedger


def tell_buyer(
    ledger: OrderLedger, purpose: Purpose, *, rule: str, sequence: int | None = None, **given: object
) -> None:
    """Queue a message; what cannot leave by itself becomes an action of the team, so that nothing is lost."""
    cause = sequence or ledger.order.timeline_length
    message = queue_message(ledger, purpose, rule=rule, sequence=cause, given=given)
    if message is not None:
        ask_for_hand(ledger, message)


def ask_for_hand(ledger: OrderLedger, message: Message) -> ActionItem | None:
    """The action behind a message that a person has to send (M6) or complete (M3), or None where none is needed."""
    if message.state == MessageState.STOPPED:
        data = {"purpose": message.purpose, "reason": message.reason}
        return raise_action(ledger, ActionKind.CONTACT_BUYER, rule="M3", subject=message.purpose, data=data)
    if message.channel == Channel.BY_HAND or message.state == MessageState.DEAD:
        due_at = message.send_after + ledger.policy.duration("R12", "next_date")
        data = {"purpose": message.purpose}
        return raise_action(
            ledger, ActionKind.SEND_BY_HAND, rule="M6", due_at=due_at, subject=message.purpose, data=data
        )
    return None
