"""What happens in a dispute: our answers, what the buyer and the platform do, and the team's notes."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from desk.access import DeskRequest, clocks_of, order_of
from desk.answer_words import CONTEST, NEXT
from desk.commands import DANGEROUS
from desk.dispute_commands import ASKED, event_of, label_of, make_form
from desk.doing import Attempt, attempt_event
from desk.forms.disputes import OpenForm
from desk.noting import keep_note, undo_note
from desk.rules import rule_sentence
from desk.selectors.dispute_case import obstacle
from desk.views.disputes import dispute_of, head_of
from disputes.models import Dispute
from orders.events import EventType
from orders.models import Order


@require_http_methods(["GET", "POST"])
@login_required
def record_dispute_event(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Answer, or enter what the buyer or the platform did, with its date; what cannot be taken back is asked twice."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    dispute = dispute_of(desk_request, pk, to_change=True)
    event_type = event_of(kind)
    if event_type is None:
        raise Http404
    if reason := obstacle(dispute):
        messages.error(request, reason)
        return redirect("desk:dispute", dispute.pk)
    data = request.POST if request.method == "POST" else None
    form = make_form(kind, dispute, now=now, data=data)
    attempt = None
    if data is not None:
        attempt = attempt_event(desk_request, dispute.order, event_type, form, is_command=event_type in ASKED)
    if attempt and attempt.is_done:
        _tell(request, dispute.order, kind, attempt)
        return redirect("desk:dispute", dispute.pk)
    context = head_of(desk_request, dispute, now=now) | _form_context(kind, form, attempt)
    return render(request, "desk/dispute/record.html", context, status=attempt.status if attempt else 200)


def _form_context(kind: str, form: Any, attempt: Attempt | None) -> dict[str, Any]:
    return {
        "kind": kind,
        "label": label_of(kind),
        "note": NEXT.get(kind, ""),
        "danger": DANGEROUS.get(EventType(kind), "") if kind != CONTEST else "",
        "is_command": kind in {CONTEST, *ASKED},
        "form": form,
        "attempt": attempt,
    }


def _tell(request: HttpRequest, order: Order, kind: str, attempt: Attempt) -> None:
    messages.success(request, _("Recorded: %(what)s") % {"what": label_of(kind)})
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
    dispute = dispute_of(cast(DeskRequest, request), pk, to_change=True)
    keep_note(request, dispute.order_id, undo=reverse("desk:take_back_note", args=[dispute.pk]), now=timezone.now())
    return redirect("desk:dispute", dispute.pk)


@require_POST
@login_required
def take_back_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the note that was written just now."""
    dispute = dispute_of(cast(DeskRequest, request), pk, to_change=True)
    undo_note(request, dispute.order_id, now=timezone.now())
    return redirect("desk:dispute", dispute.pk)
