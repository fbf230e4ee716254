"""The cause report of the reviews, on a page and as a file for the people who make and buy the goods."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.access import DeskRequest, doer_of
from desk.selectors.review_causes import CauseFilters, CauseReport, file_header, spans, usual_span
from orders.models import AuditKind
from orders.services.auditing import note_deed
from orders.spreadsheets import stream_table


def _report(request: HttpRequest) -> CauseReport:
    """The report that an address asks for; the time is the last months where it says none, or none that is offered."""
    reader = cast(DeskRequest, request).reader
    today = timezone.localtime(timezone=reader.zone).date()
    store = request.GET.get("store", "")
    years = CauseReport(reader, CauseFilters(store), today=today).years
    asked = request.GET.get("span", "")
    span = asked if asked in spans(years) else usual_span(years, today)
    return CauseReport(reader, CauseFilters(store, span), today=today)


@require_GET
@login_required
def show_causes(request: HttpRequest) -> HttpResponse:
    """Groups and sub-causes, by month, article and carrier; every number leads to its reviews."""
    report = _report(request)
    context = {
        "report": report,
        "filters": report.filters,
        "spans": spans(report.years),
        "lines": report.lines(),
        "charts": list(report.charts()),
        "skus": report.by_place("sku"),
        "carriers": report.by_place("carrier"),
        "by_store": report.by_store(),
    }
    return render(request, "desk/review_causes.html", context)


@require_GET
@login_required
def download_causes(request: HttpRequest) -> StreamingHttpResponse:
    """The same by month, cause and article."""
    report, now = _report(request), timezone.now()
    for store in report.stores:
        note_deed(AuditKind.EXPORTED, doer_of(request), now=now, store=store, what="review_causes")
    headers = {"Content-Disposition": f'attachment; filename="review-causes-{report.filters.span}.csv"'}
    content = stream_table(file_header(), list(report.rows()))
    return StreamingHttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
