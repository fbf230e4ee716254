"""What is wrong with a file or with one of its cells, in the reader's words: each by the import's own sentence.

The import says it in English, for the command line, the API and the kept reports; `{name}` is what it fills in.
"""

import re
from collections.abc import Iterator
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.exhibit_fault_words import DEED_FAULTS, EXHIBIT_FAULTS
from desk.file_fault_words import FILE_FAULTS

Words = str | Promise

CELL_FAULTS: dict[str, Words] = {
    "is missing": _("It is missing."),
    "not a date": _("This is no date."),
    "day and month can be mixed up; write 2018-01-31, or give date_format in the mapping": _(
        "Day and month can be mixed up: write 2018-01-31, or choose how dates are written before the import."
    ),
    "the year is not within {first} and {last}": _("The year is not between %(first)s and %(last)s."),
    "not an amount": _("This is no amount."),
    "negative amount": _("The amount is below 0."),
    "thousands or decimals? write it without separators (1234.50), or give decimal_comma in the mapping": _(
        "Thousands or decimals? Write it without separators (1234.50), or say before the import what a comma is."
    ),
    "more than {most} decimals": _("It has more than %(most)s decimals."),
    "the amount is too large": _("The amount is too large."),
    "not a currency": _("This is no currency."),
    "two currencies in one amount": _("Two currencies stand in one amount."),
    "the currency is {here} here and {elsewhere} elsewhere in the row": _(
        "The currency is %(here)s here and %(elsewhere)s elsewhere in the row."
    ),
    "longer than {most} characters": _("It is longer than %(most)s characters."),
    "more than {most} items in one cell": _("More than %(most)s items stand in one cell."),
    "has spaces inside": _("It has spaces inside."),
    "its last digits are lost, a spreadsheet stored it as a number; "
    "format the column as text and export or type the number again": _(
        "Its last digits are lost, for a spreadsheet stored it as a number: format the column as text, and export or "
        "type the number again."
    ),
    "not a whole number": _("This is no whole number."),
    "not within {least} and {most}": _("It is not between %(least)s and %(most)s."),
    "not an e-mail address": _("This is no e-mail address."),
    "not a language code such as pt-br": _("This is no language code such as pt-br."),
    "not a time zone such as America/Sao_Paulo": _("This is no time zone such as America/Sao_Paulo."),
    "not a country; write its two-letter code, such as BR": _(
        "This is no country: write its code of two letters, such as BR."
    ),
    "not a status; one of {names}, or leave it empty": _(
        "This is no status: write one of %(names)s, or leave it empty."
    ),
    "neither a status nor a description": _("There is neither a status nor a description."),
    "stands in row {row} already: keep one of them": _("It stands in row %(row)s already: keep one of them."),
    "nothing to add: none of {names}": _("There is nothing to add: none of %(names)s is filled in."),
    "not a number of stars from 1 to {most}": _("This is no number of stars from 1 to %(most)s."),
    "not a share such as 0.4 or 40%": _("This is no share such as 0.4 or 40%%."),
    "not a share from 0 to 1, or from 0% to 100%": _("This is no share from 0 to 1, or from 0%% to 100%%."),
    "neither yes nor no": _("This is neither yes nor no."),
    "the spreadsheet shows the error {error} here; correct the formula": _(
        "The spreadsheet shows the error %(error)s here: correct the formula."
    ),
    "a formula that was never calculated; open the file in a spreadsheet program and save it": _(
        "This formula was never calculated: open the file in a spreadsheet program and save it."
    ),
    "the row has cells beyond the {width} columns of the header; look for a stray delimiter": _(
        "The row has more cells than the header has columns (%(width)s): look for a separator too many."
    ),
    "no order of this store has this parcel: import the order first": _(
        "No order of this store has this parcel: import the order first."
    ),
    "no order of this store has this number: import the order first": _(
        "No order of this store has this number: import the order first."
    ),
    "the buyer's personal data were erased, and are not taken in again": _(
        "The buyer's personal data were erased, and are not taken in again."
    ),
    "could not be stored: {error}": _("It could not be stored: %(error)s"),
}
# The last ones begin with a gap, which would take in the beginning of any other.
FAULTS = CELL_FAULTS | FILE_FAULTS | EXHIBIT_FAULTS | DEED_FAULTS
_PLACE = re.compile(r"\\{(\w+)\\}")  # `{name}`, once the sentence is escaped


def fault_words(sentence: str) -> str:
    """The fault in the reader's words; one that nobody knows is shown as it is.

    The file's name, where the sentence begins with it, stays in front.
    """
    if words := _say(sentence):
        return words
    for colon in re.finditer(": ", sentence):  # a name may hold a colon itself
        if words := _say(sentence[colon.end() :]):
            return f"{sentence[: colon.end()]}{words}"
    return sentence


def _say(sentence: str) -> str:
    for pattern, words in _known():
        if found := pattern.fullmatch(sentence):
            return str(words) % found.groupdict()
    return ""


@cache
def _known() -> list[tuple[re.Pattern[str], Words]]:
    return list(_patterns())


def _patterns() -> Iterator[tuple[re.Pattern[str], Words]]:
    for sentence, words in FAULTS.items():
        yield re.compile(_PLACE.sub(r"(?P<\1>.*?)", re.escape(sentence)), re.DOTALL), words
