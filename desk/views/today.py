"""Today: what the team has to do, done in place."""

from datetime import datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from desk.access import DeskRequest, Reader, clocks_of, workable
from desk.doing import ACTION_EVENTS, Attempt, do_action
from desk.done_words import told_result
from desk.forms.handing import NAMES, REASONS, Until
from desk.platform_words import ON_ITS_WAY
from desk.selectors.alarms import find_alarms
from desk.selectors.cards import Deed, load_cards
from desk.selectors.shift import look_ahead
from desk.selectors.team import list_team
from desk.selectors.today import ORDERS, Filters, list_sections
from desk.undoing import tell_undoable, undo_address
from desk.views.shift import back_at
from disputes.models import ActionItem, ActionKind
from orders.models import Order


@require_GET
@login_required
def show_today(request: HttpRequest) -> HttpResponse:
    """The list, by urgency; before the first order, what to do first."""
    reader = cast(DeskRequest, request).reader
    now = timezone.now()
    filters = Filters(*(request.GET.get(name, "") for name in ("store", "kind", "who", "by", "when", "after")))
    sections = list_sections(reader, filters, now=now)
    if cast(DeskRequest, request).htmx and filters.after:
        section = next(iter(sections), None)
        shown = section.cards if section else []
        return render(request, "desk/today/cards.html", {"section": section, "cards": shown, "now": now})
    context = {
        "sections": sections,
        "filters": filters,
        "kinds": ActionKind.choices,
        "orders": ORDERS,
        "team": list_team(reader),
        "moments": [(name, words) for name, words in NAMES.items() if name != Until.OWN],
        "reasons": REASONS,
        "outlook": look_ahead(reader, filters, now=now, back_at=back_at(cast(DeskRequest, request), now)),
        "alarms": find_alarms(reader, now=now),
        "has_orders": bool(sections) or _has_orders(reader, filters),
        "now": now,
    }
    return render(request, "desk/today.html", context)


def _has_orders(reader: Reader, filters: Filters) -> bool:
    """Whether any order came yet, into the store that is looked at."""
    stores = [store.pk for store in reader.stores if filters.store in ("", store.slug)]
    return bool(Order.objects.filter(store__in=stores).exists())


def _said(request: DeskRequest, item: ActionItem, attempt: Attempt, now: datetime) -> str:
    """What came of pressing it; of a command with the new date or amount, and what comes next."""
    if attempt.is_on_its_way:
        return str(ON_ITS_WAY)
    done = _("Done: %(what)s") % {"what": item.get_kind_display()}
    if not attempt.is_done or request.POST.get("do") != "event":
        return done
    result = told_result(item.order_id, ACTION_EVENTS.get(item.kind), now=now)
    return f"{done}. {result}" if result else done


@require_POST
@login_required
def finish_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what a card asks for; pressed in place it answers with the card, else with a page."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    item = workable(ActionItem.objects.select_related("order__store", "order__buyer"), desk_request, pk=pk)
    attempt = do_action(desk_request, item, now=now)
    card = load_cards(desk_request.reader, [pk], now=now)[pk]
    card.attempt, card.form = attempt, attempt.form or card.form
    context = {"card": card, "cards": [card], "now": now}
    is_on_order = request.POST.get("next") == "order"
    said = _said(desk_request, item, attempt, now)
    undo = undo_address("reopen", {pk: ""}) if request.POST.get("do") == "done" else ""
    if desk_request.htmx and not is_on_order:
        card.deed = Deed(said, undo) if attempt.is_done else None
        is_gone = attempt.is_done and not attempt.is_on_its_way
        name = "desk/today/gone.html" if is_gone else "desk/today/cards.html"
        return render(request, name, context, status=attempt.status)
    if not attempt.is_done:
        context["clocks"] = clocks_of(desk_request, item.order)
        return render(request, "desk/today/one.html", context, status=attempt.status)
    if undo:
        tell_undoable(request, said, undo)
    else:
        messages.success(request, said)
    return redirect("desk:order", item.order_id) if is_on_order else redirect("desk:today")
