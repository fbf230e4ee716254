"""The carriers' scorecard, on a page and as a file."""

from io import BytesIO
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.access import DeskRequest, doer_of
from desk.selectors.carriers import Filters, ScoreRow, score_carriers
from orders.arrivals import ParcelOutcome
from orders.models import AuditKind
from orders.services.auditing import note_deed
from orders.spreadsheets import write_table

COLUMNS = [
    "store", "carrier", "country", "region", "parcels", "in_time_percent", *ParcelOutcome,
    "days_10_percent", "days_median", "days_90_percent", "complaints", "change_in",
]  # fmt: skip


def _filters(request: HttpRequest) -> Filters:
    return Filters(*(request.GET.get(name, "") for name in ("store", "by")))


@require_GET
@login_required
def show_carriers(request: HttpRequest) -> HttpResponse:
    """Each carrier in each region."""
    reader, filters, now = cast(DeskRequest, request).reader, _filters(request), timezone.now()
    rows = score_carriers(reader, filters, now=now)
    spans = [row.span for row in rows if row.span]
    context = {
        "rows": rows,
        "to_change": [row for row in rows if row.change_in],
        "filters": filters,
        "outcomes": list(ParcelOutcome),
        "counted_at": min((row.counted_at for row in rows if row.counted_at != now), default=None),
        "longest": max((span.latest for span in spans), default=0) or 1,
        "policy": rows[0].store.current_policy if rows else None,
    }
    return render(request, "desk/carriers.html", context)


@require_GET
@login_required
def download_carriers(request: HttpRequest) -> HttpResponse:
    """The same rows for a spreadsheet."""
    rows = score_carriers(cast(DeskRequest, request).reader, _filters(request), now=timezone.now())
    out = BytesIO()
    write_table(out, COLUMNS, map(_cells, rows))
    note_deed(AuditKind.EXPORTED, doer_of(request), now=timezone.now(), what="carriers", rows=len(rows))
    headers = {"Content-Disposition": 'attachment; filename="carriers.csv"'}
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _cells(row: ScoreRow) -> list[object]:
    span = row.span
    return [
        row.store.slug,
        row.carrier,
        row.lane.country,
        row.lane.state,
        row.parcels,
        row.in_time,
        *(row.outcomes[outcome] for outcome in ParcelOutcome),
        *((span.earliest, span.median, span.latest) if span else ("", "", "")),
        row.complaints,
        " ".join(row.change_in),
    ]
