"""The lesson of a dispute that is over."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from desk.access import DeskRequest, actor_of
from desk.forms.lessons import LessonForm
from desk.views.disputes import dispute_of, show_case
from disputes.services.lessons import NotOver, keep_lesson


@require_POST
@login_required
def write_lesson(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what the team learnt; another word later takes its place."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    dispute = dispute_of(desk_request, pk, to_change=True)
    form = LessonForm(request.POST, auto_id="lesson-%s")
    if not form.is_valid():
        return show_case(desk_request, dispute, now=now, lesson=form, status=422)
    try:
        keep_lesson(dispute.pk, **form.cleaned_data, now=now, actor=actor_of(desk_request))
    except NotOver:
        messages.error(request, _("The dispute is still open: its lesson is written when it is over."))
    else:
        messages.success(request, _("The lesson is kept; it is shown beside new disputes of this reason."))
    return redirect(f"{reverse('desk:dispute', args=[dispute.pk])}#lessons")
