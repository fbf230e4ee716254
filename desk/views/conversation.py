"""The conversation with a buyer: replies are written, looked at meanwhile, taken back; his words are pasted."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import reselect, retarget

from desk.access import DeskRequest, actor_of, clocks_of, order_of, workable
from desk.clocks import format_instant
from desk.conversation_words import PROBLEM_FIELDS, REPLY_PROBLEMS
from desk.forms.conversation import PasteForm, ReplyForm
from desk.selectors.conversation import check_reply, load_conversation
from desk.undoing import tell_undoable
from disputes.receiving import paste_message
from disputes.replying import Draft, UnusableReply, send_reply
from disputes.replying import take_back as take_back_reply
from messaging.models import FailedAddress, InboundMessage, Message, MessageState, Promise
from messaging.services.writing import write_reply
from messaging.vocabulary import Purpose
from messaging.wording import WordingProblem
from orders.models import Order


@require_POST
@login_required
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send what the person wrote, unless it is empty, wants a promise, or its wording was not looked at yet."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    order = order_of(desk_request, pk, to_change=True)
    form = ReplyForm(_with_promise(request, order, now))
    problems: tuple[WordingProblem, ...] = ()
    if form.is_valid():
        given = form.cleaned_data
        draft = Draft(given["text"], form.channel, given["promised_at"])
        if not request.POST.get("confirmed"):
            written = write_reply(order, draft.text, promised_at=draft.promised_at)
            problems = () if written.needs_promise else written.problems  # one thing at a time
        try:
            message = None if problems else send_reply(order.pk, draft, now=now, actor=actor_of(desk_request))
        except UnusableReply as error:
            form.add_error(PROBLEM_FIELDS.get(error.problem), str(REPLY_PROBLEMS[error.problem]))
            message = None
        if message is not None:
            _tell(request, message)
            return _back(order)
    return _again(desk_request, order, now=now, reply=form, problems=problems)


def _with_promise(request: HttpRequest, order: Order, now: datetime) -> Any:
    """What was posted; the button that promises an answer within the pack's time fills the field in."""
    data = request.POST.copy()
    within = order.policy.value("M7", "within")
    if data.get("promise") == "within" and within:
        at = timezone.localtime(now + within)
        data["promised_at"] = f"{at:%Y-%m-%dT%H:%M}"
    return data


def _tell(request: HttpRequest, message: Message) -> None:
    if message.state == MessageState.PENDING:
        at = format_instant(message.send_after, now=message.queued_at)
        waits = message.send_after > message.queued_at
        said = (
            _("The reply leaves at %(at)s, in the buyer's hours.") % {"at": at} if waits else _("The reply leaves now.")
        )
    else:
        said = _("The reply is ready: copy it to where the buyer reads it, then say that you sent it.")
    tell_undoable(request, said, reverse("desk:take_back", args=[message.pk]))


@require_POST
@login_required
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What is wrong with the reply as it stands, when it would leave, and which promise it makes."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    order = order_of(desk_request, pk, to_change=True)
    form = ReplyForm(request.POST)
    form.is_valid()
    text, promised_at = form.cleaned_data.get("text", ""), form.cleaned_data.get("promised_at")
    context = {"order": order, "policy": order.policy, "check": check_reply(order, text, promised_at, now=now)}
    return render(request, "desk/order/reply_check.html", context)


@require_POST
@login_required
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Call off a reply that has not left; its words go back into the composer."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    rows = Message.objects.select_related("order__buyer", "order__store")
    message: Message = workable(rows, desk_request, pk=pk, purpose=Purpose.REPLY)
    if not take_back_reply(message.pk, now=now, actor=actor_of(desk_request)):
        messages.error(request, _("It has left already, and cannot be taken back."))
        return _back(message.order)
    messages.success(request, _("Taken back. Its words stand in the composer."))
    form = ReplyForm(initial={"text": message.body})
    return _again(desk_request, message.order, now=now, reply=form, status=200)


@require_POST
@login_required
def paste(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what the buyer wrote somewhere else."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    order = order_of(desk_request, pk, to_change=True)
    form = PasteForm(request.POST, now=now)
    if not form.is_valid():
        return _again(desk_request, order, now=now, paste=form)
    paste_message(order.store, form.pasted(), now=now, user=desk_request.user, order=order)
    messages.success(request, _("Kept. Answer it now, or when you know more."))
    return _back(order)


def _back(order: Order) -> HttpResponse:
    return redirect(f"{reverse('desk:order', args=[order.pk])}#conversation")


def _again(
    request: DeskRequest,
    order: Order,
    *,
    now: datetime,
    reply: ReplyForm | None = None,
    paste: PasteForm | None = None,
    problems: tuple[WordingProblem, ...] = (),
    status: int = 422,
) -> HttpResponse:
    """The conversation with the form as it was filled in; on the order's page the rest of the page stays."""
    mails = list(order.messages.order_by("-queued_at", "-id"))
    kinds = (FailedAddress, InboundMessage, Promise)
    context = {
        "order": order,
        "policy": order.policy,
        "clocks": clocks_of(request, order),
        "buyer_zone": order.buyer.zone(order.policy),
        "talk": load_conversation(order, mails, kinds, now=now, reply=reply, paste=paste, problems=problems),
        "works": True,
        "now": now,
    }
    answer = render(request, "desk/order/reply.html", context, status=status)
    if request.htmx:
        retarget(reselect(answer, "#conversation"), "#conversation")
        answer["HX-Reswap"] = "outerHTML show:none"
    return answer
