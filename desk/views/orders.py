"""The list of orders."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.access import DeskRequest
from desk.selectors.orders import Filters, list_orders
from desk.selectors.parcels import ParcelFilter
from orders.lifecycle import OrderState

PARCEL = ("carrier", "country", "region", "parcel")  # the parts of an address that name parcels


@require_GET
@login_required
def show_orders(request: HttpRequest) -> HttpResponse:
    """A page of orders, newest first."""
    reader, now = cast(DeskRequest, request).reader, timezone.now()
    given = {name: request.GET.get(name, "") for name in (*PARCEL, "q", "state", "store", "risk", "after")}
    parcel = ParcelFilter(*(given.pop(name) for name in PARCEL))
    filters = Filters(given["q"], given["state"], given["store"], given["risk"], given["after"], parcel)
    context = {
        "page": list_orders(reader, filters, now=now),
        "filters": filters,
        "states": OrderState.choices,
        "parcel_query": [(name, request.GET[name]) for name in PARCEL if request.GET.get(name)],
        "now": now,
    }
    return render(request, "desk/orders.html", context)
