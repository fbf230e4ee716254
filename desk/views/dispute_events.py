"""What happens in a dispute: our answers, what the buyer and the platform do, and the team's notes."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from desk.access import DeskRequest, actor_of, clocks_of, order_of
from desk.commands import DANGEROUS
from desk.dispute_commands import ASKED, OURS, TOLD, make_form
from desk.dispute_words import COMMANDS
from desk.doing import Attempt, attempt_event
from desk.forms.disputes import NoteForm, OpenForm
from desk.rules import rule_sentence
from desk.selectors.dispute_case import obstacle
from desk.views.disputes import dispute_of, head_of
from disputes.models import Dispute
from disputes.services.notes import write_note
from orders.events import EventType
from orders.models import Order


@require_http_methods(["GET", "POST"])
@login_required
def record_dispute_event(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Answer, or enter what the buyer or the platform did, with its date; what cannot be taken back is asked twice."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    dispute = dispute_of(desk_request, pk, to_change=True)
    event_type = _event_type(kind)
    if reason := obstacle(dispute):
        messages.error(request, reason)
        return redirect("desk:dispute", dispute.pk)
    data = request.POST if request.method == "POST" else None
    form = make_form(event_type, dispute, now=now, data=data)
    attempt = None
    if data is not None:
        attempt = attempt_event(desk_request, dispute.order, event_type, form, is_command=event_type in ASKED)
    if attempt and attempt.is_done:
        _tell(request, dispute.order, event_type, attempt)
        return redirect("desk:dispute", dispute.pk)
    context = head_of(desk_request, dispute, now=now) | _form_context(event_type, form, attempt)
    return render(request, "desk/dispute/record.html", context, status=attempt.status if attempt else 200)


def _event_type(kind: str) -> EventType:
    if kind not in {*OURS, *TOLD}:
        raise Http404
    return EventType(kind)


def _form_context(kind: EventType, form: Any, attempt: Attempt | None) -> dict[str, Any]:
    return {
        "kind": kind,
        "label": COMMANDS[kind],
        "danger": DANGEROUS.get(kind, ""),
        "is_command": kind in ASKED,
        "form": form,
        "attempt": attempt,
    }


def _tell(request: HttpRequest, order: Order, kind: EventType, attempt: Attempt) -> None:
    messages.success(request, _("Recorded: %(what)s") % {"what": COMMANDS[kind]})
    for broken in attempt.warnings:
        sentence = rule_sentence(broken.rule, order.policy)
        messages.warning(
            request, _("Noted, by rule %(rule)s: %(sentence)s") % {"rule": broken.rule, "sentence": sentence}
        )


@require_http_methods(["GET", "POST"])
@login_required
def open_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a dispute that the platform shows; on an item that is disputed already it changes the claim."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    order = order_of(desk_request, pk, to_change=True)
    data = request.POST if request.method == "POST" else None
    form = OpenForm(data, order=order, now=now, dated=True)
    attempt = None
    if data is not None:
        attempt = attempt_event(desk_request, order, EventType.DISPUTE_OPENED, form, is_command=False)
    if attempt and attempt.is_done:
        _tell(request, order, EventType.DISPUTE_OPENED, attempt)
        return redirect("desk:dispute", _newest(order).pk)
    context = _form_context(EventType.DISPUTE_OPENED, form, attempt)
    context |= {"order": order, "policy": order.policy, "clocks": clocks_of(desk_request, order), "now": now}
    return render(request, "desk/order/record.html", context, status=attempt.status if attempt else 200)


def _newest(order: Order) -> Dispute:
    newest: Dispute = Dispute.objects.filter(order=order).latest("changed_at", "number")
    return newest


@require_POST
@login_required
def add_note(request: HttpRequest, pk: int) -> HttpResponse:
    """A line for the team on the order's timeline; it is in no bundle."""
    desk_request = cast(DeskRequest, request)
    dispute = dispute_of(desk_request, pk, to_change=True)
    form = NoteForm(request.POST)
    if form.is_valid():
        write_note(dispute.order_id, form.cleaned_data["text"], now=timezone.now(), actor=actor_of(desk_request))
    else:
        messages.error(request, _("The note is empty."))
    return redirect("desk:dispute", dispute.pk)
