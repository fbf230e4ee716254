"""Messages that a person has to send: his word that he did, and what happens to those that lose their sense."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from disputes.models import ActionKind
from disputes.services.actions import complete_in, is_asked, reopen_in, settle_actions
from disputes.services.promises import ask_again
from disputes.services.telling import ask_for_hand
from messaging.guards import DISPUTE_OPEN, message_obstacle
from messaging.models import Message, MessageState
from messaging.rendering import MissingVariables
from messaging.services.bounces import failed_addresses
from messaging.services.by_hand import (
    fill_for_hand,
    note_sent_by_hand,
    put_in_outbox,
    retry_message,
    undo_sent_by_hand,
)
from messaging.services.outbox import mail_address, usable_address
from messaging.vocabulary import Purpose
from orders.models import Order
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger, open_ledger, open_ledgers, save_ledgers

FOR_A_PERSON = {MessageState.WAITING, MessageState.STOPPED, MessageState.DEAD}
ASKED_BY = [ActionKind.SEND_BY_HAND, ActionKind.CONTACT_BUYER]


def say_sent(message_id: int, *, now: datetime, actor: str, note: str = "") -> bool:
    """A person sent the message himself (M5): with it, what asked him for it is done.

    Says whether it was still waiting for that. Raises Message.DoesNotExist.
    """
    with transaction.atomic():
        ledger, message = _open(message_id, now=now, actor=actor)
        if not note_sent_by_hand(ledger, message, note=note):
            return False
        complete_in(ledger, ASKED_BY, subject=message.purpose, note=note)
        ask_for_next(ledger, message.purpose)
        save_ledgers([ledger])
    return True


def send_again(message_id: int, *, now: datetime, actor: str) -> bool:
    """Put a message that could not leave back into the outbox: with it, what asked a person for it is done.

    Says whether the buyer has an address to send it to. Raises Message.DoesNotExist and MissingVariables.
    """
    with transaction.atomic():
        if not retry_message(message_id, now=now, actor=actor):
            return False
        ledger, message = _open(message_id, now=now, actor=actor)
        complete_in(ledger, ASKED_BY, subject=message.purpose, note="")
        ask_for_next(ledger, message.purpose)
        save_ledgers([ledger])
    return True


def take_back_sent(message_id: int, *, now: datetime, actor: str) -> bool:
    """It was not sent after all: it waits again, and so does what asked for it. Says whether that was still possible.

    Where something has happened since that leaves it without sense, it is cancelled with the reason.
    Raises Message.DoesNotExist.
    """
    with transaction.atomic():
        ledger, message = _open(message_id, now=now, actor=actor)
        said_at = message.sent_at
        if not undo_sent_by_hand(ledger, message) or said_at is None:
            return False
        if not is_asked(ledger, message.purpose, *ASKED_BY):  # by then for the next one, and so for this one, too
            reopen_in(ledger, ASKED_BY, subject=message.purpose, closed_at=said_at)
        ask_again(ledger, since=said_at)
        drop_moot_messages(ledger)
        save_ledgers([ledger])
    return True


def mail_waiting(message_ids: Collection[int], *, now: datetime, actor: str) -> int:
    """Let messages that wait for a hand leave by e-mail, where their buyers have an address by now; says how many.

    A person asks for it: a file of addresses alone sends nothing. What has lost its sense by now stays where it is,
    and so does what would go to an address from which mail came back.
    """
    with transaction.atomic():
        orders = Order.objects.filter(messages__in=message_ids).distinct()
        ledgers = open_ledgers(Order.objects.filter(pk__in=orders.values("pk")), now=now, actor=actor)
        failed = failed_addresses({ledger.order.store_id for ledger in ledgers})
        reached = [row for row in ledgers if (row.order.store_id, row.order.buyer.email.lower()) not in failed]
        sent = sum(_mail(ledger, message) for ledger in reached for message in _waiting(ledger, message_ids))
        save_ledgers(ledgers)
    return sent


def resume_stopped(ledger: OrderLedger) -> list[Message]:
    """Let the messages go on that lacked something which is known by now (M3); the others stay stopped."""
    return [row for row in ledger.rows_of(Message) if row.state == MessageState.STOPPED and _resume(ledger, row)]


def _resume(ledger: OrderLedger, message: Message) -> bool:
    if message_obstacle(Purpose(message.purpose), ledger.order):
        return False
    try:
        if not (mail_address(ledger) and put_in_outbox(ledger, message)):
            fill_for_hand(ledger, message)
    except MissingVariables:
        return False
    settle_actions(ledger, ASKED_BY, reason="filled_in", subject=message.purpose)
    ask_for_next(ledger, message.purpose)
    return True


def ask_for_next(ledger: OrderLedger, purpose: str) -> None:
    """Ask for the oldest message of this purpose that still waits for a person, once the card that it shared is closed.

    Of one purpose an order has one card, however many messages wait (M6).
    """
    waiting = [row for row in ledger.rows_of(Message) if row.purpose == purpose and row.state in FOR_A_PERSON]
    if waiting:
        ask_for_hand(ledger, min(waiting, key=lambda row: (row.send_after, row.sequence)))


def _waiting(ledger: OrderLedger, message_ids: Collection[int]) -> list[Message]:
    return [row for row in ledger.rows_of(Message) if row.pk in message_ids and row.state == MessageState.WAITING]


def _mail(ledger: OrderLedger, message: Message) -> bool:
    is_wanted = not message_obstacle(Purpose(message.purpose), ledger.order)
    if not is_wanted or not usable_address(ledger.order.buyer.email) or not put_in_outbox(ledger, message):
        return False
    settle_actions(ledger, ASKED_BY, reason="by_email", subject=message.purpose)
    ask_for_next(ledger, message.purpose)
    return True


def _open(message_id: int, *, now: datetime, actor: str) -> tuple[OrderLedger, Message]:
    """The message as it stands once its order is locked."""
    order_id = Message.objects.values_list("order_id", flat=True).get(pk=message_id)
    ledger = open_ledger(order_id, now=now, actor=actor)
    return ledger, next(row for row in ledger.rows_of(Message) if row.pk == message_id)


def drop_moot_messages(ledger: OrderLedger) -> None:
    """Cancel what waits for a person and must not be sent any more, with the reason."""
    dropped = set()
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
            settle_actions(ledger, ASKED_BY, reason=reason, subject=message.purpose)
            dropped.add(message.purpose)
    for purpose in sorted(dropped):
        ask_for_next(ledger, purpose)
