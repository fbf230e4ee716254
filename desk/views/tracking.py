"""The tracking desk: the queues of parcels that need somebody, and carriers' words that nobody here knows."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from desk.access import DeskRequest
from desk.selectors import tracking
from desk.selectors.numbers import order_of_number
from desk.selectors.parcel import ready_answer
from desk.selectors.unknown_words import list_unknown
from desk.tracking_words import ADVICE, QUEUES, SOURCES


@require_GET
@login_required
def show_tracking(request: HttpRequest) -> HttpResponse:
    """The queues, and a page of the one that is looked at: of the most urgent that holds anything, unless told."""
    reader, now = cast(DeskRequest, request).reader, timezone.now()
    filters = tracking.Filters(
        *(request.GET.get(name, "") for name in ("queue", "store", "carrier", "region", "after"))
    )
    tiles = tracking.count_queues(reader, filters)
    shown = filters.queue if filters.queue in QUEUES else next((tile.queue for tile in tiles if tile.count), "")
    choices = tracking.find_choices(reader)
    filters = tracking.Filters(shown, filters.store, filters.carrier, filters.region, filters.after)
    context = {
        "tiles": tiles,
        "filters": filters,
        "page": tracking.list_queue(reader, filters) if shown else tracking.Page(),
        "queue": shown,
        "queue_label": QUEUES.get(shown, ""),
        "advice": ADVICE.get(shown, ""),
        "carriers": choices.carriers,
        "regions": choices.regions,
        "sources": SOURCES,
        "work_ids": [store.pk for store in reader.work_stores],
        **_normal(request, filters),
        "now": now,
    }
    return render(request, "desk/tracking.html", context)


def _normal(request: HttpRequest, filters: tracking.Filters) -> dict[str, Any]:
    """The parcels that need nobody, and the answer that is ready for one of them."""
    reader = cast(DeskRequest, request).reader
    example = tracking.normal_parcel(reader, filters.store)
    return {
        "normal": tracking.count_normal(reader, filters.store),
        "example": example,
        "answer": ready_answer(example, now=timezone.now()) if example else None,
    }


@require_GET
@login_required
def find_parcel(request: HttpRequest) -> HttpResponse:
    """To the order of a number, where it is one order's, else to the list of what matches."""
    word = request.GET.get("q", "").strip()
    if found := order_of_number(cast(DeskRequest, request).user, word):
        return redirect(f"{reverse('desk:order', args=[found])}#tracking")
    return redirect(f"{reverse('desk:orders')}?{urlencode({'q': word})}")


@require_GET
@login_required
def show_unknown_words(request: HttpRequest) -> HttpResponse:
    """Carriers' words that nobody here knows, the newest first; the staff sees those of every store."""
    context = {"groups": list_unknown(cast(DeskRequest, request).user), "now": timezone.now()}
    return render(request, "desk/tracking/unknown.html", context)
