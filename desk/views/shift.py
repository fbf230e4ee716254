"""The shift card: one page to print, with what expires before somebody is back."""

from datetime import datetime
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.access import DeskRequest
from desk.forms.shift import ShiftForm, as_typed
from desk.selectors.alarms import find_alarms
from desk.selectors.shift import draw_up_shift, next_opening
from desk.selectors.today import Filters

DAYS_OFF = "days_off"  # in the session: the reader says it once


def back_at(request: DeskRequest, now: datetime) -> datetime:
    """When the reader is back, as far as we know: the next morning that is on none of his days off."""
    return next_opening(now, request.reader.zone, days_off=request.session.get(DAYS_OFF, []))


@require_GET
@login_required
def show_shift(request: HttpRequest) -> HttpResponse:
    """What expires before the instant that the reader names, else before he is back."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    form = ShiftForm(request.GET, now=now)
    is_good = form.is_valid()
    if is_good and "chosen" in request.GET:
        request.session[DAYS_OFF] = form.cleaned_data["off"]
    instant = (form.cleaned_data.get("back") if is_good else None) or back_at(desk_request, now)
    filters = Filters(store=request.GET.get("store", ""))
    context = {
        "form": form,
        "typed": request.GET.get("back", "") if form.errors else as_typed(instant, desk_request.reader.zone),
        "days_off": request.session.get(DAYS_OFF, []),
        "filters": filters,
        "shift": draw_up_shift(desk_request.reader, filters, now=now, back_at=instant),
        "alarms": find_alarms(desk_request.reader, now=now),
        "now": now,
    }
    return render(request, "desk/shift.html", context, status=422 if form.errors else 200)
