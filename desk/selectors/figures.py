"""The figures of a reader's stores, added up from their sheets: numbers that lead to their orders, and tables."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from desk import clocks
from desk.figure_words import FIGURES, GROUPS, MONEY, Group
from desk.selectors.carriers import NO_STATE
from desk.selectors.figured import Figured
from desk.words import DISPUTE_REASONS
from disputes.arithmetic import rate_between
from disputes.days import Days
from disputes.lifecycle import AGAINST_US, GOOD_ENDS, OPEN_DISPUTE, RULED, DisputeState
from disputes.models import FigureSheet
from disputes.services.counting import NO_REASON, Figure
from orders.arrivals import ParcelOutcome
from orders.models import Store

Words = str | Promise
FEWEST = 5  # cases: of fewer no share is said
ENDS = [
    DisputeState.WON,
    DisputeState.WITHDRAWN,
    DisputeState.SETTLED,
    DisputeState.ACCEPTED,
    DisputeState.LOST,
]
PAID_OR_KEPT: dict[str, tuple[Figure, Sequence[DisputeState]]] = {  # the disputes behind each sum
    "at_stake": (Figure.DISPUTES_OPEN, []),
    "kept": (Figure.DISPUTES_CLOSED, [*GOOD_ENDS, DisputeState.SETTLED]),
    "paid": (Figure.DISPUTES_CLOSED, [*AGAINST_US, DisputeState.SETTLED]),
    "booked": (Figure.COMPENSATED, []),
}
LANES = 12  # carriers and regions that are shown; the scorecard has all
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Number:
    """How many orders, and where they are listed; `told` is how it is written where it is no plain number."""

    n: int
    url: str = ""


@dataclass(frozen=True)
class Line:
    """A figure: now and in the time before, each with its share of the whole where there are enough cases."""

    figure: Figure
    name: Words
    now: Number
    share: str
    before: Number
    share_before: str


@dataclass(frozen=True)
class Section:
    """Figures that stand together."""

    name: Words
    rules: tuple[str, ...]
    lines: list[Line]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ReasonRow:
    """The disputes of a reason by how they stand or ended; `share` is what ended well of what was ruled."""

    reason: str
    name: Words
    cells: list[tuple[Words, Number]]
    share: str
    ruled: Number


@dataclass(frozen=True)
class LaneRow:
    """A carrier in a region: delivered in time and late, and complained of."""

    carrier: str
    region: str
    in_time: Number
    late: Number
    complained: Number
    share: str


@dataclass(frozen=True)
class Sum:
    """Money of one store, in its own currency; `left_out` names what no exchange rate could bring into it."""

    store: Store
    name: Words
    amount: str
    left_out: list[str]
    url: str


class Figures:
    """The sheets of some stores over one span, added up."""

    def __init__(self, sheets: Iterable[FigureSheet], *, store: str) -> None:
        self.sheets = [sheet for sheet in sheets if sheet.counted_at]
        self.store = store  # the slug by which the page is narrowed down, for the links

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been counted yet."""
        return not self.sheets

    @property
    def counted_at(self) -> datetime | None:
        """When the oldest of them was counted (UTC)."""
        return min((sheet.counted_at for sheet in self.sheets if sheet.counted_at), default=None)

    @property
    def days(self) -> Days:
        """The days counted; of stores in different zones those of the first."""
        return _days(self.sheets[0].data["days"])

    @property
    def days_before(self) -> Days:
        """Those that they are compared with."""
        return _days(self.sheets[0].data["days_before"])

    @property
    def parts(self) -> list[Days]:
        """The columns of the charts."""
        return [_days(part) for part in self.sheets[0].data["parts"]]

    def count(self, figure: Figure, *, table: str = "counts") -> int:
        """The orders of all stores together."""
        return sum(sheet.data[table].get(figure, 0) for sheet in self.sheets)

    def has(self, figure: Figure) -> bool:
        """Whether any of the stores has such a figure."""
        return any(figure in sheet.data["counts"] for sheet in self.sheets)

    def number(self, figure: Figure, n: int, days: Days | None = None, **which: str) -> Number:
        """A number with its address."""
        return Number(n, self.address(Figured(figure, days or self.days, **which)))

    def address(self, wanted: Figured, **more: str) -> str:
        """Where the orders are listed."""
        values = {"figure": wanted.write(), "store": self.store, **more}
        return f"{reverse('desk:orders')}?{urlencode({key: value for key, value in values.items() if value})}"

    def added(self, name: str) -> Counter[str]:
        """A histogram of all stores."""
        total: Counter[str] = Counter()
        for sheet in self.sheets:
            total.update(sheet.data[name])
        return total

    def by_reason(self, name: str) -> dict[str, Counter[str]]:
        """Orders by reason and state."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for sheet in self.sheets:
            for reason, states in sheet.data[name].items():
                found[reason].update(states)
        return found

    def series(self, figure: Figure) -> list[int]:
        """A figure part by part."""
        return self._by_part("series", figure)

    def ends(self, state: str) -> list[int]:
        """Disputes that ended so, part by part."""
        return self._by_part("ends", state)

    def _by_part(self, name: str, key: str) -> list[int]:
        rows = [sheet.data[name].get(key, []) for sheet in self.sheets]
        return [sum(row[place] for row in rows if place < len(row)) for place in range(len(self.parts))]


def _days(pair: list[str]) -> Days:
    return Days(*map(date.fromisoformat, pair))


def tell_share(part: int, whole: int) -> str:
    """So much of a hundred; a dash where there are too few cases to say it (K)."""
    return f"{round(100 * part / whole)} %" if whole >= FEWEST else "–"


def tell_part(part: int, whole: int) -> str:
    """A share with what it is a share of; of too few cases only that, and of none nothing."""
    if whole < FEWEST:
        return _("of %(n)d") % {"n": whole} if whole else ""
    return _("%(share)s of %(n)d") % {"share": tell_share(part, whole), "n": whole}


# --- sections ---------------------------------------------------------------------------------------------------------
def list_sections(figures: Figures) -> list[Section]:
    """The figures of the time, in their groups."""
    return [_section(figures, group) for group in GROUPS if any(figures.has(figure) for figure in group.figures)]


def _section(figures: Figures, group: Group) -> Section:
    lines = [
        Line(
            figure,
            FIGURES[figure],
            figures.number(figure, figures.count(figure)),
            _share(figures, figure, whole, "counts"),
            figures.number(figure, figures.count(figure, table="before"), figures.days_before),
            _share(figures, figure, whole, "before"),
        )
        for figure, whole in group.figures.items()
        if figures.has(figure)
    ]
    return Section(group.name, group.rules, lines, list(_notes(figures, group)))


def _share(figures: Figures, figure: Figure, whole: Iterable[Figure], table: str) -> str:
    parts = list(whole)
    if not parts:
        return ""
    part, of = figures.count(figure, table=table), sum(figures.count(part, table=table) for part in parts)
    return tell_part(part, of)


def _notes(figures: Figures, group: Group) -> Iterator[str]:
    if Figure.WROTE in group.figures and (hours := median(figures.added("answer_hours"))) is not None:
        before = median(figures.added("answer_hours_before"))
        words = ngettext("Half were answered within %(n)d hour", "Half were answered within %(n)d hours", hours)
        yield _compared(words, hours, before)
    if Figure.DISPUTES_CLOSED in group.figures and (days := median(figures.added("settle_days"))) is not None:
        before = median(figures.added("settle_days_before"))
        yield _compared(ngettext("Half ended within %(n)d day", "Half ended within %(n)d days", days), days, before)


def _compared(words: str, n: int, before: int | None) -> str:
    told = words % {"n": n}
    if before is None:
        return f"{told}."
    return _("%(told)s; in the time before %(before)d.") % {"told": told, "before": before}


def median(counts: Mapping[str, int]) -> int | None:
    """The middle value of a histogram; None of too few cases."""
    total, seen = sum(counts.values()), 0
    if total < FEWEST:
        return None
    for value, number in sorted((int(value), number) for value, number in counts.items()):
        seen += number
        if 2 * seen >= total:
            return value
    return None


# --- disputes ---------------------------------------------------------------------------------------------------------
def list_open(figures: Figures) -> list[ReasonRow]:
    """Open disputes by reason and state."""
    return _reason_rows(figures, Figure.DISPUTES_OPEN, figures.by_reason("open"), OPEN_DISPUTE)


def list_ends(figures: Figures) -> list[ReasonRow]:
    """Disputes that ended, by reason and end, with how many of those that were ruled ended well."""
    return _reason_rows(figures, Figure.DISPUTES_CLOSED, figures.by_reason("closed"), ENDS)


def _reason_rows(
    figures: Figures, figure: Figure, found: Mapping[str, Mapping[str, int]], states: Sequence[DisputeState]
) -> list[ReasonRow]:
    rows = [
        ReasonRow(
            reason,
            DISPUTE_REASONS.get(reason, reason or "–"),
            [
                (
                    state.label,
                    figures.number(figure, by_state.get(state, 0), reason=reason or NO_REASON, outcome=state.value),
                )
                for state in states
            ],
            tell_share(sum(by_state.get(state, 0) for state in GOOD_ENDS), ruled),
            figures.number(figure, ruled, reason=reason or NO_REASON, outcome=",".join(RULED)),
        )
        for reason, by_state in found.items()
        for ruled in [sum(by_state.get(state, 0) for state in RULED)]
    ]
    return sorted(rows, key=lambda row: (-sum(number.n for _label, number in row.cells), row.reason))


def list_sums(figures: Figures) -> list[Sum]:
    """The money, store by store, since no two currencies are added."""
    return [_sum(figures, sheet, name) for name in MONEY for sheet in figures.sheets]


def _sum(figures: Figures, sheet: FigureSheet, name: str) -> Sum:
    store, amounts = sheet.store, sheet.data["money"].get(name, {})
    figure, states = PAID_OR_KEPT[name]
    total, left_out = Decimal(0), []
    for currency, text in amounts.items():
        rate = rate_between(currency, store.currency, store.exchange_rates)
        if rate is None:
            left_out.append(clocks.format_money(Decimal(text), currency))
        else:
            total += (Decimal(text) * rate).quantize(CENT)
    wanted = Figured(figure, figures.days, ",".join(states))
    url = figures.address(wanted, store=store.slug)
    return Sum(store, MONEY[name], clocks.format_money(total, store.currency), left_out, url)


# --- carriers and regions ---------------------------------------------------------------------------------------------
def list_lanes(figures: Figures) -> tuple[list[LaneRow], int]:
    """The busiest carriers and regions, and how many more there are."""
    merged: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for sheet in figures.sheets:
        for row in sheet.data["lanes"]:
            merged[row["carrier"], row["country"], row["state"]].update(_counts(row))
    found = sorted(merged.items(), key=lambda pair: (-pair[1].total(), pair[0]))
    return [_lane_row(figures, *pair) for pair in found[:LANES]], max(len(found) - LANES, 0)


def _counts(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: row[name] for name in (ParcelOutcome.ON_TIME.value, ParcelOutcome.LATE.value, "complained")}


def _lane_row(figures: Figures, lane: tuple[str, str, str], counts: Counter[str]) -> LaneRow:
    carrier, country, state = lane
    where = {"carrier": carrier, "country": country, "region": state or NO_STATE}
    days, in_time, late = figures.days, counts[ParcelOutcome.ON_TIME], counts[ParcelOutcome.LATE]

    def number(figure: Figure, n: int, **more: str) -> Number:
        return Number(n, figures.address(Figured(figure, days), **where, **more))

    return LaneRow(
        carrier or "–",
        f"{state}, {clocks.format_country(country)}" if state else clocks.format_country(country),
        number(Figure.DELIVERED, in_time, parcel=ParcelOutcome.ON_TIME.value),
        number(Figure.DELIVERED, late, parcel=ParcelOutcome.LATE.value),
        number(Figure.COMPLAINED, counts["complained"]),
        tell_share(in_time, in_time + late),
    )
