"""Where a case's own papers disagree with each other: what the other side would find first. Never printed for it."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from evidence.bundling.cases import CaseFile, TrackingNews
from evidence.bundling.findings import find_amounts, find_dates, find_numbers, find_parcels

DAY = timedelta(days=1)
HANDING_OVER = timedelta(days=3)  # between the date on a receipt and the one on which the order was marked as shipped
FEWEST_DIGITS = 8  # an order number with fewer is found everywhere
# The papers in which the order's own values are to be expected.
NAMES_THE_PARCEL = {"waybill_receipt", "tracking_screenshot", "delivery_proof", "carrier_letter", "carrier_certificate"}
NAMES_THE_BUYER = {"waybill_receipt", "delivery_proof", "label_photo", "order_address"}
NAMES_THE_TOTAL = {"invoice"}
SHORTEST_NAME = 3  # letters


class Severity(StrEnum):
    """How much it matters: a serious one can lose the case, a doubt may have a good explanation."""

    SERIOUS = "serious"
    DOUBT = "doubt"


class Topic(StrEnum):
    """What is said in two ways."""

    PARCEL = "parcel"
    ORDER_NUMBER = "order_number"
    AMOUNT = "amount"
    CLAIM_OVER_TOTAL = "claim_over_total"
    QUANTITY = "quantity"
    DELIVERED = "delivered"
    SHIPPED = "shipped"
    SEQUENCE = "sequence"
    SOURCES = "sources"
    BUYER_NAME = "buyer_name"


class Place(StrEnum):
    """Where a value stands."""

    ORDER = "order"
    CLAIM = "claim"
    TRACKING = "tracking"
    EXHIBIT = "exhibit"
    CAPTION = "caption"
    MESSAGE = "message"
    TIMELINE = "timeline"


@dataclass(frozen=True, slots=True)
class Statement:
    """One value where it stands; `detail` says which: an exhibit's mark, a source, a date of the order."""

    place: Place
    value: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Values that cannot all be so."""

    topic: Topic
    severity: Severity
    statements: tuple[Statement, ...]

    def as_report(self) -> dict[str, object]:
        """As a bundle's report keeps it."""
        told = [{"place": said.place, "detail": said.detail, "value": said.value} for said in self.statements]
        return {"topic": self.topic, "severity": self.severity, "statements": told}


@dataclass(frozen=True, slots=True)
class Paper:
    """A text of the case; `kind` is an exhibit's, empty for other papers."""

    place: Place
    detail: str
    text: str
    kind: str = ""


def find_contradictions(case: CaseFile, texts: Mapping[str, str]) -> list[Contradiction]:
    """All that disagrees, the serious first; `texts` are the exhibits' own words by mark, where there are any."""
    papers = list(_papers(case, texts))
    found = [contradiction for check in CHECKS for contradiction in check(case, papers)]
    return sorted(dict.fromkeys(found), key=lambda one: one.severity is not Severity.SERIOUS)


def _papers(case: CaseFile, texts: Mapping[str, str]) -> Iterator[Paper]:
    for exhibit in case.exhibits:
        chat = "\n".join(f"{said.at} {said.who}: {said.text}" for said in exhibit.chat)
        yield Paper(Place.EXHIBIT, exhibit.mark, texts.get(exhibit.mark, "") or chat, exhibit.kind)
        yield Paper(Place.CAPTION, exhibit.mark, f"{exhibit.caption}\n{exhibit.translation}")
    for message in case.messages:
        yield Paper(Place.MESSAGE, f"{message.at:%Y-%m-%d}", f"{message.subject}\n{message.body}")
    for row in case.timeline:
        if row.text:
            yield Paper(Place.TIMELINE, f"{row.at:%Y-%m-%d}", row.text)


# --- numbers ----------------------------------------------------------------------------------------------------------
def _parcels(case: CaseFile, papers: Sequence[Paper]) -> Iterator[Contradiction]:
    known = {parcel.tracking_number.replace(" ", "").upper() for parcel in case.parcels if parcel.tracking_number}
    if not known:
        return
    ours = Statement(Place.ORDER, ", ".join(sorted(known)))
    for number in dict.fromkeys(news.parcel for news in case.tracking if news.parcel and news.parcel not in known):
        yield Contradiction(Topic.PARCEL, Severity.SERIOUS, (ours, Statement(Place.TRACKING, number)))
    for paper in papers:
        found = find_parcels(paper.text)
        others = [number for number in found if number not in known]
        if others:
            is_meant = paper.kind in NAMES_THE_PARCEL and not known & {*found}
            severity = Severity.SERIOUS if is_meant or paper.place is Place.CAPTION else Severity.DOUBT
            yield Contradiction(Topic.PARCEL, severity, (ours, *_told(paper, others)))


