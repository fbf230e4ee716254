"""The ledger of goodwill and compensation: what is owed first, its sums month by month, and the whole as a file."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from desk.access import DeskRequest, Reader, doer_of
from desk.selectors.money import Filters, list_entries, list_sections, list_sums, months_offered
from disputes.models import MoneyKind
from orders.models import AuditKind
from orders.services.auditing import note_deed
from orders.spreadsheets import stream_table

COLUMNS = [
    "store", "order", "case", "kind", "rule", "amount", "currency", "booked_at", "paid_at", "voided_at", "reason",
]  # fmt: skip


@require_GET
@login_required
def show_money(request: HttpRequest) -> HttpResponse:
    """The ledger."""
    reader, now = cast(DeskRequest, request).reader, timezone.now()
    filters = _filters(request)
    context = {
        "sections": list_sections(reader, filters),
        "sums": list_sums(reader, filters, now=now),
        "filters": filters,
        "kinds": MoneyKind.choices,
        "months": months_offered(reader, now),
        "query": urlencode({"store": filters.store, "kind": filters.kind, "month": filters.month}),
        "work_ids": [store.pk for store in reader.work_stores],
        "now": now,
    }
    return render(request, "desk/money.html", context)


def _filters(request: HttpRequest) -> Filters:
    return Filters(*(request.GET.get(name, "") for name in ("store", "kind", "month", "section", "after")))


@require_GET
@login_required
def download_money(request: HttpRequest) -> StreamingHttpResponse:
    """Every line that matches, for a spreadsheet; instants on the reader's clock."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    filters = _filters(request)
    note_deed(AuditKind.EXPORTED, doer_of(request), now=now, what="money")
    rows = _rows(desk_request.reader, filters)
    headers = {"Content-Disposition": f'attachment; filename="money-{now:%Y-%m-%d}.csv"'}
    return StreamingHttpResponse(stream_table(COLUMNS, rows), content_type="text/csv; charset=utf-8", headers=headers)


def _rows(reader: Reader, filters: Filters) -> Iterator[list[object]]:
    def clock(instant: datetime | None) -> str:
        return f"{instant.astimezone(reader.zone):%Y-%m-%d %H:%M}" if instant else ""

    for entry in list_entries(reader, filters):
        yield [
            entry.order.store.slug, entry.order.order_number, entry.case.number if entry.case else "", entry.kind,
            entry.rule, entry.amount, entry.currency, clock(entry.booked_at), clock(entry.paid_at),
            clock(entry.voided_at), entry.reason,
        ]  # fmt: skip
