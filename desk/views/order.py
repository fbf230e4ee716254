"""One order: where it stands, what may be done, what comes and what was."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from desk.access import DeskRequest, clocks_of, order_of
from desk.commands import DANGEROUS, FACTS, forbidden_commands, offered_commands
from desk.doing import Attempt, attempt_event
from desk.forms.boletos import BoletoForm
from desk.forms.events import form_for
from desk.forms.tracking import LookForm
from desk.number_words import number_note
from desk.rules import rule_sentence
from desk.selectors import timeline
from desk.selectors.arrivals import arrival_words
from desk.selectors.boletos import may_have_boleto
from desk.selectors.duties import duty_card
from desk.selectors.orders import is_at_risk
from desk.selectors.parcel import parcel_panel
from desk.selectors.snapshots import frozen_views
from desk.selectors.today import load_cards
from desk.tracking_words import SOURCES
from desk.words import COMMANDS
from disputes.models import ActionState
from disputes.services.disruptions import disruptions_of
from orders.events import EventType
from orders.models import Order
from orders.services.verification import verify_timeline


@require_GET
@login_required
def show_order(request: HttpRequest, pk: int) -> HttpResponse:
    """The order's page."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    order = order_of(desk_request, pk, to_change=False)
    return render(request, "desk/order.html", _order_context(desk_request, order, now))


def _order_context(request: DeskRequest, order: Order, now: datetime) -> dict[str, Any]:
    prefetch_related_objects([order], "items", "shipments")
    milestones = list(order.milestones.all())
    mails = list(order.messages.order_by("-queued_at", "-id"))
    events = list(order.timeline.select_related("private"))
    names = timeline.actors(events)
    open_ids = list(order.actions.filter(state=ActionState.OPEN).values_list("pk", flat=True))
    works = request.reader.works_in(order.store_id)
    parcels = list(order.shipments.all())
    return {
        "order": order,
        "policy": order.policy,
        "clocks": clocks_of(request, order),
        "buyer_zone": order.buyer.zone(order.policy),
        "is_at_risk": is_at_risk(order, now),
        "deadlines": timeline.deadlines(order),
        "future": timeline.future(order, milestones, mails),
        "past": timeline.past(order, events, milestones, names),
        "mails": mails,
        "disputes": list(order.disputes.order_by("-opened_at", "-id")),
        "items": list(order.items.all()),
        "disruptions": disruptions_of(order),
        "frozen": frozen_views(order),
        "parcels": parcels,
        "duty": duty_card(order),
        "arrival": arrival_words(order, parcels),
        "boleto_form": BoletoForm() if may_have_boleto(order) else None,
        "parcel": parcel_panel(order, list(order.tracking_events.order_by("-at", "-id")), events, names, now=now),
        "look_form": LookForm(order=order, now=now, auto_id="look-%s"),
        "sources": SOURCES,
        "cards": list(load_cards(request.reader, open_ids, now=now).values()) if open_ids else [],
        "commands": _forms(order, now) if works else [],
        "forbidden": forbidden_commands(order) if works else [],
        "facts": [(kind, COMMANDS[kind]) for kind in FACTS] if works else [],
        "works": works,
        "now": now,
    }


def _forms(order: Order, now: datetime) -> list[dict[str, Any]]:
    return [
        {"command": command, "form": form_for(command.type)(order=order, now=now, auto_id=f"{command.type}-%s")}
        for command in offered_commands(order)
    ]


@require_http_methods(["GET", "POST"])
@login_required
def record_event(request: HttpRequest, pk: int, kind: str, way: str) -> HttpResponse:
    """Ask for a command, or enter a fact with its date; a dangerous one is asked twice."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    order = order_of(desk_request, pk, to_change=True)
    event_type = _event_type(kind)
    is_command = way == "command"
    data = request.POST if request.method == "POST" else None
    form = form_for(event_type)(data, order=order, now=now, dated=not is_command)
    attempt = attempt_event(desk_request, order, event_type, form, is_command=is_command) if data is not None else None
    if attempt and attempt.is_done:
        _tell(request, order, event_type, attempt)
        return redirect("desk:order", order.pk)
    context = {
        "order": order,
        "policy": order.policy,
        "kind": event_type,
        "label": COMMANDS[event_type],
        "danger": DANGEROUS.get(event_type, ""),
        "is_command": is_command,
        "form": form,
        "attempt": attempt,
        "clocks": clocks_of(desk_request, order),
        "now": now,
    }
    return render(request, "desk/order/record.html", context, status=attempt.status if attempt else 200)


def _event_type(kind: str) -> EventType:
    if kind not in COMMANDS:
        raise Http404
    return EventType(kind)


def _tell(request: HttpRequest, order: Order, kind: EventType, attempt: Attempt) -> None:
    messages.success(request, _("Recorded: %(what)s") % {"what": COMMANDS[kind]})
    if attempt.form and (note := number_note(attempt.form.cleaned_data.get("tracking_number", ""))):
        messages.warning(request, note)
    for broken in attempt.warnings:
        sentence = rule_sentence(broken.rule, order.policy)
        messages.warning(
            request, _("Noted, by rule %(rule)s: %(sentence)s") % {"rule": broken.rule, "sentence": sentence}
        )


@require_GET
@login_required
def check_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether the order's chain of hashes is whole."""
    order = order_of(cast(DeskRequest, request), pk, to_change=False)
    return render(request, "desk/order/check.html", {"order": order, "problem": verify_timeline(order)})