def _order_numbers(case: CaseFile, papers: Sequence[Paper]) -> Iterator[Contradiction]:
    """A number as long as the order's, with the same beginning, in a paper that does not name the order itself."""
    number = case.order_number
    if not number.isdecimal() or len(number) < FEWEST_DIGITS:
        return
    for paper in papers:
        found = find_numbers(paper.text, len(number))
        others = [other for other in found if other != number and other[:2] == number[:2]]
        if others and number not in found:
            told = (Statement(Place.ORDER, number), *_told(paper, others))
            yield Contradiction(Topic.ORDER_NUMBER, Severity.SERIOUS, told)


def _told(paper: Paper, values: Sequence[str]) -> Iterator[Statement]:
    for value in values:
        yield Statement(paper.place, value, paper.detail)


# --- amounts and pieces -----------------------------------------------------------------------------------------------
def _claim(case: CaseFile, _papers: Sequence[Paper]) -> Iterator[Contradiction]:
    claimed, total = case.claim.amount, case.total
    if claimed and total and claimed.currency == total.currency and claimed.amount > total.amount:
        told = (
            Statement(Place.ORDER, f"{total.amount} {total.currency}"),
            Statement(Place.CLAIM, f"{claimed.amount} {claimed.currency}"),
        )
        yield Contradiction(Topic.CLAIM_OVER_TOTAL, Severity.SERIOUS, told)
    ordered, missing = sum(item.quantity for item in case.items), case.claim.missing_quantity
    if missing and ordered and missing > ordered:
        said = Statement(Place.ORDER, str(ordered)), Statement(Place.CLAIM, str(missing))
        yield Contradiction(Topic.QUANTITY, Severity.SERIOUS, said)


def _amounts(case: CaseFile, papers: Sequence[Paper]) -> Iterator[Contradiction]:
    """An amount in the order's currency that neither the order nor the claim nor an offer knows."""
    if case.total is None:
        return
    currency, known = case.total.currency, _known_amounts(case)
    ours = Statement(Place.ORDER, f"{case.total.amount} {currency}")
    for paper in papers:
        found = [amount for amount in find_amounts(paper.text) if amount.currency == currency]
        strange = list(dict.fromkeys(amount.words for amount in found if amount.amount not in known))
        is_invoice = paper.kind in NAMES_THE_TOTAL
        if strange and not (is_invoice and any(amount.amount == case.total.amount for amount in found)):
            severity = Severity.SERIOUS if is_invoice else Severity.DOUBT
            yield Contradiction(Topic.AMOUNT, severity, (ours, *_told(paper, strange)))


def _known_amounts(case: CaseFile) -> set[Decimal]:
    moneys = [case.total, case.claim.amount, *(offer.amount for offer in case.offers)]
    known = {money.amount for money in moneys if money is not None}
    events = (str(row.data.get("amount", "")) for row in case.timeline)
    return known | {Decimal(amount) for amount in events if amount.replace(".", "", 1).isdecimal()}


# --- dates ------------------------------------------------------------------------------------------------------------
def _sequence(case: CaseFile, _papers: Sequence[Paper]) -> Iterator[Contradiction]:
    """The order's own dates in an impossible order, and news of a parcel from before it was shipped."""
    dates = case.dates
    for first, then in (("placed", "paid"), ("paid", "shipped"), ("shipped", "delivered"), ("placed", "opened")):
        if first in dates and then in dates and dates[then] < dates[first]:
            told = tuple(_dated(Place.ORDER, dates[name], case, name) for name in (first, then))
            yield Contradiction(Topic.SEQUENCE, Severity.SERIOUS, told)
    early = [news for news in _standing(case) if "shipped" in dates and news.at < dates["shipped"] - DAY]
    if early:
        told = _dated(Place.ORDER, dates["shipped"], case, "shipped"), _news(early[0], case)
        yield Contradiction(Topic.SHIPPED, Severity.DOUBT, told)


