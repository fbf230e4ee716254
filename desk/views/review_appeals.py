"""Appeals against reviews: the bundle is asked for, watched and downloaded."""

from mimetypes import guess_type
from pathlib import Path
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from desk.access import DeskRequest, actor_of, doer_of, readable, workable
from desk.review_words import refusal_words
from desk.selectors.review_appeals import UNFINISHED, file_name, find_file
from desk.waking import wake_a_worker
from disputes.models import Review
from evidence.bundling.appealing import NoOrder
from evidence.models import Appeal
from evidence.recipients import UnknownRecipient
from evidence.services.appeals import request_appeal
from evidence.tasks import run_appeal
from orders.models import AuditKind
from orders.services.auditing import note_deed


@require_POST
@login_required
def ask_for_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the bundle of what speaks against the review, as it stands."""
    desk_request = cast(DeskRequest, request)
    review: Review = workable(Review.objects.all(), desk_request, pk=pk)
    recipient = request.POST.get("recipient", "")
    try:
        appeal = request_appeal(review.pk, recipient=recipient, now=timezone.now(), actor=actor_of(desk_request))
    except (NoOrder, UnknownRecipient) as error:
        messages.error(request, refusal_words(str(error)))
    else:
        wake_a_worker(run_appeal, appeal.pk)
    return _to_malice(review.pk)


@require_GET
@login_required
def show_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; once it is no longer being made, its part of the review's page is loaded anew."""
    desk_request = cast(DeskRequest, request)
    appeal: Appeal = readable(Appeal.objects.all(), desk_request, pk=pk)
    if not desk_request.htmx:
        return _to_malice(appeal.review_id)
    name = "progress" if appeal.state in UNFINISHED else "finished"
    return render(request, f"desk/review/appeal_{name}.html", {"appeal": appeal})


@require_GET
@login_required
def download_appeal(request: HttpRequest, pk: int, number: int) -> FileResponse:
    """A finished version's file, to look at or to keep."""
    rows = Appeal.objects.select_related("review__store")
    appeal: Appeal = readable(rows, cast(DeskRequest, request), pk=pk)
    file = find_file(appeal, number)
    path = Path(settings.MEDIA_ROOT) / file["file"] if file else None
    if file is None or path is None or not path.exists():
        raise Http404
    if "save" in request.GET:
        store = appeal.review.store
        note_deed(AuditKind.EXPORTED, doer_of(request), now=timezone.now(), store=store, what="appeal", appeal=pk)
    kind = guess_type(path.name)[0] or "application/octet-stream"
    name = file_name(appeal, appeal.review, file)
    response = FileResponse(path.open("rb"), as_attachment="save" in request.GET, filename=name, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _to_malice(review_id: int) -> HttpResponse:
    return redirect(f"{reverse('desk:review', args=[review_id])}#malice")
