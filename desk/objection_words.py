"""What the rules and the machine have against a deed, in the reader's words: each by the sentence that refuses it."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.lifecycle import OrderState

Words = str | Promise

REASONS: dict[str, Words] = {
    "the receipt time is extended only while the parcel is on its way": _(
        "the receipt time is extended only while the parcel is on its way"
    ),
    "shipped before the funds arrived": _("the funds have not arrived"),
    "delivered before the funds arrived": _("the funds have not arrived"),
    "tracking before the funds arrived": _("the funds have not arrived"),
    "a commercial parcel needs the buyer's CPF or CNPJ before it ships": _(
        "a commercial parcel needs the buyer's CPF or CNPJ before it ships"
    ),
    "the number is no valid CPF or CNPJ": _("the number is no valid CPF or CNPJ"),
    "a dispute on an order that was never paid": _("the order was never paid"),
    "the buyer asks to cancel: answer him, or send despite = P8 to ship all the same": _(
        "the buyer asks to cancel: answer him first"
    ),
    "no request to cancel waits for an answer": _("no request to cancel waits for an answer"),
    "a partial refund needs an amount above 0": _("a partial refund needs an amount above 0"),
    "the amount is more than the buyer paid and has not got back yet": _(
        "the amount is more than the buyer paid and has not got back yet"
    ),
}
NOT_NOW = _("it is not possible now: the order is “%(state)s”")
_NOT_NOW = re.compile(r"\w+ is not possible now: the order is (\w+)")


def not_now_words(sentence: str) -> str:
    """That an order's state does not let it happen; empty for any other sentence."""
    found = _NOT_NOW.fullmatch(sentence)
    if found is None or found[1] not in OrderState.values:
        return ""
    return str(NOT_NOW) % {"state": OrderState(found[1]).label}
