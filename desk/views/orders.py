"""The list of orders."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.access import DeskRequest
from desk.selectors.orders import Filters, list_orders
from orders.lifecycle import OrderState


@require_GET
@login_required
def show_orders(request: HttpRequest) -> HttpResponse:
    """A page of orders, newest first."""
    reader, now = cast(DeskRequest, request).reader, timezone.now()
    filters = Filters(*(request.GET.get(name, "") for name in ("q", "state", "store", "risk", "after")))
    context = {
        "page": list_orders(reader, filters, now=now),
        "filters": filters,
        "states": OrderState.choices,
        "now": now,
    }
    return render(request, "desk/orders.html", context)
