"""What a person does about a message: says that he sent it, or has it tried again."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from messaging.models import Channel, Message, MessageState
from messaging.rendering import Text, load_text, render
from messaging.services.answers import note_reached, note_unreached
from messaging.services.bounces import trust_address
from messaging.services.outbox import contact_window
from messaging.values import order_values
from messaging.vocabulary import Language, Purpose
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers

FOR_A_PERSON = [MessageState.WAITING, MessageState.STOPPED, MessageState.DEAD]
HELD_FOR = timedelta(minutes=5)
UNDO_WITHIN = timedelta(minutes=15)


def hold_message(message_id: int, *, now: datetime, actor: str) -> bool:
    """Keep a message that waits for a person for this one, for a few minutes; say whether he has it now.

    It is a mark against doing a thing twice, and no lock: whoever did send it says so, with or without it.
    """
    free = Q(held_until=None) | Q(held_until__lte=now) | Q(held_by=actor)
    waiting = Message.objects.filter(free, pk=message_id, state__in=FOR_A_PERSON)
    return waiting.update(held_by=actor, held_until=now + HELD_FOR) == 1


def release_message(message_id: int, *, actor: str) -> None:
    """Let others have a message that this person held."""
    Message.objects.filter(pk=message_id, held_by=actor).update(held_by="", held_until=None)


def note_sent_by_hand(ledger: OrderLedger, message: Message, *, note: str) -> bool:
    """Note that a person sent the message himself; say whether it was still waiting for that.

    The ledger's `now` is when it was sent, its `actor` the user's id. The note is kept beside the timeline, as personal
    data.
    """
    if message.state not in FOR_A_PERSON:
        return False
    message.state, message.channel = MessageState.SENT, Channel.BY_HAND
    message.sent_at, message.sent_by, message.reason = ledger.now, ledger.actor, ""
    message.held_by, message.held_until = "", None
    message.save()
    note_reached(message, at=ledger.now)
    private = {"text": note} if note else None
    _write(ledger, message, "sent_by_hand", private=private)
    return True


def undo_sent_by_hand(ledger: OrderLedger, message: Message) -> bool:
    """Take the word back that it was sent, if it is this person's and young enough; say whether it waits again.

    The timeline keeps both: that it was said, and that it was taken back.
    """
    is_own = message.state == MessageState.SENT and message.channel == Channel.BY_HAND
    is_own = is_own and message.sent_by == ledger.actor
    if not is_own or message.sent_at is None or ledger.now - message.sent_at > UNDO_WITHIN:
        return False
    note_unreached(message, since=message.sent_at)
    message.state = MessageState.WAITING if message.body else MessageState.STOPPED
    message.sent_at, message.sent_by = None, ""
    message.held_by, message.held_until = ledger.actor, ledger.now + HELD_FOR
    message.save()
    _write(ledger, message, "sent_by_hand_undone")
    return True


def retry_message(message_id: int, *, now: datetime, actor: str) -> bool:
    """Put a message that could not leave back into the outbox; say whether it was one.

    It goes to the buyer's present address, at the next moment of his contact hours. What was stopped for a missing
    variable is filled in anew. Raises Message.DoesNotExist, and MissingVariables while something is still missing.
    """
    with transaction.atomic():
        ledger, message = _locked(message_id, now=now, actor=actor)
        if not put_in_outbox(ledger, message):
            return False
        trust_address(message)
        save_ledgers([ledger])
    return True


def put_in_outbox(ledger: OrderLedger, message: Message) -> bool:
    """The same in a ledger that is open already."""
    address = ledger.order.buyer.email
    if message.state not in FOR_A_PERSON or not address:
        return False
    if message.state == MessageState.STOPPED:
        _fill_in(ledger, message)
    message.state, message.channel, message.to = MessageState.PENDING, Channel.EMAIL, address
    message.send_after = message.next_attempt_at = contact_window(ledger.order, ledger.now)
    message.attempts, message.last_error, message.reason = 0, "", ""
    message.held_by, message.held_until = "", None
    message.save()
    _write(ledger, message, "retried")
    return True


def fill_for_hand(ledger: OrderLedger, message: Message) -> None:
    """Fill in what was stopped, for a person to send; raises MissingVariables while something is still missing."""
    _fill_in(ledger, message)
    message.state, message.channel, message.to, message.reason = MessageState.WAITING, Channel.BY_HAND, "", ""
    message.save()
    _write(ledger, message, "retried")


def _locked(message_id: int, *, now: datetime, actor: str) -> tuple[OrderLedger, Message]:
    """The message as it stands once its order is locked."""
    order_id = Message.objects.values_list("order_id", flat=True).get(pk=message_id)
    ledger = open_ledger(order_id, now=now, actor=actor)
    return ledger, Message.objects.get(pk=message_id)


def _write(ledger: OrderLedger, message: Message, type_: str, *, private: dict[str, str] | None = None) -> None:
    data = {"purpose": message.purpose, "sequence": message.sequence}
    ledger.write(EventKind.MESSAGE, type_, at=ledger.now, rule=message.rule, data=data, private=private)


def _fill_in(ledger: OrderLedger, message: Message) -> None:
    purpose, language = Purpose(message.purpose), Language(message.language)
    own = ledger.order.store.templates.filter(purpose=purpose, language=language).first()
    text = Text(own.subject, own.body) if own else load_text(purpose, language, ledger.policy.name)
    rendered = render(text, order_values(ledger, language, {}))
    message.subject, message.body = rendered.subject, rendered.body
