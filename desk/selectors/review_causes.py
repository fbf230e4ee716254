"""The cause report: what reviews were about, by group and sub-cause, by month, article, carrier and store (R12).

A review of an order of several articles, or of several parcels, is counted once for each of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_skeleton
from django.db.models import Avg, Count, F, Max, Min, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from desk import clocks
from desk.access import Reader
from desk.charts import Chart, Form, Mark, Series, Tone
from desk.review_words import detail_words
from desk.selectors.review_filters import NO_CAUSE
from disputes.causes import CauseGroup
from disputes.days import Days
from disputes.models import Review
from disputes.spans import months_back
from orders.models import Store

YEAR, ALL, QUARTER = "year", "all", "90"
MONTHS = 12
LINES = 15  # articles or carriers that are shown; the file has all of them
MOST_YEARS = 12
TONES = [Tone.ACCENT, Tone.BAD, Tone.WARN, Tone.INFO, Tone.GOOD]
KEYS = {"sku": "order__items__sku", "carrier": "order__shipments__carrier"}


@dataclass(frozen=True)
class CauseFilters:
    """What the reader asked for: a store's slug or all, and a span or a year."""

    store: str = ""
    span: str = YEAR


@dataclass(frozen=True)
class CauseLine:
    """A group or a sub-cause: how many reviews, of a hundred, how many stars they gave, and where they are listed."""

    name: str
    n: int
    share: int
    stars: float | None
    url: str
    is_group: bool = False


@dataclass(frozen=True)
class PlaceLine:
    """An article, a carrier or a store, with its reviews by group of causes: (name of the group, number, address)."""

    name: str
    n: int
    url: str
    cells: list[tuple[str, int, str]]


