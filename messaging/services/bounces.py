"""Mails that came back: the message waits for a person, and a dead address gets no more mail (M6)."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from messaging.bouncing import Bounce
from messaging.models import Channel, FailedAddress, Message, MessageState
from messaging.services.answers import ask_anew
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger

RULE = "M6"


def note_bounce(ledger: OrderLedger, message: Message, bounce: Bounce) -> bool:
    """Note that a message came back, on the order's open ledger; say whether a person has to send it now.

    A server that still tries is only noted. A message that went another way since is left alone.
    """
    if message.state != MessageState.SENT or message.channel != Channel.EMAIL:
        return False
    kind = "bounced" if bounce.is_final else "delayed"
    message.reason = f"{kind}: {bounce.reason}"[:200]
    if bounce.is_final:
        message.state, message.channel, message.sent_at = MessageState.WAITING, Channel.BY_HAND, None
        ask_anew(message)
    message.save(update_fields=["state", "channel", "sent_at", "reason"])
    data = {"purpose": message.purpose, "sequence": message.sequence}
    private = {"text": bounce.reason} if bounce.reason else None  # a server's words quote the address
    ledger.write(EventKind.MESSAGE, kind, at=ledger.now, rule=RULE, data=data, private=private)
    if bounce.is_dead and message.to.lower() in bounce.addresses:
        mark_address(message, reason=bounce.reason, now=ledger.now)
    return bounce.is_final


def mark_address(message: Message, *, reason: str, now: datetime) -> None:
    """The message's address does not work: what still waits to leave for it goes by hand."""
    store_id, address = message.order.store_id, message.to.lower()
    said = {"reason": reason[:200], "failed_at": now}
    FailedAddress.objects.update_or_create(store_id=store_id, address=address, defaults=said)
    waiting = Message.objects.filter(state=MessageState.PENDING, to__iexact=address, order__store=store_id)
    waiting.update(state=MessageState.WAITING, channel=Channel.BY_HAND, reason=f"bounced: {reason}"[:200])


def failed_addresses(store_ids: Iterable[int]) -> set[tuple[int, str]]:
    """The addresses from which mail came back, in small letters, each with its store's id."""
    return set(FailedAddress.objects.filter(store__in=store_ids).values_list("store_id", "address"))


def trust_address(message: Message) -> None:
    """A person says that the buyer's address works after all."""
    same = Q(address=message.to.lower()) | Q(address=message.order.buyer.email.lower())
    FailedAddress.objects.filter(same, store=message.order.store_id).delete()
