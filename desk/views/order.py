"""One order: where it stands, what may be done, what comes and what was."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from desk.access import DeskRequest, clocks_of, order_of
from desk.commands import DANGEROUS, FACTS, forbidden_commands, offered_commands
from desk.doing import ACTION_EVENTS, Attempt, attempt_event, suggested_values
from desk.done_words import told_result
from desk.forms.boletos import BoletoForm
from desk.forms.calls import CallForm
from desk.forms.events import form_for
from desk.noting import keep_note, undo_note
from desk.people_words import MOODS
from desk.platform_answers import asks_platform, order_at_platform
from desk.platform_words import ON_ITS_WAY
from desk.rules import rule_sentence
from desk.seeing import events_since, has_moved, stamp
from desk.selectors import timeline
from desk.selectors.arrivals import arrival_words
from desk.selectors.boletos import may_have_boleto
from desk.selectors.cards import Card, load_cards
from desk.selectors.case_page import cases_of_order, money_of_order
from desk.selectors.conversation import load_conversation
from desk.selectors.duties import duty_card
from desk.selectors.order_filters import is_at_risk
from desk.selectors.order_money import money_lines
from desk.selectors.order_people import order_people
from desk.selectors.order_picture import draw_order
from desk.selectors.parcel import parcel_panel
from desk.selectors.snapshots import frozen_views
from desk.selectors.unsent import list_unsent
from desk.tracking_words import SOURCES
from desk.words import COMMANDS
from disputes.models import (
    ActionItem,
    ActionState,
    AfterSaleCase,
    Dispute,
    Escalation,
    IncidentOrder,
    MoneyEntry,
    PhoneCall,
    Review,
    TrackingCase,
)
from disputes.services.disruptions import disruptions_of
from messaging.models import FailedAddress, InboundMessage, Message, Promise, Template
from orders.belongings import Kinds, kinds_of
from orders.events import EventType
from orders.models import ArrivalEstimate, Order, PlatformAccount, Snapshot, TouchedOrder, TrackingEvent
from orders.models.timeline import EventKind
from orders.services.verification import verify_timeline

# What few orders, or their stores, have all of: the page asks only for those that are there.
BELONGINGS = (
    ActionItem, AfterSaleCase, ArrivalEstimate, Dispute, Escalation, FailedAddress, InboundMessage, IncidentOrder,
    Message, MoneyEntry, PhoneCall, PlatformAccount, Promise, Review, Snapshot, Template, TouchedOrder, TrackingCase,
    TrackingEvent,
)  # fmt: skip


@require_GET
@login_required
def show_order(request: HttpRequest, pk: int) -> HttpResponse:
    """The order's page."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    order = order_of(desk_request, pk, to_change=False)
    return render(request, "desk/order.html", _order_context(desk_request, order, now))


def _order_context(request: DeskRequest, order: Order, now: datetime) -> dict[str, Any]:
    prefetch_related_objects([order], "items", "shipments")
    kinds = kinds_of(order, BELONGINGS)
    if ArrivalEstimate not in kinds:
        order.store.learnt_spans = {}  # so that nobody looks
    works = request.reader.works_in(order.store_id)
    parcels = list(order.shipments.all())
    cards = _open_cards(request, order, now) if ActionItem in kinds else []
    story = _story(order, kinds, now)
    return {
        "order": order,
        "policy": order.policy,
        "seen": stamp(order),
        "platform_url": order.policy.order_url(order.order_number),
        "clocks": clocks_of(request, order),
        "buyer_zone": order.buyer.zone(order.policy),
        "is_at_risk": is_at_risk(order, now),
        "deadlines": timeline.deadlines(order, now=now),
        **story,
        "people": order_people(request.reader, order, story["talk"], kinds, now=now),
        **(order_at_platform(order, works=works) if PlatformAccount in kinds else {}),
        "items": list(order.items.all()),
        "frozen": frozen_views(order) if Snapshot in kinds else [],
        "parcels": parcels,
        "duty": duty_card(order),
        "reviews": list(order.reviews.all()) if Review in kinds else [],
        "arrival": arrival_words(order, parcels),
        "boleto_form": BoletoForm() if may_have_boleto(order) else None,
        "sources": SOURCES,
        "after_sale": cases_of_order(order) if AfterSaleCase in kinds else [],
        "entries": money_of_order(order) if MoneyEntry in kinds else [],
        "cards": cards,
        "commands": _forms(order, now, cards) if works else [],
        "forbidden": forbidden_commands(order) if works else [],
        "facts": [(kind, COMMANDS[kind]) for kind in FACTS] if works else [],
        "works": works,
        "moods": MOODS,
        "call_form": CallForm(auto_id="call-%s"),
        "now": now,
    }


