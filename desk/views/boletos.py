"""Checking a boleto's line against the order that it should pay for; nothing is stored."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from desk.access import DeskRequest, order_of
from desk.forms.boletos import BoletoForm
from desk.selectors.boletos import check_boleto


@require_POST
@login_required
def check_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the line says. It comes by POST so that it stands in no address and no log."""
    order = order_of(cast(DeskRequest, request), pk, to_change=False)
    form = BoletoForm(request.POST)
    check = check_boleto(order, form.cleaned_data["line"]) if form.is_valid() else None
    return render(request, "desk/order/boleto.html", {"order": order, "boleto_form": form, "check": check})