class CauseReport:
    """The reviews of a time, counted in the database; every number knows the address of its reviews."""

    def __init__(self, reader: Reader, filters: CauseFilters, *, today: date) -> None:
        self.reader, self.filters = reader, filters
        self.stores = [store for store in reader.stores if filters.store in ("", store.slug)]
        self.today = today

    @cached_property
    def years(self) -> list[int]:
        """The years in which reviews were written, the latest first."""
        ends = self._of_stores().aggregate(first=Min("reviewed_at"), last=Max("reviewed_at"))
        if not ends["first"]:
            return []
        first, last = (ends[name].astimezone(self.reader.zone).year for name in ("first", "last"))
        return list(range(last, max(first, last - MOST_YEARS) - 1, -1))

    @cached_property
    def days(self) -> Days:
        """The days that are asked for."""
        span = self.filters.span
        if span == QUARTER:
            return Days(self.today - timedelta(days=89), self.today)
        if span.isdecimal():
            return Days(date(int(span), 1, 1), date(int(span), 12, 31))
        if span == ALL and self.years:
            return Days(date(self.years[-1], 1, 1), date(self.years[0], 12, 31))
        return Days(months_back(self.today, MONTHS)[-1], self.today)

    def _of_stores(self) -> QuerySet[Review]:
        reviews: QuerySet[Review] = Review.objects.filter(store__in=[store.pk for store in self.stores])
        return reviews

    def reviews(self) -> QuerySet[Review]:
        """The reviews of the time, in no order."""
        first, after = self.days.bounds(self.reader.zone)
        return self._of_stores().filter(reviewed_at__gte=first, reviewed_at__lt=after)

    @cached_property
    def _counts(self) -> list[tuple[str, str, int, float]]:
        """Group, sub-cause, how many and their stars on the average."""
        rows = self.reviews().order_by().values_list("cause", "detail")
        return list(rows.annotate(n=Count("pk"), mean=Avg("stars")))

    @property
    def total(self) -> int:
        """All reviews of the time, those without a cause included."""
        return sum(n for _cause, _detail, n, _stars in self._counts)

    @property
    def explained(self) -> int:
        """Those with a cause."""
        return sum(n for cause, _detail, n, _stars in self._counts if cause)

    @cached_property
    def by_group(self) -> Counter[str]:
        """How many reviews each group has."""
        groups: Counter[str] = Counter()
        for cause, _detail, n, _stars in self._counts:
            if cause:
                groups[cause] += n
        return groups

    def lines(self) -> list[CauseLine]:
        """Each group with its sub-causes, the commonest first."""
        lines = []
        for group, n in self.by_group.most_common():
            inner = [row for row in self._counts if row[0] == group]
            mean = sum(many * stars for _group, _detail, many, stars in inner) / n
            url = self.address(cause=group)
            lines.append(CauseLine(group_name(group), n, self._share(n), round(mean, 1), url, is_group=True))
            lines += [self._detail_line(*row) for row in sorted(inner, key=lambda row: -row[2]) if row[1]]
        return lines

    def _detail_line(self, group: str, detail: str, n: int, stars: float) -> CauseLine:
        url = self.address(cause=f"{group}:{detail}")
        return CauseLine(detail_words(detail), n, self._share(n), round(stars, 1), url)

    def _share(self, n: int) -> int:
        return round(100 * n / self.explained) if self.explained else 0

    def address(self, days: Days | None = None, **given: str) -> str:
        """Where the reviews behind a number are listed."""
        days = days or self.days
        asked = {"box": "all", "from": f"{days.first}", "to": f"{days.last}", "store": self.filters.store, **given}
        return f"{reverse('desk:reviews')}?{urlencode({name: value for name, value in asked.items() if value})}"

    @property
    def unexplained_url(self) -> str:
        """The reviews of the time without a cause."""
        return self.address(cause=NO_CAUSE)

    # --- by month -----------------------------------------------------------------------------------------------------
    @cached_property
    def months(self) -> list[Days]:
        """The months of the time in which reviews with a cause were written, and those between them."""
        firsts = sorted({day for day, _cause in self._by_month})
        if not firsts:
            return []
        found, day = [], firsts[0]
        while day <= firsts[-1]:
            after = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
            found.append(Days(max(day, self.days.first), min(after - timedelta(days=1), self.days.last)))
            day = after
        return found

    @cached_property
    def _by_month(self) -> dict[tuple[date, str], int]:
        month = TruncMonth("reviewed_at", tzinfo=self.reader.zone)
        rows = self.reviews().exclude(cause="").order_by().annotate(month=month).values_list("month", "cause")
        return {(day.date(), cause): n for day, cause, n in rows.annotate(n=Count("pk"))}

    def charts(self) -> Iterator[Chart]:
        """Causes by month, and the groups one after another."""
        labels = [format_skeleton("yMMM", month.first, locale=clocks.locale()) for month in self.months]
        yield Chart(_("Reviews by cause and month"), _("Month"), labels, self._series())
        groups = self.by_group.most_common()
        marks = [Mark(n, f"{n} · {self._share(n)} %", self.address(cause=group)) for group, n in groups]
        names = [group_name(group) for group, _n in groups]
        yield Chart(
            _("Reviews by group of causes"), _("Cause"), names, [Series(_("Reviews"), Tone.ACCENT, marks)], Form.BARS
        )

    def _series(self) -> list[Series]:
        groups = [group for group, _n in self.by_group.most_common()]
        named = groups if len(groups) <= len(TONES) + 1 else groups[: len(TONES)]
        series = [
            Series(group_name(group), tone, self._marks([group], cause=group))
            for group, tone in zip(named, [*TONES, Tone.QUIET], strict=False)
        ]
        rest = groups[len(named) :]
        return [*series, Series(_("other causes"), Tone.QUIET, self._marks(rest))] if rest else series

    def _marks(self, groups: Iterable[str], **given: str) -> list[Mark]:
        marks = []
        for month in self.months:
            n = sum(self._by_month.get((month.first.replace(day=1), group), 0) for group in groups)
            marks.append(Mark(n, str(n), self.address(month, **given) if n and given else ""))
        return marks

    # --- by what is known of the order --------------------------------------------------------------------------------
    def by_place(self, kind: str) -> list[PlaceLine]:
        """Articles (`sku`) or carriers (`carrier`) with the most reviews that have a cause."""
        key = KEYS[kind]
        rows = self.reviews().exclude(cause="").exclude(Q(**{key: ""}) | Q(**{key: None})).order_by()
        counted = rows.values_list(F(key), "cause").annotate(n=Count("pk", distinct=True))
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for name, cause, n in counted:
            found[name][cause] += n
        most = sorted(found.items(), key=lambda item: (-item[1].total(), item[0]))[:LINES]
        return [self._place_line(name, causes, {kind: name}) for name, causes in most]

    def by_store(self) -> list[PlaceLine]:
        """The stores, where the reader has several."""
        if len(self.stores) < 2:
            return []
        rows = self.reviews().exclude(cause="").order_by().values_list("store", "cause").annotate(n=Count("pk"))
        found: defaultdict[int, Counter[str]] = defaultdict(Counter)
        for store_id, cause, n in rows:
            found[store_id][cause] += n
        known: Mapping[int, Store] = {store.pk: store for store in self.stores}
        return [self._place_line(known[pk].name, causes, {"store": known[pk].slug}) for pk, causes in found.items()]

    def _place_line(self, name: str, causes: Counter[str], given: dict[str, Any]) -> PlaceLine:
        cells = [(group_name(group), n, self.address(cause=group, **given)) for group, n in causes.most_common()]
        return PlaceLine(name, causes.total(), self.address(**given), cells)

    # --- the file -----------------------------------------------------------------------------------------------------
    def rows(self) -> Iterator[list[object]]:
        """By month, store, cause and article, for the people who make and buy the goods."""
        month = TruncMonth("reviewed_at", tzinfo=self.reader.zone)
        keys = ["month", "store__slug", "cause", "detail", "order__items__sku", "order__items__title"]
        rows = self.reviews().exclude(cause="").annotate(month=month).order_by(*keys).values_list(*keys)
        for day, slug, cause, detail, sku, title, n, stars in rows.annotate(
            n=Count("pk", distinct=True), mean=Avg("stars")
        ):
            words = detail_words(detail) if detail else ""
            yield [f"{day:%Y-%m}", slug, cause, group_name(cause), words, sku or "", title or "", n, round(stars, 1)]


def file_header() -> list[str]:
    """The columns of the file."""
    return ["month", "store", "cause", "cause_words", "sub_cause", "sku", "title", "reviews", "stars"]


def group_name(group: str) -> str:
    """A group of causes in words."""
    return str(CauseGroup(group).label) if group in CauseGroup.values else group


def spans(years: Sequence[int]) -> dict[str, str | Promise]:
    """The times that can be asked for."""
    named: dict[str, str | Promise] = {YEAR: _("12 months"), QUARTER: _("90 days")}
    return {**named, **{str(year): str(year) for year in years}, ALL: _("all years")}


def usual_span(years: Sequence[int], today: date) -> str:
    """The last months, or all years where nobody reviewed lately."""
    return ALL if years and years[0] < today.year - 1 else YEAR
