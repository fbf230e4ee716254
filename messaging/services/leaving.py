"""What is asked right before a message leaves: whether the claim still holds it, and how its order stands now."""

from dataclasses import dataclass
from functools import cache

from django.db import models

from messaging.guards import ENDED_BY
from messaging.models import Message
from messaging.services.answers import is_awaited
from messaging.services.switching import purpose_is_off
from orders.models import Buyer, Order
from orders.services.asking import Blank, ReadyQuery, make_partial, names_among

# What guards look at; whatever else they ask for is read when they do.
ENDS = {f"{name}_at" for ended_by in ENDED_BY.values() for name in ended_by}
FACTS = {"id", "state", "disputed_at", "payment_checking_since", "receipt_denied_at", "tracking_status"}
CHAIN = {"store_id", "order_number", "timeline_length", "timeline_head"}  # to which the mark adds a line
ORDER = names_among(Order, ENDS | FACTS | CHAIN)
BUYER = names_among(Buyer, {"id", "tax_id", "erased_at"})


@dataclass(frozen=True, slots=True)
class Standing:
    """How a claimed message stands at this moment.

    `is_off`: its store has switched its purpose off. `is_awaited`: a promise or a question of its order waits for it.
    """

    order: Order
    is_off: bool
    is_awaited: bool


def ask_standing(message: Message) -> Standing | None:
    """How the message stands now, or None where the claim that it was read with holds it no more.

    What is told of its store's webhooks is brought up to date with it.
    """
    for row in _question().ask(message=message.pk, token=message.claim_token):
        *values, message.order.store.has_webhooks, is_off, awaited = row
        order = make_partial(Order, ORDER, values[: len(ORDER)])
        order.store = message.order.store
        order.buyer = make_partial(Buyer, BUYER, values[len(ORDER) :])
        return Standing(order, is_off=bool(is_off), is_awaited=bool(awaited))
    return None


@cache
def _question() -> ReadyQuery:
    rows = Message.objects.annotate(is_off=purpose_is_off(), is_awaited=is_awaited()).order_by()
    held = rows.filter(pk=Blank("message", models.BigAutoField()), claim_token=Blank("token", models.UUIDField()))
    order, buyer = [f"order__{name}" for name in ORDER], [f"order__buyer__{name}" for name in BUYER]
    return ReadyQuery(held.values_list(*order, *buyer, "order__store__has_webhooks", "is_off", "is_awaited"))
