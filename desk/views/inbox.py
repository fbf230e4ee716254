"""The inbox: what buyers wrote and nobody has answered, and what belongs to no order yet."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from desk.access import DeskRequest, actor_of, readable, workable
from desk.dispute_words import EXHIBITS, exhibit_name
from desk.fault_words import fault_words
from desk.forms.conversation import InboxPasteForm, find_order
from desk.selectors.inbox import BOXES, count_waiting, list_inbox
from desk.taking_in import warn_unreadable
from desk.undoing import tell_undoable
from disputes.receiving import assign_message, paste_message
from evidence.services.exhibits import UnusableExhibit, add_exhibit
from messaging.models import InboundAttachment, InboundMessage
from messaging.services.inbound import bring_back as bring_message_back
from messaging.services.inbound import dismiss as dismiss_message

PLAIN = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}


@require_GET
@login_required
def show_inbox(request: HttpRequest) -> HttpResponse:
    """One box of the inbox, a page at a time, and the form to paste into."""
    return _page(cast(DeskRequest, request))


def _page(request: DeskRequest, form: InboxPasteForm | None = None) -> HttpResponse:
    box = request.GET.get("box", "")
    box = box if box in BOXES else "waiting"
    stores, now = request.reader.work_stores, timezone.now()
    context: dict[str, Any] = {
        "boxes": BOXES,
        "box": box,
        "counts": count_waiting(request.reader),
        "page": list_inbox(request.reader, box, after=request.GET.get("after", "")),
        "form": form or (InboxPasteForm(now=now, stores=stores) if stores else None),
        "own_stores": request.reader.own_stores,
        "now": now,
    }
    return render(request, "desk/inbox.html", context, status=422 if form else 200)


@require_POST
@login_required
def paste(request: HttpRequest) -> HttpResponse:
    """Keep what a buyer wrote somewhere; its order is the one that is named, or that its words tell."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    stores = desk_request.reader.work_stores
    if not stores:
        raise Http404
    form = InboxPasteForm(request.POST, now=now, stores=stores)
    if not form.is_valid():
        return _page(desk_request, form)
    row = paste_message(form.store, form.pasted(), now=now, user=desk_request.user, order=form.order)
    if row.order_id is None:
        messages.warning(request, _("Kept. Nothing in it tells the order: say which one it is."))
        return redirect(f"{reverse('desk:inbox')}?box=unmatched")
    messages.success(request, _("Kept. Answer it now, or when you know more."))
    return redirect(f"{reverse('desk:order', args=[row.order_id])}#conversation")


@require_POST
@login_required
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which order a message is about."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    row: InboundMessage = workable(InboundMessage.objects.select_related("store"), desk_request, pk=pk)
    number = request.POST.get("order_number", "")
    order = find_order(row.store, number)
    if order is None:
        messages.error(request, _("%(store)s has no order %(number)s.") % {"store": row.store, "number": number[:64]})
        return _back(request)
    if assign_message(row.pk, order.pk, now=now, actor=actor_of(desk_request)):
        messages.success(request, _("It belongs to order %(number)s now.") % {"number": order.order_number})
    return redirect(f"{reverse('desk:order', args=[order.pk])}#conversation")


@require_POST
@login_required
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """It needs no answer."""
    desk_request = cast(DeskRequest, request)
    row: InboundMessage = workable(InboundMessage.objects.all(), desk_request, pk=pk)
    if dismiss_message(row.pk, now=timezone.now(), actor=actor_of(desk_request)):
        tell_undoable(request, _("Put away: it needs no answer."), reverse("desk:bring_back_inbound", args=[row.pk]))
    return _back(request, row)


@require_POST
@login_required
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    """It needs an answer after all."""
    desk_request = cast(DeskRequest, request)
    row: InboundMessage = workable(InboundMessage.objects.all(), desk_request, pk=pk)
    if bring_message_back(row.pk, now=timezone.now(), actor=actor_of(desk_request)):
        messages.success(request, _("It waits for an answer again."))
    return _back(request, row)


def _back(request: HttpRequest, row: InboundMessage | None = None) -> HttpResponse:
    if row is not None and row.order_id and request.POST.get("next") == "order":
        return redirect(f"{reverse('desk:order', args=[row.order_id])}#conversation")
    box = request.POST.get("box", "")
    return redirect(f"{reverse('desk:inbox')}?box={box}" if box in BOXES else "desk:inbox")


# --- files ------------------------------------------------------------------------------------------------------------
@require_GET
@login_required
def download_mail(request: HttpRequest, pk: int) -> FileResponse:
    """The mail as it came."""
    row: InboundMessage = readable(InboundMessage.objects.all(), cast(DeskRequest, request), pk=pk)
    return _download(row.raw, f"mail-{row.pk}.eml")


@require_GET
@login_required
def download_file(request: HttpRequest, pk: int) -> FileResponse:
    """A file that came with a mail: only ever as a download, for nobody knows what is in it."""
    file: InboundAttachment = readable(InboundAttachment.objects.all(), cast(DeskRequest, request), pk=pk)
    return _download(file.file, file.name)


def _download(file: Any, name: str) -> FileResponse:
    if not file.name or not file.storage.exists(file.name):
        raise Http404
    kind = "application/octet-stream"
    return FileResponse(file.open("rb"), as_attachment=True, filename=name, content_type=kind, headers=PLAIN)


@require_POST
@login_required
def make_exhibit(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze a file of a buyer's mail as an exhibit of its order."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    rows = InboundAttachment.objects.select_related("message").exclude(message__order=None)
    file: InboundAttachment = workable(rows, desk_request, pk=pk)
    kind = request.POST.get("kind", "")
    if kind not in EXHIBITS:
        raise Http404
    row = file.message
    assert row.order_id is not None  # noqa: S101  those without an order were left out above
    try:
        with file.file.open("rb") as content:
            upload = UploadedFile(content, name=file.name, size=file.size)
            exhibit = add_exhibit(
                row.order_id,
                upload,
                kind=kind,
                source=row.sender,
                now=now,
                actor=actor_of(desk_request),
                happened_at=row.received_at,
            )
    except UnusableExhibit as error:
        messages.error(request, fault_words(str(error)))
    else:
        if exhibit.is_readable:
            messages.success(request, _("It is an exhibit now: %(what)s.") % {"what": exhibit_name(kind)})
        warn_unreadable(request, exhibit)
    return redirect(f"{reverse('desk:order', args=[row.order_id])}#conversation")
