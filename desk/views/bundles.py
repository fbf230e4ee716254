"""Bundles: asked for, watched, looked at, downloaded, and said to be handed in."""

from datetime import datetime
from mimetypes import guess_type
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_fsm import can_proceed

from desk.access import DeskRequest, actor_of, doer_of, readable, workable
from desk.answer_words import CONTEST, Gives
from desk.dispute_commands import make_form
from desk.doing import attempt_event
from desk.fault_words import fault_words
from desk.selectors.dispute_bundles import file_name, find_file, list_versions
from desk.selectors.dispute_case import obstacle
from desk.selectors.dispute_doubts import list_doubts
from desk.views.disputes import UNFINISHED, dispute_of, head_of
from desk.waking import wake_a_worker
from disputes.lifecycle import DisputeState
from disputes.models import Dispute
from evidence.bundling.exhibits import marked_exhibits
from evidence.models import Bundle
from evidence.recipients import UnknownRecipient
from evidence.services.bundles import mark_submitted, request_bundle
from evidence.services.previews import page_picture
from evidence.tasks import run_bundle
from orders.events import EventType
from orders.models import AuditKind
from orders.querysets import StoreScoped
from orders.services.auditing import note_deed

FOREVER = "private, max-age=31536000, immutable"  # a version's file never changes


@require_GET
@login_required
def show_doubts(request: HttpRequest, pk: int) -> HttpResponse:
    """What does not fit together in the case's papers: loaded into the workbench, or a page of its own."""
    desk_request = cast(DeskRequest, request)
    dispute = dispute_of(desk_request, pk, to_change=False)
    context = {"dispute": dispute, "doubts": list_doubts(dispute, marked_exhibits(dispute))}
    if desk_request.htmx:
        return render(request, "desk/dispute/doubts.html", context)
    return render(request, "desk/doubts.html", context | head_of(desk_request, dispute, now=timezone.now()))


@require_POST
@login_required
def ask_for_bundle(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a bundle of the evidence as it stands."""
    desk_request = cast(DeskRequest, request)
    dispute = dispute_of(desk_request, pk, to_change=True)
    recipient = request.POST.get("recipient", "")
    try:
        bundle = request_bundle(dispute.pk, recipient=recipient, now=timezone.now(), actor=actor_of(desk_request))
    except UnknownRecipient as error:
        messages.error(request, fault_words(str(error)))
    else:
        wake_a_worker(run_bundle, bundle.pk)
    return _to_bundles(dispute)


@require_GET
@login_required
def show_bundle(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; once it is no longer being made, the list of versions is loaded anew."""
    bundle = _bundle(request, pk)
    if not cast(DeskRequest, request).htmx:
        return _to_bundles(bundle.dispute)
    if bundle.state in UNFINISHED:
        return render(request, "desk/dispute/progress.html", {"bundle": bundle})
    return render(request, "desk/dispute/finished.html", {"bundle": bundle})


@require_GET
@login_required
def download_bundle(request: HttpRequest, pk: int, number: int = 1) -> FileResponse:
    """A finished version's file (the first, or the one of this number): in a frame of ours, or to keep."""
    bundle, file, path = _file(request, pk, number)
    if "save" in request.GET:
        store = bundle.dispute.order.store
        note_deed(AuditKind.EXPORTED, doer_of(request), now=timezone.now(), store=store, what="bundle", bundle=pk)
    kind = guess_type(path.name)[0] or "application/octet-stream"
    response = FileResponse(
        path.open("rb"), as_attachment="save" in request.GET, filename=file_name(bundle, file), content_type=kind
    )
    # The browser's own viewer shows it in a page of ours, and in no other site's.
    response["Content-Security-Policy"] = "frame-ancestors 'self'"
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@login_required
def show_page(request: HttpRequest, pk: int, number: int, page: int) -> HttpResponse:
    """A page of a finished version's file as a picture: phones show no PDF inside a page."""
    _bundle_row, file, path = _file(request, pk, number)
    picture = page_picture(path, file["sha256"], page) if file.get("pages") else None
    if picture is None:
        raise Http404
    return HttpResponse(picture, content_type="image/jpeg", headers={"Cache-Control": FOREVER})


def _file(request: HttpRequest, pk: int, number: int) -> tuple[Bundle, dict[str, Any], Path]:
    bundle = _bundle(request, pk)
    file = find_file(bundle, number)
    if file is None:
        raise Http404
    path = Path(settings.MEDIA_ROOT) / file["file"]
    if not path.exists():
        raise Http404
    return bundle, file, path


@require_POST
@login_required
def submit_bundle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the bundle was handed in, once and for all: it is asked twice."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    bundle: Bundle = workable(_bundles(), desk_request, pk=pk)
    if reason := obstacle(bundle.dispute):
        messages.error(request, reason)
        return redirect("desk:dispute", bundle.dispute_id)
    if not request.POST.get("confirmed"):
        return _ask_again(desk_request, bundle, now=now)
    try:
        mark_submitted(bundle.pk, now=now, actor=actor_of(desk_request))
    except Bundle.DoesNotExist as error:
        raise Http404 from error
    except ValueError as error:
        messages.error(request, fault_words(str(error)))
        return redirect("desk:dispute", bundle.dispute_id)
    note_deed(AuditKind.BUNDLE_SUBMITTED, doer_of(request), now=now, store=bundle.dispute.order.store, bundle=bundle.pk)
    _answer_too(desk_request, bundle.dispute, now=now)
    return redirect("desk:dispute", bundle.dispute_id)


def _ask_again(request: DeskRequest, bundle: Bundle, *, now: datetime) -> HttpResponse:
    """What handing in means here: before the platform has asked for evidence, no clock of it runs."""
    dispute = bundle.dispute
    context = {
        **head_of(request, dispute, now=now),
        "version": next(one for one in list_versions(list(dispute.bundles.all())) if one.bundle.pk == bundle.pk),
        "is_asked": can_proceed(dispute.submit_evidence),
    }
    return render(request, "desk/dispute/submit.html", context)


def _answer_too(request: DeskRequest, dispute: Dispute, *, now: datetime) -> None:
    """Evidence is not the answer: contest the claim with it where the reader did, else say what still waits."""
    if dispute.state != DisputeState.OPENED:
        messages.success(request, _("Recorded: the evidence is with the platform."))
        return
    if request.POST.get("answer") != CONTEST:
        messages.success(request, _("Recorded: the evidence is with the platform."))
        messages.warning(request, _("The claim itself still waits for your answer."))
        return
    form = make_form(CONTEST, dispute, now=now, data={"gives": Gives.NOTHING.value})
    attempt = attempt_event(request, dispute.order, EventType.COUNTER_OFFER, form, is_command=True)
    if attempt.is_done:
        messages.success(request, _("Recorded: the evidence is with the platform, and the claim is contested."))
    else:
        messages.error(request, _("The evidence is recorded, the answer is not: contest the claim on this page."))


def _bundles() -> StoreScoped:
    rows: StoreScoped = Bundle.objects.select_related("dispute__order__buyer", "dispute__order__store")
    return rows


def _bundle(request: HttpRequest, pk: int) -> Bundle:
    bundle: Bundle = readable(_bundles(), cast(DeskRequest, request), pk=pk)
    return bundle


def _to_bundles(dispute: Dispute) -> HttpResponse:
    return redirect(f"{reverse('desk:dispute', args=[dispute.pk])}#bundles")
