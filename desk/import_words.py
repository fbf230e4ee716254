"""What the rules note about a file's rows, in words: each by the sentence with which the import keeps it."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

NO_RATE = re.compile(r"no exchange rate for ([A-Z]{3})$")  # what the store's owner can mend: the currency
_NUMBER = re.compile(r"'[^']*'|\"[^\"]*\"")  # a value that a sentence quotes

NOTES: dict[str, Words] = {
    "a parcel of high value without the buyer's tax number": _(
        "A parcel of high value left without the buyer's tax number: ask him for it."
    ),
    "a parcel of unknown value without the buyer's tax number: the order has no total": _(
        "A parcel left without the buyer's tax number, and its order has no total: nobody can tell whether it is of "
        "high value."
    ),
    "the tax number is no valid CPF or CNPJ: ask the buyer for it": _(
        "The tax number is no valid CPF or CNPJ: ask the buyer for it."
    ),
    "a commercial parcel needs the buyer's CPF or CNPJ before it ships": _(
        "A commercial parcel left without the buyer's CPF or CNPJ."
    ),
    "a commercial carrier: the postal channel is stopped by customs less often": _(
        "It left by a commercial carrier: customs stop the postal channel less often."
    ),
    "the check digit of … does not fit: compare it with the label": _(
        "The check digit of the tracking number does not fit: a digit is mistyped. Compare it with the label."
    ),
    "… looks like no carrier's number: compare it with the label": _(
        "The tracking number has the form of no carrier's numbers: compare it with the label."
    ),
    "placed_at is …, in the future: correct it in the file, and import it again": _(
        "The date of the order lies in the future: correct it in the file, and import it again."
    ),
    "paid_at is …, in the future: correct it in the file, and import it again": _(
        "The date of the payment lies in the future: correct it in the file, and import it again."
    ),
    "shipped_at is …, in the future: correct it in the file, and import it again": _(
        "The date of shipping lies in the future: correct it in the file, and import it again."
    ),
    "delivered_at is …, in the future: correct it in the file, and import it again": _(
        "The date of delivery lies in the future: correct it in the file, and import it again."
    ),
    "shipped before the funds arrived": _("Shipped before the funds arrived."),
    "delivered before the funds arrived": _("Delivered before the funds arrived."),
    "tracking before the funds arrived": _("Delivered before the funds arrived."),
    "a dispute on an order that was never paid": _("A dispute on an order that was never paid."),
}
NO_RATE_NOTE = _(
    "A parcel left without the buyer's tax number, and nobody can tell whether it is of high value: the store has no "
    "exchange rate for %(currency)s."
)


def kind_of_note(message: str) -> str:
    """The sentence without the value that it quotes: equal for all rows with the same trouble."""
    return _NUMBER.sub("…", message)


def note_words(kind: str) -> Words | None:
    """What a kind of note says to a reader; None where only its rule can be said."""
    if found := NO_RATE.search(kind):
        return str(NO_RATE_NOTE) % {"currency": found[1]}
    return NOTES.get(kind)
