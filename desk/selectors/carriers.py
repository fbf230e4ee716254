"""The carriers' scorecard (T11): what became of each carrier's parcels by region, and where it should be changed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from desk import clocks
from desk.access import Reader
from disputes.services.complaints import count_complaints
from orders.arrivals import Lane, ParcelOutcome, Span, learn_span
from orders.models import Store
from orders.services.arrivals import DELIVERED, find_counts

DECIDED = (ParcelOutcome.ON_TIME, ParcelOutcome.LATE, ParcelOutcome.LOST, ParcelOutcome.OVERDUE)
BAR = 1000  # units of a bar's width
NO_STATE = "-"  # in an address: the buyers whose state is not known
COMPLAINT = "complaint"  # beside the outcomes, in an address


class Level(StrEnum):
    """How finely regions are told apart."""

    COUNTRY = "country"
    STATE = "state"


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; `by` is a level."""

    store: str = ""
    by: str = ""

    @property
    def level(self) -> Level:
        """The level; countries without a known word."""
        return Level.STATE if self.by == Level.STATE else Level.COUNTRY


@dataclass(frozen=True)
class Part:
    """A part of a bar: what it shows, how many, and where it stands, in units of `BAR`."""

    outcome: str
    parcels: int
    start: int
    width: int


@dataclass
class ScoreRow:
    """One store's carrier into one region."""

    store: Store
    lane: Lane
    level: Level
    counted_at: datetime  # UTC
    names: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[ParcelOutcome] = field(default_factory=Counter)
    days: Counter[int] = field(default_factory=Counter)
    complaining: set[int] = field(default_factory=set)
    change_in: list[str] = field(default_factory=list)  # the regions in which the carrier should be changed

    @property
    def carrier(self) -> str:
        """The carrier as most files spell it."""
        return self.names.most_common(1)[0][0] if self.names else self.lane.carrier

    @property
    def region(self) -> str:
        """The region in words."""
        country = clocks.format_country(self.lane.country)
        return f"{self.lane.state}, {country}" if self.lane.state else country

    @property
    def parcels(self) -> int:
        """All that left."""
        return sum(self.outcomes.values())

    @property
    def in_time(self) -> int | None:
        """Of the parcels that arrived or whose promise is over, how many of a hundred came in time; None of none."""
        decided = sum(self.outcomes[outcome] for outcome in DECIDED)
        return round(100 * self.outcomes[ParcelOutcome.ON_TIME] / decided) if decided else None

    @property
    def span(self) -> Span | None:
        """The days that the delivered ones took."""
        return learn_span(self.days) if self.days else None

    @property
    def complaints(self) -> int:
        """Orders that were complained of in T11's days."""
        return len(self.complaining)

    @property
    def parts(self) -> list[Part]:
        """The outcomes as the parts of one bar, in the order of the enum."""
        parts, start = [], 0
        shown = [(outcome, self.outcomes[outcome]) for outcome in ParcelOutcome if self.outcomes[outcome]]
        seen = 0
        for outcome, parcels in shown:
            seen += parcels
            end = round(BAR * seen / self.parcels)
            parts.append(Part(outcome, parcels, start, end - start))
            start = end
        return parts

    @property
    def query(self) -> str:
        """What leads to the row's orders, without the outcome."""
        values = {"store": self.store.slug, "carrier": self.carrier, "country": self.lane.country}
        if self.level is Level.STATE:
            values["region"] = self.lane.state or NO_STATE
        return urlencode(values)


def score_carriers(reader: Reader, filters: Filters, *, now: datetime) -> list[ScoreRow]:
    """The rows of the reader's stores: carriers to be changed first, then by complaints and by parcels."""
    stores = [store for store in reader.stores if filters.store in ("", store.slug)]
    rows = [row for store in stores for row in _score(store, filters.level, now=now)]
    return sorted(rows, key=lambda row: (-len(row.change_in), -row.complaints, -row.parcels, row.lane))


def _score(store: Store, level: Level, *, now: datetime) -> Iterable[ScoreRow]:
    rows: dict[Lane, ScoreRow] = {}
    counted_at, counts = find_counts(store, now=now)
    for count in counts:
        row = _row(rows, store, count.lane, level, counted_at)
        row.names[count.carrier] += count.parcels
        row.outcomes[count.outcome] += count.parcels
        if count.days is not None and count.outcome in DELIVERED:
            row.days[count.days] += count.parcels
    for complaints in count_complaints(store, now=now):
        row = _row(rows, store, complaints.lane, level, counted_at)
        row.complaining |= complaints.orders
        if complaints.is_too_many:
            row.change_in.append(complaints.lane.state or clocks.format_country(complaints.lane.country))
    return rows.values()


def _row(rows: dict[Lane, ScoreRow], store: Store, lane: Lane, level: Level, counted_at: datetime) -> ScoreRow:
    shown = lane if level is Level.STATE else Lane(lane.carrier, lane.country)
    if shown not in rows:
        rows[shown] = ScoreRow(store, shown, level, counted_at)
    return rows[shown]
