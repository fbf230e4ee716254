"""Exhibits: taken in by drop, paste, camera or a plain form; shown only through here, to the store's members."""

from datetime import datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from desk.access import DeskRequest, actor_of, readable, workable
from desk.dispute_words import exhibit_name
from desk.fault_words import fault_words
from desk.forms.disputes import CaptionForm, ExhibitForm
from desk.taking_in import tell_taken_in
from desk.thumbnails import make_thumbnail
from desk.undoing import tell_undoable
from desk.views.disputes import dispute_of, show_case
from disputes.models import Dispute
from evidence.bundling.cases import Translator
from evidence.bundling.exhibits import exhibits_of
from evidence.file_types import MEDIA_TYPES, FileType
from evidence.models import Exhibit
from evidence.services.exhibits import (
    ExhibitsChanged,
    UnusableExhibit,
    add_exhibit,
    caption_exhibit,
    leave_out,
    reorder_exhibits,
    take_back_in,
    translate_caption,
)

# Whatever a file holds, a browser runs nothing of it, and no page of another site may show it.
LOCKED = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SHOWN = {FileType.JPEG, FileType.PNG, FileType.WEBP}  # a browser shows them by itself; the others are saved
FOREVER = "private, max-age=31536000, immutable"  # an exhibit's file never changes


@require_POST
@login_required
def add_exhibits(request: HttpRequest, pk: int) -> HttpResponse:
    """Take files in; a script and a plain form get the same answer."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    dispute = dispute_of(desk_request, pk, to_change=True)
    form = ExhibitForm(request.POST, request.FILES, auto_id="wrong-%s")
    tell_taken_in(request, _take_in(desk_request, dispute, form, now=now) if form.is_valid() else [])
    if form.errors:
        return show_case(desk_request, dispute, now=now, wrong=form, status=422)
    return redirect("desk:dispute", dispute.pk)


def _take_in(request: DeskRequest, dispute: Dispute, form: ExhibitForm, *, now: datetime) -> list[Exhibit]:
    given, added = form.cleaned_data, list[Exhibit]()
    for file in given["file"]:
        try:
            added.append(_add(request, dispute, file, given, now=now))
        except UnusableExhibit as error:
            form.add_error("file", fault_words(str(error)))
    return added


def _add(
    request: DeskRequest, dispute: Dispute, file: UploadedFile[bytes], given: dict[str, str], *, now: datetime
) -> Exhibit:
    return add_exhibit(
        dispute.order_id,
        file,
        kind=given["kind"],
        source=given["source"],
        caption=given["caption"],
        now=now,
        actor=actor_of(request),
        dispute_id=dispute.pk,
    )


@require_GET
@login_required
def show_exhibit(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it came, under its own name."""
    exhibit = _exhibit(request, pk)
    kind = FileType(exhibit.file_type)
    as_attachment = kind not in SHOWN or "save" in request.GET
    response = FileResponse(exhibit.path.open("rb"), content_type=MEDIA_TYPES[kind], headers=LOCKED)
    name = exhibit.name or f"{exhibit.pk}.{kind}"
    response["Content-Disposition"] = content_disposition_header(as_attachment, name) or "inline"
    response["Content-Length"] = str(exhibit.size)
    response["Cache-Control"] = FOREVER
    return response


@require_GET
@login_required
def show_thumbnail(request: HttpRequest, pk: int) -> HttpResponse:
    """A small picture of it, where it is one."""
    exhibit = _exhibit(request, pk)
    picture = make_thumbnail(exhibit.path) if FileType(exhibit.file_type) in SHOWN else None
    if picture is None:
        raise Http404
    return HttpResponse(picture, content_type="image/jpeg", headers={**LOCKED, "Cache-Control": FOREVER})


def _exhibit(request: HttpRequest, pk: int) -> Exhibit:
    exhibit: Exhibit = readable(Exhibit.objects.all(), cast(DeskRequest, request), pk=pk)
    if not exhibit.path.exists():
        raise Http404
    return exhibit


@require_POST
@login_required
def change_exhibit(request: HttpRequest, pk: int, exhibit_pk: int) -> HttpResponse:
    """Caption it, move it, leave it out of bundles or take it back in; then back to the dispute."""
    desk_request = cast(DeskRequest, request)
    dispute = dispute_of(desk_request, pk, to_change=True)
    exhibit: Exhibit = workable(Exhibit.objects.filter(order=dispute.order_id), desk_request, pk=exhibit_pk)
    given = request.POST if "do" in request.POST else request.GET  # Undo posts to an address that says what to do
    match given.get("do"):
        case "up":
            _move(request, dispute, exhibit, -1)
        case "down":
            _move(request, dispute, exhibit, 1)
        case "leave_out":
            leave_out(exhibit.pk, now=timezone.now())
            tell_undoable(request, _("Left out of the PDF."), _undo(dispute, exhibit, do="take_in"))
        case "take_in":
            _take_in_again(request, exhibit)
        case _:
            _caption(request, dispute, exhibit, CaptionForm(given))
    return redirect(f"{reverse('desk:dispute', args=[dispute.pk])}#exhibits")


def _take_in_again(request: HttpRequest, exhibit: Exhibit) -> None:
    """Back into the bundles to come; of what cannot be read they hold the name and the reason alone."""
    take_back_in(exhibit.pk)
    if not exhibit.is_readable:
        told = _("The next PDF names %(name)s, with the reason why it is not shown. It still proves nothing.")
        messages.warning(request, told % {"name": exhibit.name or exhibit.sha256[:12]})


def _undo(dispute: Dispute, exhibit: Exhibit, **values: str) -> str:
    """The address that takes a change of an exhibit back."""
    return f"{reverse('desk:change_exhibit', args=[dispute.pk, exhibit.pk])}?{urlencode(values)}"


def _caption(request: HttpRequest, dispute: Dispute, exhibit: Exhibit, form: CaptionForm) -> None:
    if form.is_valid():
        before = {
            "caption": exhibit.caption,
            "translation": exhibit.translation,
            "translated_by": exhibit.translated_by,
        }
        given = form.cleaned_data
        caption_exhibit(exhibit.pk, caption=given["caption"])
        by = Translator(given["translated_by"] or Translator.HUMAN)
        translate_caption(exhibit.pk, translation=given["translation"], by=by)
        tell_undoable(request, _("The caption is kept."), _undo(dispute, exhibit, do="caption", **before))


def _move(request: HttpRequest, dispute: Dispute, exhibit: Exhibit, step: int) -> None:
    """One place up or down among those that bundles show."""
    rows = list(Exhibit.objects.filter(order=exhibit.order_id))
    shown = [row.pk for row in exhibits_of(dispute)]
    at = shown.index(exhibit.pk) if exhibit.pk in shown else -1
    if at < 0 or not 0 <= at + step < len(shown):
        return
    other = shown[at + step]
    swap = {exhibit.pk: other, other: exhibit.pk}
    try:
        reorder_exhibits(exhibit.order_id, [swap.get(row.pk, row.pk) for row in rows])
    except ExhibitsChanged as error:
        messages.error(request, fault_words(str(error)))
        return
    told = _("%(what)s stands at place %(place)d of %(of)d now.")
    messages.success(request, told % {"what": exhibit_name(exhibit.kind), "place": at + step + 1, "of": len(shown)})
