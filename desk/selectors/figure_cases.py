"""What the figures page says of after-sale cases: causes, how long refunds took, and what was booked for buyers."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from desk import clocks
from desk.charts import Chart, Mark, Series, Tone
from desk.dispute_words import exhibit_name
from desk.figure_words import REFUND_KINDS
from desk.selectors.figure_charts import part_labels
from desk.selectors.figured import Figured
from desk.selectors.figures import Figures, Number, median, tell_share
from desk.words import DISPUTE_REASONS
from disputes.arithmetic import rate_between
from disputes.causes import CauseGroup
from disputes.lifecycle import DisputeState
from disputes.models import FigureSheet
from disputes.services.counting import Figure
from disputes.services.lessons import store_suggestions

Words = str | Promise
CENT = Decimal("0.01")
MOST_LESSONS = 5


@dataclass(frozen=True)
class CauseRow:
    """A group of causes: the orders with a case of it, and their share of all."""

    name: Words
    orders: Number
    share: str


def list_causes(figures: Figures) -> list[CauseRow]:
    """The groups with cases, the largest first; an order with cases of two groups stands in both."""
    total: Counter[str] = Counter()
    for sheet in figures.sheets:
        total.update(sheet.data.get("causes", {}))
    names = {cause.value: cause.label for cause in CauseGroup}
    return [
        CauseRow(
            names.get(cause, cause),
            figures.number(Figure.CASES_OPENED, orders, reason=cause),
            tell_share(orders, total.total()),
        )
        for cause, orders in total.most_common()
    ]


@dataclass(frozen=True)
class LessonRow:
    """A slot that was empty in lost disputes of a reason, and the rule that was followed."""

    store: Words
    reason: Words
    slot: str
    missing: int
    lost: int
    rule: str
    url: str


def list_lessons(figures: Figures, now: datetime) -> list[LessonRow]:
    """What the lost disputes of each store lacked most, over all time (the latest of each)."""
    return [
        LessonRow(
            sheet.store.name,
            DISPUTE_REASONS.get(row.reason, row.reason or "–"),
            exhibit_name(row.slot),
            row.missing,
            row.lost,
            row.rule,
            _lost_disputes(row.reason, sheet.store.slug),
        )
        for sheet in figures.sheets
        for row in store_suggestions(sheet.store, until=now)[:MOST_LESSONS]
    ]


def _lost_disputes(reason: str, store: str) -> str:
    query = urlencode({"state": DisputeState.LOST.value, "reason": reason, "store": store})
    return f"{reverse('desk:disputes')}?{query}"


def refund_notes(figures: Figures) -> Iterator[str]:
    """How long half of the refunds took, kind by kind, beside the time before."""
    for rule, name in REFUND_KINDS.items():
        hours, before = (_median_hours(figures, table, rule) for table in ("refund_hours", "refund_hours_before"))
        if hours is None:
            continue
        words = ngettext("half within %(n)d hour", "half within %(n)d hours", hours) % {"n": hours}
        told = f"{name}: {words}"
        yield f"{told}." if before is None else _("%(told)s; before %(before)d.") % {"told": told, "before": before}


def _median_hours(figures: Figures, table: str, rule: str) -> int | None:
    total: Counter[str] = Counter()
    for sheet in figures.sheets:
        total.update(sheet.data.get(table, {}).get(rule, {}))
    return median(total)


def booked_charts(figures: Figures) -> Iterator[Chart]:
    """What was booked for buyers, part by part: one chart for each currency in which stores count."""
    by_currency: dict[str, list[FigureSheet]] = defaultdict(list)
    for sheet in figures.sheets:
        if sheet.data.get("booked"):
            by_currency[sheet.store.currency].append(sheet)
    for currency, sheets in by_currency.items():
        amounts = [sum((_booked(sheet, place) for sheet in sheets), Decimal(0)) for place in range(len(figures.parts))]
        marks = [
            Mark(float(amount), clocks.format_money(amount, currency), _address(figures, place) if amount else "")
            for place, amount in enumerate(amounts)
        ]
        title = _("Compensation and goodwill booked, %(currency)s") % {"currency": currency}
        yield Chart(title, _("Days"), part_labels(figures), [Series(_("Booked"), Tone.ACCENT, marks)])


def _address(figures: Figures, place: int) -> str:
    return figures.address(Figured(Figure.COMPENSATED, figures.parts[place]))


def _booked(sheet: FigureSheet, place: int) -> Decimal:
    """A part's sum in the store's currency; what has no exchange rate is left out, as the sums of money say."""
    total = Decimal(0)
    for currency, amounts in sheet.data["booked"].items():
        rate = rate_between(currency, sheet.store.currency, sheet.store.exchange_rates)
        if rate is not None and place < len(amounts):
            total += (Decimal(amounts[place]) * rate).quantize(CENT)
    return total
