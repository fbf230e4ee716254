"""Which order of the store a mail is about; another store's order is never looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from messaging.mail_reading import split_quote
from messaging.matching import OwnId, number_words, own_ids
from messaging.models import InboundMessage, Message
from messaging.models.inbound import MatchedBy
from orders.lifecycle import OPEN
from orders.models import Buyer, Order
from orders.services.buyers import with_address


@dataclass(frozen=True, slots=True)
class Match:
    """An order, and what told us."""

    order_id: int
    by: MatchedBy


def find_order(
    store_id: int, *, references: Sequence[str] = (), subject: str = "", text: str = "", sender: str = ""
) -> Match | None:
    """The one order of the store that the words are about, or None where none or several could be meant.

    A mail of ours that is answered tells most, then an order number, then an address with exactly one open order.
    """
    if order_id := _answered_order(store_id, references):
        return Match(order_id, MatchedBy.REPLY)
    said, _quoted = split_quote(text)
    for words in (subject, said, text):
        if found := _named_orders(store_id, words, sender):
            return Match(found[0], MatchedBy.NUMBER) if len(found) == 1 else None
    buyers = with_address(Buyer.objects.filter(store=store_id), sender)
    mine = Order.objects.filter(store=store_id, buyer__in=buyers, state__in=OPEN) if sender else []
    ids = [order.pk for order in mine[:2]]
    return Match(ids[0], MatchedBy.SENDER) if len(ids) == 1 else None


def find_own(store_id: int, ids: Sequence[OwnId]) -> Message | None:
    """The first of these messages that is the store's."""
    for own in ids:
        rows = Message.objects.filter(order=own.order_id, order__store=store_id)
        found: Message | None = rows.filter(purpose=own.purpose, sequence=own.sequence).first()
        if found is not None:
            return found
    return None


def _answered_order(store_id: int, references: Sequence[str]) -> int | None:
    """The order of the mail that is answered: ours, or an earlier one of the buyer."""
    if message := find_own(store_id, own_ids(references, settings.MESSAGE_ID_DOMAIN)):
        return int(message.order_id)
    earlier = InboundMessage.objects.filter(store=store_id, message_id__in=references).exclude(order=None)
    ids = set(earlier.values_list("order_id", flat=True)[:2]) if references else set()
    return ids.pop() if len(ids) == 1 else None


def _named_orders(store_id: int, words: str, sender: str) -> list[int]:
    """The orders whose numbers stand in the words; of several, the one of the sender's, where it is one."""
    orders = Order.objects.filter(store=store_id, order_number__in=number_words(words))
    found = {order.pk: order.buyer.email.lower() for order in orders.select_related("buyer")[:50]}
    own = [pk for pk, email in found.items() if sender and email == sender.lower()]
    return own if len(own) == 1 else list(found)
