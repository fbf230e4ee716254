"""The list of orders, its count, and its file for a spreadsheet."""

from collections.abc import Iterator
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, override
from django.views.decorators.http import require_GET

from desk.access import DeskRequest, doer_of
from desk.forms.bulk import BulkForm
from desk.forms.saved_views import ViewForm
from desk.selectors.numbers import order_of_number
from desk.selectors.order_chips import active_chips
from desk.selectors.order_export import export_header, export_rows
from desk.selectors.order_filters import NAMES, PARCEL, Filters, read_filters
from desk.selectors.orders import MOST_COUNTED, count_orders, list_orders, payment_methods
from desk.selectors.saved_views import saved_views
from desk.tracking_words import QUEUES
from orders.lifecycle import OrderState
from orders.models import AuditKind
from orders.services.auditing import note_deed
from orders.spreadsheets import stream_table

IN_FORM = {"state", "store", "risk", "payment", "from", "to", "within", "dispute", "cancellation", "queue"}
FOLDED = {"payment", "from", "to", "within", "dispute", "cancellation", "queue"}  # the filters behind "More filters"
SPANS = (0, 1, 3, 7, 14, 30)  # days


@require_GET
@login_required
def show_orders(request: HttpRequest) -> HttpResponse:
    """A page of orders, newest first; a whole number alone leads to its order."""
    reader, now = cast(DeskRequest, request).reader, timezone.now()
    filters = read_filters(request.GET)
    if set(request.GET) == {"q"} and (found := order_of_number(cast(DeskRequest, request).user, filters.q.strip())):
        return redirect("desk:order", found)
    context: dict[str, Any] = {
        "page": list_orders(reader, filters, now=now),
        "filters": filters,
        "chips": active_chips(reader, filters),
        "views": saved_views(reader, filters),
        "states": OrderState.choices,
        "queues": QUEUES.items(),
        "spans": SPANS,
        "methods": payment_methods(reader, filters, now=now),
        "carried": _carried(filters),
        "is_unfolded": bool(FOLDED & filters.given.keys()),
        "bulk_form": BulkForm(auto_id="bulk-%s") if reader.work_stores else None,
        "view_form": ViewForm(stores=reader.work_stores, auto_id="view-%s"),
        "query": _query(request),
        "now": now,
    }
    return render(request, "desk/orders.html", context)


def _carried(filters: Filters) -> list[tuple[str, str]]:
    """What the form of filters has no field for, and hands on."""
    return [(name, filters.given[name]) for name in (*NAMES, *PARCEL) if name in filters.given and name not in IN_FORM]


def _query(request: HttpRequest) -> str:
    """The address's query without the place in the list."""
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    return query.urlencode()


@require_GET
@login_required
def count_found(request: HttpRequest) -> HttpResponse:
    """How many orders match: asked for once the page is there, so that nobody waits for it."""
    reader, now = cast(DeskRequest, request).reader, timezone.now()
    count = count_orders(reader, read_filters(request.GET), now=now)
    context = {"count": min(count, MOST_COUNTED), "is_capped": count > MOST_COUNTED}
    return render(request, "desk/orders/count.html", context)


@require_GET
@login_required
def export_orders(request: HttpRequest) -> StreamingHttpResponse:
    """All orders that match, as a CSV file that grows while it is downloaded."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    filters = read_filters(request.GET)
    for store in desk_request.reader.stores:
        if filters.store in ("", store.slug):
            filtered_by = sorted(filters.given)
            note_deed(AuditKind.EXPORTED, doer_of(request), now=now, store=store, what="orders", filters=filtered_by)
    rows = _in_language(get_language(), export_rows(desk_request.reader, filters, now=now))
    headers = {"Content-Disposition": f'attachment; filename="orders-{now:%Y-%m-%d}.csv"'}
    content = stream_table(export_header(), rows)
    return StreamingHttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _in_language(language: str | None, rows: Iterator[list[object]]) -> Iterator[list[object]]:
    """The rows are written when the request is over already, and the server speaks another language."""
    with override(language):
        yield from rows
