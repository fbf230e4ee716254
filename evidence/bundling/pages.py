"""What the text of a bundle says, page by page: the case in the words of its recipient, ready for the template."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_currency

from evidence.bundling.cases import CaseExhibit, CaseFile, CaseOffer, Happening, Money
from evidence.bundling.problems import Problem
from evidence.phrasing import Phrase, Phrasebook
from evidence.recipients import Recipient

# The parts of a bundle with a heading of their own, in their order; the exhibits follow before the manifest.
SECTIONS = ("cover", "index", "timeline", "tracking", "messages", "manifest")
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
    "cause": "",
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
class Shown:
    """What became of an exhibit: how many pages it has, their hash, and what its slip says."""

    pages: int
    sha256: str
    problem: Problem | None


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


def open_teller(case: CaseFile, recipient: Recipient) -> Teller:
    """Who tells this case to this recipient."""
    currency = case.total.currency if case.total else (case.claim.amount.currency if case.claim.amount else "")
    return Teller(Phrasebook(recipient.languages), ZoneInfo(case.zone), currency)


def words_context(case: CaseFile, teller: Teller) -> dict[str, Any]:
    """What every section needs: the language and its labels."""
    labels = {
        name: teller.book.say("labels", name, zone=case.zone, page="", pages="") for name in teller.book.keys("labels")
    }
    return {"language": teller.book.languages[0], "say": labels}


def cover_context(case: CaseFile, teller: Teller) -> dict[str, Any]:
    """The parties, the claim, the dates and the seller's position."""
    book, claim = teller.book, case.claim
    return {
        "case": case,
        "reason": book.say("reasons", claim.reason or "not_stated"),
        "cause": book.say("causes", claim.customs_cause) if claim.customs_cause else None,
        "claimed": teller.money(claim.amount),
        "total": teller.money(case.total),
        "position": _position(case, teller),
        "offers": [(teller.moment(offer.at), teller.offer(offer)) for offer in case.offers],
        "dates": [(book.say("labels", name), teller.moment(at)) for name, at in case.dates.items()],
    }


def index_context(case: CaseFile, teller: Teller) -> dict[str, Any]:
    """The sections and the checklist, beside the exhibits."""
    return {
        "sections": [(name, section_title(teller.book, name)) for name in sections_of(case)],
        "slots": [(teller.book.say("kinds", slot.kind), slot) for slot in case.slots],
    }


def timeline_rows(case: CaseFile, teller: Teller) -> list[Any]:
    """What happened, a row each."""
    return [
        (teller.moment(row.at), teller.book.say("events", row.type).text, list(teller.details(row)), row.text)
        for row in case.timeline
    ]


def tracking_rows(case: CaseFile, teller: Teller) -> list[Any]:
    """What the carriers said, a row each."""
    return [(teller.moment(row.at), teller.book.say("statuses", row.status).text, row) for row in case.tracking]


def message_rows(case: CaseFile, teller: Teller) -> list[Any]:
    """The messages that were sent."""
    book = teller.book
    return [
        (teller.moment(row.at), book.say("purposes", row.purpose), book.say("labels", row.channel).text, row)
        for row in case.messages
    ]


def exhibit_rows(case: CaseFile, shown: Mapping[str, Shown], teller: Teller) -> list[Any]:
    """The exhibits, and what became of each."""
    return [_exhibit(exhibit, shown[exhibit.mark], teller) for exhibit in case.exhibits]


def sections_of(case: CaseFile) -> list[str]:
    """The sections that this case has: without what nothing is on record for."""
    rows = {"tracking": case.tracking, "messages": case.messages}
    return [name for name in SECTIONS if rows.get(name, True)]


def section_title(book: Phrasebook, name: str) -> Phrase:
    """A section's heading."""
    return book.say("labels", "position" if name == "cover" else name)


def exhibit_title(exhibit: CaseExhibit, book: Phrasebook) -> str:
    """What an exhibit is called: its kind, and what its owner says of it."""
    kind = book.say("kinds", exhibit.kind).text
    return f"{kind}: {exhibit.caption}" if exhibit.caption else kind


def _position(case: CaseFile, teller: Teller) -> Phrase:
    offer = teller.offer(case.offers[-1]) if case.offers else ""
    return teller.book.say("positions", case.position, offer=offer)


def _exhibit(exhibit: CaseExhibit, shown: Shown, teller: Teller) -> dict[str, Any]:
    return {
        "file": exhibit,
        "kind": teller.book.say("kinds", exhibit.kind),
        "added": teller.moment(exhibit.added_at),
        "shown": shown,
        "problem": teller.book.say("problems", shown.problem) if shown.problem else None,
    }
