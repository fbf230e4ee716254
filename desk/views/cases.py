"""After-sale cases: the queue of open ones, by the date on which somebody looks again."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.access import DeskRequest
from desk.selectors.case_queue import AMOUNTS, Filters, count_kinds, list_cases
from desk.selectors.team import list_team
from disputes.case_lifecycle import AfterSaleState
from disputes.causes import CauseGroup

ASKED = ("store", "kind", "cause", "who", "state", "stake", "after")


@require_GET
@login_required
def show_cases(request: HttpRequest) -> HttpResponse:
    """The queue, who has waited longest first, with how many there are of each kind."""
    reader = cast(DeskRequest, request).reader
    filters = Filters(*(request.GET.get(name, "") for name in ASKED))
    chips, is_capped = count_kinds(reader, filters)
    context = {
        "page": list_cases(reader, filters),
        "chips": chips,
        "is_capped": is_capped,
        "filters": filters,
        "causes": CauseGroup.choices,
        "states": AfterSaleState.choices,
        "amounts": AMOUNTS,
        "team": list_team(reader),
        "now": timezone.now(),
    }
    return render(request, "desk/cases.html", context)
