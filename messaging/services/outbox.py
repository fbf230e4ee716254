"""Putting a message into the outbox: in the buyer's language, for the buyer's hours, complete or not at all."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from messaging.contact_hours import next_window
from messaging.guards import message_obstacle
from messaging.models import Channel, FailedAddress, Message, MessageState, Template
from messaging.rendering import MissingVariables, Rendered, Text, load_text, render
from messaging.values import buyer_language, order_values
from messaging.vocabulary import Language, Purpose
from orders.models import Order
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger

REPLY_RULE = "M5"
OWN_TEXTS = "own texts"  # what a ledger remembers of its store: what it writes in place of the program's


def queue_message(
    ledger: OrderLedger, purpose: Purpose, *, rule: str, sequence: int, given: Mapping[str, Any] | None = None
) -> Message | None:
    """Queue a message to the order's buyer for the next moment of his contact hours; None when nothing may leave.

    `sequence` is the number of the timeline event that asks for it. Without an address it waits to be sent by hand
    (M6); where a variable is missing it is stopped, with the names of what is missing (M3).
    """
    if reason := message_obstacle(purpose, ledger.order):
        ledger.write(
            EventKind.MESSAGE,
            "not_sent",
            at=ledger.now,
            rule=rule,
            data={"purpose": purpose, "reason": reason},
        )
        return None
    language = buyer_language(ledger.order)
    message = _draft(ledger, purpose, language, rule, sequence)
    try:
        rendered = _render(ledger, purpose, language, given or {})
    except MissingVariables as error:
        message.state, message.reason = MessageState.STOPPED, "missing: " + ", ".join(error.names)
    else:
        message.subject, message.body = rendered.subject, rendered.body
    ledger.add(message)
    ledger.write(
        EventKind.MESSAGE,
        "stopped" if message.state == MessageState.STOPPED else "queued",
        at=ledger.now,
        rule=rule,
        data={"purpose": purpose, "language": language, "channel": message.channel, "sequence": sequence},
    )
    return message


def queue_reply(ledger: OrderLedger, text: Rendered, *, channel: Channel, in_reply_to: str = "") -> Message | None:
    """Queue what a person wrote himself, word for word: nothing in it is read as a template (M9).

    By e-mail it leaves in the buyer's next contact hour; without a working address, or where the person prefers it, it
    waits to be sent by hand. `in_reply_to` is the Message-ID of the buyer's mail. None when nothing may leave any more.
    """
    purpose, sequence = Purpose.REPLY, ledger.order.timeline_length + 1  # of its own event, written below
    if reason := message_obstacle(purpose, ledger.order):
        data = {"purpose": purpose, "reason": reason}
        ledger.write(EventKind.MESSAGE, "not_sent", at=ledger.now, rule=REPLY_RULE, data=data)
        return None
    message = _draft(ledger, purpose, buyer_language(ledger.order), REPLY_RULE, sequence)
    if channel is Channel.BY_HAND:
        message.channel, message.to, message.state = channel, "", MessageState.WAITING
    message.subject, message.body = text.subject, text.body
    message.written_by, message.in_reply_to = ledger.actor, in_reply_to
    ledger.add(message)
    said = {"purpose": purpose, "language": message.language, "channel": message.channel, "sequence": sequence}
    ledger.write(EventKind.MESSAGE, "queued", at=ledger.now, rule=REPLY_RULE, data=said)
    return message


def draft_message(ledger: OrderLedger, purpose: Purpose) -> tuple[Language, Rendered]:
    """The text as it would go to the order's buyer now, to be read or copied. Raises MissingVariables."""
    language = buyer_language(ledger.order)
    return language, _render(ledger, purpose, language, {})


def contact_window(order: Order, now: datetime) -> datetime:
    """The next moment (UTC) at which the buyer may be written to."""
    policy = order.policy
    return next_window(
        now, order.buyer.zone(policy), opens=policy.value("C", "opens"), closes=policy.value("C", "closes")
    )


def _draft(ledger: OrderLedger, purpose: Purpose, language: Language, rule: str, sequence: int) -> Message:
    send_after = contact_window(ledger.order, ledger.now)
    address = mail_address(ledger)
    return Message(
        order=ledger.order,
        purpose=purpose.value,
        sequence=sequence,
        rule=rule,
        channel=Channel.EMAIL if address else Channel.BY_HAND,
        language=language.value,
        to=address,
        state=MessageState.PENDING if address else MessageState.WAITING,
        queued_at=ledger.now,
        send_after=send_after,
        next_attempt_at=send_after,
    )


def mail_address(ledger: OrderLedger) -> str:
    """The buyer's address, if it is one and no mail server has said that it does not work; else nothing (M6)."""
    address = usable_address(ledger.order.buyer.email)
    if not address:
        return ""
    store = ledger.order.store
    failed = ledger.remember_of_store(
        "failed addresses", lambda: list(FailedAddress.objects.filter(store=store).values_list("address", flat=True))
    )
    return "" if address.lower() in failed else address


def usable_address(text: str) -> str:
    """The text if it is one e-mail address, else nothing: what is none is written to by hand (M6)."""
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text


def _render(ledger: OrderLedger, purpose: Purpose, language: Language, given: Mapping[str, Any]) -> Rendered:
    own = ledger.remember_of_store(OWN_TEXTS, lambda: list(Template.objects.filter(store=ledger.order.store)))
    found = [text for text in own if (text.purpose, text.language) == (purpose, language)]
    text = Text(found[0].subject, found[0].body) if found else load_text(purpose, language, ledger.policy.name)
    return render(text, order_values(ledger, language, given))