def _open_cards(request: DeskRequest, order: Order, now: datetime) -> list[Card]:
    open_ids = list(order.actions.filter(state=ActionState.OPEN).values_list("pk", flat=True))
    return list(load_cards(request.reader, open_ids, now=now).values()) if open_ids else []


def _story(order: Order, kinds: Kinds, now: datetime) -> dict[str, Any]:
    """What was and what comes, as lines, as a picture, and what of it needs explaining."""
    milestones = list(order.milestones.all())
    mails = list(order.messages.order_by("-queued_at", "-id")) if Message in kinds else []
    events = list(order.timeline.select_related("private"))
    news = list(order.tracking_events.order_by("-at", "-id")) if TrackingEvent in kinds else []
    disputes = list(order.disputes.order_by("-opened_at", "-id")) if Dispute in kinds else []
    disruptions = disruptions_of(order) if TouchedOrder in kinds else []
    names = timeline.actors(events)
    past = timeline.past(order, events, milestones, names, news)
    future = timeline.future(order, milestones, mails, disputes)
    return {
        "past": past,
        "future": future,
        "picture": draw_order(order, past, future, events=events, disputes=disputes, disruptions=disruptions, now=now),
        "notes": [entry for entry in past if entry.look == EventKind.NOTE and entry.type == "note"],
        "mails": mails,
        "talk": load_conversation(order, mails, kinds, now=now),
        "unsent": list_unsent(order, mails, events, milestones),
        "disputes": disputes,
        "disruptions": disruptions,
        "money": money_lines(order, list(order.items.all()), disputes),
        "parcel": parcel_panel(order, news, events, names, kinds, now=now),
    }


def _forms(order: Order, now: datetime, cards: Sequence[Card]) -> list[dict[str, Any]]:
    """A form for each command, filled in as that of the card which asks for it."""
    suggested = {ACTION_EVENTS[card.item.kind]: suggested_values(card.item) for card in cards if card.form}
    return [
        {
            "command": command,
            "form": form_for(command.type)(
                order=order, now=now, auto_id=f"{command.type}-%s", initial=suggested.get(command.type)
            ),
        }
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
    attempt, moved = None, None
    if data is not None:
        with transaction.atomic():
            order, moved = lock_unmoved(desk_request, order)
            if moved is None:
                attempt = attempt_event(desk_request, order, event_type, form, is_command=is_command)
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
        "extends_at_platform": is_command and asks_platform(order, event_type),
        "moved": moved,
        "seen": stamp(order),
        "clocks": clocks_of(desk_request, order),
        "now": now,
    }
    return render(request, "desk/order/record.html", context, status=_status(attempt, moved))


def lock_unmoved(request: DeskRequest, order: Order) -> tuple[Order, list[timeline.Entry] | None]:
    """The order, held until the transaction ends, and what has happened to it where it is not what the form showed."""
    rows = Order.objects.select_for_update(of=("self",)).select_related("buyer", "store")
    current: Order = rows.get(pk=order.pk)
    if not has_moved(request, current):
        return current, None
    events = events_since(request, current)
    return current, timeline.past(current, events, [], timeline.actors(events))


def _status(attempt: Attempt | None, moved: list[timeline.Entry] | None) -> int:
    if moved is not None:
        return HTTPStatus.CONFLICT
    return attempt.status if attempt else HTTPStatus.OK


@require_POST
@login_required
def add_order_note(request: HttpRequest, pk: int) -> HttpResponse:
    """A line for the team on the order's timeline; buyers and bundles never see it."""
    order = order_of(cast(DeskRequest, request), pk, to_change=True)
    keep_note(request, order.pk, undo=reverse("desk:take_back_order_note", args=[order.pk]), now=timezone.now())
    return redirect(f"{reverse('desk:order', args=[order.pk])}#notes")


@require_POST
@login_required
def undo_order_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the note that was written just now."""
    order = order_of(cast(DeskRequest, request), pk, to_change=True)
    undo_note(request, order.pk, now=timezone.now())
    return redirect(f"{reverse('desk:order', args=[order.pk])}#notes")


def _event_type(kind: str) -> EventType:
    if kind not in COMMANDS:
        raise Http404
    return EventType(kind)


def _tell(request: HttpRequest, order: Order, kind: EventType, attempt: Attempt) -> None:
    if attempt.is_on_its_way:
        messages.success(request, ON_ITS_WAY)
        return
    recorded = _("Recorded: %(what)s") % {"what": COMMANDS[kind]}
    result = told_result(order.pk, kind, now=timezone.now())
    messages.success(request, f"{recorded}. {result}" if result else recorded)
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
