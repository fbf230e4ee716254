"""The by-hand run: one message at a time, by keys, with a word of proof where there is one."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from desk.access import DeskRequest, actor_of, workable
from desk.clocks import format_time
from desk.fault_words import fault_words
from desk.reason_words import reason_words
from desk.running import Progress
from desk.selectors.by_hand import Filters, find_run, list_mailable, mailable, who_sent
from desk.taking_in import warn_unreadable
from desk.words import LANGUAGES, PURPOSES
from disputes.services.by_hand import mail_waiting, say_sent, take_back_sent
from evidence.services.exhibits import UnusableExhibit, add_exhibit
from messaging.models import Message, MessageState
from messaging.services.by_hand import release_message

PROOF = "chat_record"  # what a screenshot of the chat is as an exhibit
SOURCE = "by hand"
MAILED_AT_ONCE = 200


@require_GET
@login_required
def show_run(request: HttpRequest) -> HttpResponse:
    """The next message that waits for a person, kept for this one for a few minutes."""
    desk_request = cast(DeskRequest, request)
    if request.GET.get("skipped") == "again":
        Progress(request.session, now=timezone.now()).bring_back()
        return redirect(_address(request))
    return _show(desk_request, now=timezone.now())


def _show(request: DeskRequest, *, now: datetime, status: int = 200) -> HttpResponse:
    progress = Progress(request.session, now=now)
    filters = Filters(*(request.GET.get(name, "") for name in ("store", "purpose", "language")))
    run = find_run(request.reader, filters, actor=actor_of(request), skipped=progress.skipped, now=now)
    order = run.message.order if run.message else None
    context: dict[str, Any] = {
        "run": run,
        "message": run.message,
        "order": order,
        "policy": order.policy if order else None,
        "buyer_zone": order.buyer.zone(order.policy) if order else None,
        "filters": filters,
        "purposes": list(PURPOSES.items()),
        "languages": list(LANGUAGES.items()),
        "can_mail": mailable(request.reader, filters).exists(),
        "sent": progress.sent,
        "total": progress.sent + run.left,
        "last": _last(request, progress),
        "address": _address(request),
        "now": now,
    }
    return render(request, "desk/run.html", context, status=status)


def _last(request: DeskRequest, progress: Progress) -> Message | None:
    """What was marked last, so that the page can say what Undo takes back."""
    rows = Message.objects.for_member(request.user).select_related("order")
    message: Message | None = rows.filter(pk=progress.last, state=MessageState.SENT).first()
    return message


def _address(request: HttpRequest) -> str:
    """The run with the reader's filters."""
    query = request.GET.copy()
    query.pop("skipped", None)
    return f"{reverse('desk:run')}?{query.urlencode()}" if query else reverse("desk:run")


@require_POST
@login_required
def take_run_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Sent, skipped, or taken back; then the next one, in place where htmx asks."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    message: Message = workable(Message.objects.select_related("order"), desk_request, pk=pk)
    is_taken = True
    match request.POST.get("do"):
        case "skip":
            release_message(message.pk, actor=actor_of(desk_request))
            Progress(request.session, now=now).note_skipped(message.pk)
        case "undo":
            _undo(desk_request, message, now=now)
        case _:
            is_taken = _keep_proof(desk_request, message, now=now)
            if is_taken:
                _note_sent(desk_request, message, now=now)
    if desk_request.htmx or not is_taken:
        return _show(desk_request, now=now, status=200 if is_taken else 422)
    return redirect(_address(request))


def _keep_proof(request: DeskRequest, message: Message, *, now: datetime) -> bool:
    """The screenshot as an exhibit of the order; whether there was none, or it could be used."""
    upload = request.FILES.get("proof")
    if upload is None:
        return True
    caption = str(PURPOSES.get(message.purpose, message.purpose))
    try:
        exhibit = add_exhibit(
            message.order_id, upload, kind=PROOF, source=SOURCE, caption=caption, now=now, actor=actor_of(request)
        )
    except UnusableExhibit as error:
        messages.error(request, fault_words(str(error)))
        return False
    warn_unreadable(request, exhibit)
    return True


def _note_sent(request: DeskRequest, message: Message, *, now: datetime) -> None:
    if say_sent(message.pk, now=now, actor=actor_of(request), note=request.POST.get("note", "").strip()[:200]):
        Progress(request.session, now=now).note_sent(message.pk)
        return
    message.refresh_from_db()
    if message.state == MessageState.SENT and message.sent_at:
        said = {"who": who_sent(message) or _("Prazo"), "at": format_time(message.sent_at, request.reader.zone)}
        told = _("%(who)s noted this message as sent at %(at)s. If you have sent it too, the buyer has it twice.")
        messages.warning(request, told % said)
    else:
        told = _("This message is not wanted any more: %(reason)s.")
        messages.warning(request, told % {"reason": reason_words(message.reason) or message.get_state_display()})


def _undo(request: DeskRequest, message: Message, *, now: datetime) -> None:
    if take_back_sent(message.pk, now=now, actor=actor_of(request)):
        messages.success(request, _("Taken back: it waits again."))
    else:
        messages.warning(request, _("This cannot be taken back any more: write a note on the order."))
    Progress(request.session, now=now).note_taken_back(message.pk)


@require_http_methods(["GET", "POST"])
@login_required
def mail_instead(request: HttpRequest) -> HttpResponse:
    """What waits for a hand though its buyer has an address by now: by e-mail, where the reader says so."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    filters = Filters(store=request.GET.get("store", ""))
    if request.method == "POST":
        chosen = mailable(desk_request.reader, filters).filter(purpose__in=request.POST.getlist("purpose"))
        ids = set(chosen.values_list("pk", flat=True)[:MAILED_AT_ONCE])
        count = mail_waiting(ids, now=now, actor=actor_of(desk_request))
        told = ngettext("%(n)d message is in the outbox.", "%(n)d messages are in the outbox.", count)
        messages.success(request, told % {"n": count})
        return redirect(request.get_full_path())
    context = {"groups": list_mailable(desk_request.reader, filters), "filters": filters, "most": MAILED_AT_ONCE}
    return render(request, "desk/run/mail.html", context | {"now": now})
