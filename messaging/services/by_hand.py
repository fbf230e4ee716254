"""What a person does about a message: says that he sent it, or has it tried again."""

from datetime import datetime

from django.db import transaction

from messaging.models import Channel, Message, MessageState
from messaging.rendering import Text, load_text, render
from messaging.services.outbox import contact_window
from messaging.values import order_values
from messaging.vocabulary import Language, Purpose
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers

FOR_A_PERSON = [MessageState.WAITING, MessageState.STOPPED, MessageState.DEAD]


def mark_sent_by_hand(message_id: int, *, now: datetime, actor: str, note: str = "") -> bool:
    """Note that a person sent the message himself; say whether it was still waiting for that.

    `now` is in UTC; `actor` is the user's id. The note is kept beside the timeline, as personal data.
    Raises Message.DoesNotExist.
    """
    with transaction.atomic():
        ledger, message = _locked(message_id, now=now, actor=actor)
        if message.state not in FOR_A_PERSON:
            return False
        message.state, message.channel = MessageState.SENT, Channel.BY_HAND
        message.sent_at, message.sent_by, message.reason = now, actor, ""
        message.save()
        data = {"purpose": message.purpose, "sequence": message.sequence}
        private = {"text": note} if note else None
        ledger.write(EventKind.MESSAGE, "sent_by_hand", at=now, rule=message.rule, data=data, private=private)
        save_ledgers([ledger])
    return True


def retry_message(message_id: int, *, now: datetime, actor: str) -> bool:
    """Put a message that could not leave back into the outbox; say whether it was one.

    It goes to the buyer's present address, at the next moment of his contact hours. What was stopped for a missing
    variable is filled in anew. Raises Message.DoesNotExist, and MissingVariables while something is still missing.
    """
    with transaction.atomic():
        ledger, message = _locked(message_id, now=now, actor=actor)
        address = ledger.order.buyer.email
        if message.state not in FOR_A_PERSON or not address:
            return False
        if message.state == MessageState.STOPPED:
            _fill_in(ledger, message)
        message.state, message.channel, message.to = MessageState.PENDING, Channel.EMAIL, address
        message.send_after = message.next_attempt_at = contact_window(ledger.order, now)
        message.attempts, message.last_error, message.reason = 0, "", ""
        message.save()
        data = {"purpose": message.purpose, "sequence": message.sequence}
        ledger.write(EventKind.MESSAGE, "retried", at=now, rule=message.rule, data=data)
        save_ledgers([ledger])
    return True


def _locked(message_id: int, *, now: datetime, actor: str) -> tuple[OrderLedger, Message]:
    """The message as it stands once its order is locked."""
    order_id = Message.objects.values_list("order_id", flat=True).get(pk=message_id)
    ledger = open_ledger(order_id, now=now, actor=actor)
    return ledger, Message.objects.get(pk=message_id)


def _fill_in(ledger: OrderLedger, message: Message) -> None:
    purpose, language = Purpose(message.purpose), Language(message.language)
    own = ledger.order.store.templates.filter(purpose=purpose, language=language).first()
    text = Text(own.subject, own.body) if own else load_text(purpose, language, ledger.policy.name)
    rendered = render(text, order_values(ledger, language, {}))
    message.subject, message.body = rendered.subject, rendered.body
