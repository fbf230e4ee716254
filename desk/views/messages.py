"""The outbox: what leaves, what left with its proof, and what a person has to look after."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from desk.access import DeskRequest, actor_of, readable, workable
from desk.selectors.messages import BOXES, list_messages
from desk.words import VARIABLES
from disputes.services.by_hand import say_sent, send_again
from messaging.models import Message
from messaging.rendering import MissingVariables
from messaging.vocabulary import Variable


@require_GET
@login_required
def show_messages(request: HttpRequest) -> HttpResponse:
    """One box of the outbox, a page at a time."""
    reader = cast(DeskRequest, request).reader
    box = request.GET.get("box", "")
    box = box if box in BOXES else "attention"
    page = list_messages(reader, box, after=request.GET.get("after", ""))
    context = {"boxes": BOXES, "box": box, "page": page, "now": timezone.now()}
    return render(request, "desk/messages.html", context)


@require_GET
@login_required
def download_proof(request: HttpRequest, pk: int) -> FileResponse:
    """The message as it went out."""
    message: Message = readable(Message.objects.all(), cast(DeskRequest, request), pk=pk)
    if not message.proof.name or not message.proof.storage.exists(message.proof.name):
        raise Http404
    name = f"{message.order_id}-{message.purpose}-{message.sequence}.eml"
    return FileResponse(message.proof.open("rb"), as_attachment=True, filename=name, content_type="message/rfc822")


@require_POST
@login_required
def mark_sent(request: HttpRequest, pk: int) -> HttpResponse:
    """A person sent it himself; the action that asked for it is done."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    message: Message = workable(Message.objects.all(), desk_request, pk=pk)
    note = request.POST.get("note", "").strip()[:200]
    if say_sent(message.pk, now=now, actor=actor_of(desk_request), note=note):
        messages.success(request, _("Noted as sent by hand."))
    return _back(request, message)


@require_POST
@login_required
def try_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a message that could not leave back into the outbox."""
    desk_request = cast(DeskRequest, request)
    message: Message = workable(Message.objects.all(), desk_request, pk=pk)
    try:
        if send_again(message.pk, now=timezone.now(), actor=actor_of(desk_request)):
            messages.success(request, _("The message is in the outbox again."))
        else:
            messages.error(request, _("The buyer has no e-mail address: send it by hand."))
    except MissingVariables as error:
        names = ", ".join(str(VARIABLES[Variable(name)]) for name in error.names)
        messages.error(request, _("Something is still missing: %(names)s.") % {"names": names})
    return _back(request, message)


def _back(request: HttpRequest, message: Message) -> HttpResponse:
    to = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect(to)
    return redirect("desk:order", message.order_id)
