"""Set-up: every place where something is set, and what a store still lacks."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.access import DeskRequest, chosen_store
from desk.selectors.setup import shown_cards, whats_missing


@require_GET
@login_required
def show_setup(request: HttpRequest) -> HttpResponse:
    """The cards for the reader's role, and for an owner what one of his stores lacks."""
    reader = cast(DeskRequest, request).reader
    own = reader.own_stores
    store = chosen_store(own, request.GET.get("store", ""))
    user = cast(DeskRequest, request).user
    context = {
        "store": store,
        "stores": own,
        "groups": list(shown_cards(store, is_owner=bool(own))),
        "missing": list(whats_missing(store, user, timezone.localdate())) if store else [],
    }
    return render(request, "desk/setup.html", context)
