"""A view of an order's day as it was frozen: to read, to print, and as the data that its hash is of."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from desk.access import DeskRequest, readable
from desk.selectors.snapshots import occasion_words, read_content
from orders.models import Snapshot
from orders.models.timeline import canonical
from orders.services.verification import is_as_frozen


@require_GET
@login_required
def show_snapshot(request: HttpRequest, pk: int) -> HttpResponse:
    """One view; with `?as=json` the very bytes that were hashed."""
    rows = Snapshot.objects.select_related("order__store", "order__buyer")
    snapshot: Snapshot = readable(rows, cast(DeskRequest, request), pk=pk)
    if request.GET.get("as") == "json":
        name = f"{snapshot.order.order_number}-{snapshot.kind}-{snapshot.occasion}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
        return HttpResponse(canonical(snapshot.content), content_type="application/json", headers=headers)
    facts, parts = read_content(snapshot.content)
    context = {
        "snapshot": snapshot,
        "order": snapshot.order,
        "occasion": occasion_words(snapshot.occasion, snapshot.order.policy),
        "facts": facts,
        "parts": parts,
        "is_whole": is_as_frozen(snapshot),
    }
    return render(request, "desk/snapshot.html", context)
