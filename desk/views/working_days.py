"""Calendars: the days that count, by year, which rule uses which, and what comes after so many of them."""

from datetime import date, datetime, time
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.access import DeskRequest
from desk.forms.working_days import CountForm
from desk.rules import CODES
from desk.selectors.working_days import FIRST_YEAR, LAST_YEAR, is_forecast, months_of, named_days, uses_of
from orders.calendars import CALENDARS, Calendar, add_counting_days, next_counting_day


@require_GET
@login_required
def show_working_days(request: HttpRequest) -> HttpResponse:
    """One year of one calendar, and the calculator."""
    today = timezone.localdate()
    asked = request.GET.get("year", "")
    year = min(max(int(asked), FIRST_YEAR), LAST_YEAR) if asked.isdecimal() and len(asked) == 4 else today.year
    given = request.GET.get("calendar", "")
    name = Calendar(given) if given in set(Calendar) else Calendar.BRAZIL_BANKING
    months = months_of(year, name)
    context = {
        "name": name,
        "title": CODES[name],
        "names": [(code, CODES[code]) for code in Calendar],
        "year": year,
        "earlier": year - 1 if year > FIRST_YEAR else None,
        "later": year + 1 if year < LAST_YEAR else None,
        "today": today,
        "months": months,
        "named": named_days(months),
        "uses": uses_of(cast(DeskRequest, request).reader.stores, name),
        "is_provisional": is_forecast(year, name),
        **_count(request, name, today),
    }
    return render(request, "desk/setup/working_days.html", context)


def _count(request: HttpRequest, name: Calendar, today: date) -> dict[str, Any]:
    """The calculator, and what it found: the day itself when it counts, and the one after so many."""
    form = CountForm(request.GET if "start" in request.GET else None, initial={"calendar": name, "start": today})
    if not form.is_valid():
        return {"form": form}
    given = form.cleaned_data
    calendar = Calendar(given["calendar"])
    zone = CALENDARS[calendar][0]
    noon = datetime.combine(given["start"], time(12), tzinfo=zone)
    first = next_counting_day(noon, calendar).astimezone(zone).date()
    found = add_counting_days(noon, given["days"], calendar).astimezone(zone).date()
    said = {"start": given["start"], "days": given["days"], "found": found, "first": first}
    return {"form": form, "counted": said | {"is_provisional": is_forecast(found.year, calendar)}}