def _deliveries(case: CaseFile, papers: Sequence[Paper]) -> Iterator[Contradiction]:
    delivered = case.dates.get("delivered")
    news = [news for news in _standing(case) if news.status == "delivered"]
    if delivered is None and news:
        told = Statement(Place.ORDER, "", "delivered"), _news(news[-1], case)
        yield Contradiction(Topic.DELIVERED, Severity.SERIOUS, told)
    if delivered is None:
        return
    ours = _dated(Place.ORDER, delivered, case, "delivered")
    if news and all(abs(one.at - delivered) > DAY for one in news):
        yield Contradiction(Topic.DELIVERED, Severity.SERIOUS, (ours, _news(news[-1], case)))
    yield from _other_dates(case, papers, Topic.DELIVERED, {"delivery_proof"}, ours, delivered, DAY)


def _receipts(case: CaseFile, papers: Sequence[Paper]) -> Iterator[Contradiction]:
    if shipped := case.dates.get("shipped"):
        ours = _dated(Place.ORDER, shipped, case, "shipped")
        yield from _other_dates(case, papers, Topic.SHIPPED, {"waybill_receipt"}, ours, shipped, HANDING_OVER)


def _other_dates(
    case: CaseFile,
    papers: Sequence[Paper],
    topic: Topic,
    kinds: set[str],
    ours: Statement,
    at: datetime,
    tolerance: timedelta,
) -> Iterator[Contradiction]:
    """Papers of these kinds that have dates, and none that may be ours on any of the three clocks."""
    day = at.astimezone(ZoneInfo(case.zone)).date()
    for paper in papers:
        found = find_dates(paper.text) if paper.kind in kinds else []
        if found and not any(_is_near(other, day, tolerance) for date in found for other in date.days):
            told = dict.fromkeys(date.words for date in found)
            yield Contradiction(topic, Severity.DOUBT, (ours, *_told(paper, list(told))))


def _is_near(other: date, day: date, tolerance: timedelta) -> bool:
    return abs(other - day) <= tolerance


def _sources(case: CaseFile, _papers: Sequence[Paper]) -> Iterator[Contradiction]:
    """Of each parcel, what its sources say last, where one says delivered and another does not."""
    latest: dict[tuple[str, str], TrackingNews] = {}
    for news in _standing(case):
        latest[news.parcel, news.source] = news
    for parcel in dict.fromkeys(parcel for parcel, _source in latest):
        last = [news for (other, _source), news in latest.items() if other == parcel]
        if len({news.status == "delivered" for news in last}) > 1:
            told = tuple(_news(news, case) for news in last)
            yield Contradiction(Topic.SOURCES, Severity.SERIOUS, told)


def _standing(case: CaseFile) -> list[TrackingNews]:
    return [news for news in case.tracking if news.voided_at is None]


def _news(news: TrackingNews, case: CaseFile) -> Statement:
    day = news.at.astimezone(ZoneInfo(case.zone))
    return Statement(Place.TRACKING, f"{day:%Y-%m-%d} {news.status}", news.source)


def _dated(place: Place, at: datetime, case: CaseFile, detail: str) -> Statement:
    return Statement(place, f"{at.astimezone(ZoneInfo(case.zone)):%Y-%m-%d}", detail)


# --- names ------------------------------------------------------------------------------------------------------------
def _names(case: CaseFile, papers: Sequence[Paper]) -> Iterator[Contradiction]:
    """A paper about the delivery in whose text no part of the buyer's name stands."""
    parts = {part for part in _plain(case.buyer).split() if len(part) >= SHORTEST_NAME}
    if not parts:
        return
    for paper in papers:
        if paper.kind in NAMES_THE_BUYER and paper.text.strip() and not parts & {*_plain(paper.text).split()}:
            told = Statement(Place.ORDER, case.buyer), Statement(paper.place, "", paper.detail)
            yield Contradiction(Topic.BUYER_NAME, Severity.DOUBT, told)


def _plain(text: str) -> str:
    """Words in lower case, without accents and marks: João da Silva, joao da silva."""
    spelt = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter if letter.isalnum() else " " for letter in spelt if not unicodedata.combining(letter))


CHECKS: tuple[Callable[[CaseFile, Sequence[Paper]], Iterator[Contradiction]], ...] = (
    _parcels,
    _order_numbers,
    _claim,
    _amounts,
    _sequence,
    _deliveries,
    _receipts,
    _sources,
    _names,
)
