"""Telling values in a recipient's words: instants on the platform's clock, money with its currency, an event's own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_currency

from evidence.bundling.cases import CaseFile, CaseOffer, Happening, Money
from evidence.phrasing import Phrasebook
from evidence.recipients import Recipient

MONEY_LOCALE = "en"
# Which of an event's own values are told, in this order, and from which table of phrases their words are.
TOLD = {
    "carrier": "",
    "tracking_number": "",
    "reason": "reasons",
    "customs_cause": "causes",
    "missing_quantity": "",
    "amount": "",
    "remedy": "values",
    "benefit": "",
    "outcome": "values",
    "choice": "values",
    "region": "",
    "cause": "disruptions",
    "from": "",
    "to": "",
    "location": "",
    "protection_ends_at": "",
    "stars": "",
    "source": "",
    "found": "values",
    "purpose": "purposes",
}
INSTANTS = {"protection_ends_at", "from", "to"}


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant on the platform's clock, with its offset from UTC."""

    clock: str
    offset: str


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells values in a recipient's words and on the platform's clock."""

    book: Phrasebook
    zone: ZoneInfo
    currency: str
    attaches: bool = False  # whether files go along: only then they are named

    def moment(self, at: datetime) -> Moment:
        """An instant, to the minute."""
        local = at.astimezone(self.zone)
        minutes = int((local.utcoffset() or timedelta()).total_seconds() // 60)
        sign, (hours, rest) = "−" if minutes < 0 else "+", divmod(abs(minutes), 60)
        return Moment(f"{local:%Y-%m-%d %H:%M}", f"UTC{sign}{hours}" + (f":{rest:02}" if rest else ""))

    def money(self, money: Money | None) -> str:
        """An amount with its currency's code, for a sign such as $ is that of many."""
        if money is None:
            return self.book.say("labels", "not_stated").text
        if not money.currency:
            return f"{money.amount:,.2f}"
        return format_currency(money.amount, money.currency, "¤¤ #,##0.00", locale=MONEY_LOCALE)

    def offer(self, offer: CaseOffer) -> str:
        """What was offered."""
        told = [self.money(offer.amount)] if offer.amount is not None else []
        return " + ".join([*told, *([self.book.say("values", offer.remedy).text] if offer.remedy else [])])

    def details(self, happening: Happening) -> Iterator[tuple[str, str]]:
        """An event's own values, each with its label."""
        for key, table in TOLD.items():
            value = happening.data.get(key)
            if value not in (None, ""):
                yield self.book.say("keys", key).text, self._value(key, value, table)

    def _value(self, key: str, value: Any, table: str) -> str:
        if key in INSTANTS:
            moment = self.moment(datetime.fromisoformat(str(value)))
            return f"{moment.clock} ({moment.offset})"
        if key == "amount" and self.currency:
            return f"{self.currency} {value}"
        return self.book.say(table, str(value)).text if table else str(value)

    def speaking(self, language: str) -> "Teller":
        """The same in one language alone."""
        return replace(self, book=Phrasebook((language,)))

    def on_clock(self, zone: str) -> "Teller":
        """The same on another clock."""
        return replace(self, zone=ZoneInfo(zone))


def open_teller(case: CaseFile, recipient: Recipient) -> Teller:
    """Who tells this case to this recipient."""
    currency = case.total.currency if case.total else (case.claim.amount.currency if case.claim.amount else "")
    return Teller(Phrasebook(recipient.languages), ZoneInfo(case.zone), currency, attaches=recipient.attaches)
