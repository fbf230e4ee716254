"""The date that the platform names for one dispute: entered by hand where no pack knows it, or where it is another."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from desk.access import DeskRequest, actor_of
from desk.forms.platform_dates import PlatformDateForm
from desk.selectors.dispute_case import obstacle
from desk.views.disputes import dispute_of, head_of
from disputes.lifecycle import DisputeState
from disputes.recording import record

DATED = {DisputeState.OPENED, DisputeState.EVIDENCE_DUE}  # in which a date of the platform's runs


@require_http_methods(["GET", "POST"])
@login_required
def name_dates(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter by when the platform wants the answer, or the evidence."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    dispute = dispute_of(desk_request, pk, to_change=True)
    if dispute.state not in DATED or obstacle(dispute):
        messages.error(request, obstacle(dispute) or _("No date of the platform runs now."))
        return redirect("desk:dispute", dispute.pk)
    form = PlatformDateForm(request.POST or None, dispute=dispute)
    if request.method == "POST" and form.is_valid():
        record(dispute.order.pk, form.to_event(now=now), now=now, actor=actor_of(desk_request))
        messages.success(request, _("The platform's date is kept."))
        return redirect("desk:dispute", dispute.pk)
    context = head_of(desk_request, dispute, now=now) | {"form": form, "label": _("The platform's date")}
    return render(request, "desk/dispute/dates.html", context, status=422 if form.errors else 200)
