"""The figures of the stores (rules K): the page, counting anew, and the numbers as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import cast
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from desk.access import DeskRequest, Reader, doer_of
from desk.figure_words import SPANS
from desk.selectors.figure_cases import booked_charts, list_causes, list_lessons, refund_notes
from desk.selectors.figure_charts import draw_charts
from desk.selectors.figured import format_days
from desk.selectors.figures import ENDS, FEWEST, Figures, list_ends, list_lanes, list_open, list_sections, list_sums
from desk.waking import wake_a_worker
from disputes.lifecycle import OPEN_DISPUTE
from disputes.models import FigureSheet
from disputes.services.counting import NO_REASON, Figure
from disputes.services.figures import count_sheet, find_sheet, is_being_counted, is_fresh, queue_sheet
from disputes.spans import MONTHS, is_span, months_back
from disputes.tasks import count_figures
from orders.models import AuditKind, Store
from orders.services.auditing import note_deed
from orders.services.stores import is_small
from orders.spreadsheets import write_table

USUAL = "30"
COLUMNS = [
    "store", "from", "to", "figure", "reason", "outcome", "carrier", "country", "region", "orders", "orders_before",
]  # fmt: skip


@dataclass(frozen=True)
class Filters:
    """What the reader asked for: a store's slug or all, and a span."""

    store: str
    span: str


@require_GET
@login_required
def show_figures(request: HttpRequest) -> HttpResponse:
    """The page; what a worker still counts is asked for again until it is there."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    filters = _filters(request)
    sheets = [_sheet(store, filters.span, now) for store in _stores(desk_request.reader, filters)]
    figures = Figures(sheets, store=filters.store)
    is_counting = any(is_being_counted(sheet, now=now) or not is_fresh(sheet, now=now) for sheet in sheets)
    context = {"filters": filters, "is_counting": is_counting, "figures": figures, "fewest": FEWEST}
    if desk_request.htmx:
        return render(request, "desk/figures/progress.html", context) if is_counting else HttpResponseClientRefresh()
    context |= {"spans": SPANS, "months": _months(desk_request.reader, now)}
    if not figures.is_empty:
        context |= _tables(figures) | {"lessons": list_lessons(figures, now)}
    return render(request, "desk/figures.html", context)


def _filters(request: HttpRequest) -> Filters:
    given = request.POST if request.method == "POST" else request.GET
    span = given.get("span", "")
    return Filters(given.get("store", ""), span if is_span(span) else USUAL)


def _stores(reader: Reader, filters: Filters) -> list[Store]:
    return [store for store in reader.stores if filters.store in ("", store.slug)]


def _sheet(store: Store, span: str, now: datetime) -> FigureSheet:
    """A store's sheet: fresh, or counted at once where that takes no time, or as it was while a worker counts."""
    sheet = find_sheet(store, span, now=now)
    if is_fresh(sheet, now=now):
        return sheet
    if is_small(store):
        return count_sheet(sheet.pk, now=now)
    _ask_a_worker(sheet, now)
    return sheet


def _ask_a_worker(sheet: FigureSheet, now: datetime) -> None:
    """Without a broker the page asks again: it looks every other second."""
    if queue_sheet(sheet, now=now):
        wake_a_worker(count_figures, sheet.pk)


def _months(reader: Reader, now: datetime) -> list[tuple[str, datetime]]:
    """The months that are offered, by name and by their first noon."""
    firsts = months_back(now.astimezone(reader.zone).date(), MONTHS + 1)
    return [(f"{first:%Y-%m}", datetime(first.year, first.month, 1, 12, tzinfo=reader.zone)) for first in firsts]


def _tables(figures: Figures) -> dict[str, object]:
    lanes, more_lanes = list_lanes(figures)
    return {
        "today": figures.number(Figure.DATES_TODAY, figures.count(Figure.DATES_TODAY)),
        "given_up": figures.number(Figure.DATES_GIVEN_UP, figures.count(Figure.DATES_GIVEN_UP)),
        "in_case": figures.number(Figure.CASES_OPEN, figures.count(Figure.CASES_OPEN))
        if figures.has(Figure.CASES_OPEN)
        else None,
        "in_dispute": figures.number(Figure.DISPUTES_OPEN, figures.count(Figure.DISPUTES_OPEN)),
        "sections": list_sections(figures),
        "sums": list_sums(figures),
        "open": list_open(figures),
        "open_states": OPEN_DISPUTE,
        "ended": list_ends(figures),
        "ends": ENDS,
        "charts": sorted(
            [*draw_charts(figures), *booked_charts(figures)], key=lambda chart: chart.is_empty or chart.is_undrawn
        ),
        "causes": list_causes(figures),
        "refund_notes": list(refund_notes(figures)),
        "lanes": lanes,
        "more_lanes": more_lanes,
        "days": format_days(figures.days),
        "days_before": format_days(figures.days_before),
        "zones": sorted({ZoneInfo(sheet.store.timezone).key for sheet in figures.sheets}),
    }


@require_POST
@login_required
def count_again(request: HttpRequest) -> HttpResponse:
    """Count anew, though the hour is not over."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    filters = _filters(request)
    for store in _stores(desk_request.reader, filters):
        sheet = find_sheet(store, filters.span, now=now)
        if is_small(store):
            count_sheet(sheet.pk, now=now)
        else:
            _ask_a_worker(sheet, now)
    query = urlencode({"span": filters.span, "store": filters.store})
    return redirect(f"{reverse('desk:figures')}?{query}")


@require_GET
@login_required
def download_figures(request: HttpRequest) -> HttpResponse:
    """The numbers as they were counted, for a spreadsheet."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    filters = _filters(request)
    sheets = [find_sheet(store, filters.span, now=now) for store in _stores(desk_request.reader, filters)]
    rows = [row for sheet in sheets if sheet.counted_at for row in _rows(sheet)]
    out = BytesIO()
    write_table(out, COLUMNS, rows)
    note_deed(AuditKind.EXPORTED, doer_of(request), now=now, what="figures", rows=len(rows))
    headers = {"Content-Disposition": f'attachment; filename="figures-{filters.span}.csv"'}
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _rows(sheet: FigureSheet) -> Iterator[list[object]]:
    data, head = sheet.data, [sheet.store.slug, *sheet.data["days"]]
    for figure, orders in data["counts"].items():
        yield [*head, figure, "", "", "", "", "", orders, data["before"].get(figure, "")]
    for name, figure in (("open", Figure.DISPUTES_OPEN), ("closed", Figure.DISPUTES_CLOSED)):
        for reason, states in data[name].items():
            for state, orders in states.items():
                yield [*head, figure.value, reason or NO_REASON, state, "", "", "", orders, ""]
    for cause, orders in data.get("causes", {}).items():
        yield [*head, Figure.CASES_OPENED.value, cause, "", "", "", "", orders, ""]
    for lane in data["lanes"]:
        where = [lane["carrier"], lane["country"], lane["state"]]
        for figure, key in LANE_FIGURES.items():
            yield [*head, figure.value, "", "", *where, lane[key], ""]


LANE_FIGURES = {
    Figure.DELIVERED_IN_TIME: "on_time",
    Figure.DELIVERED_LATE: "late",
    Figure.COMPLAINED: "complained",
}
