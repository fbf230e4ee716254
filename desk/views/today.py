"""Today: what the team has to do, done in place."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from desk.access import DeskRequest, clocks_of, workable
from desk.doing import do_action
from desk.selectors.alarms import find_alarms
from desk.selectors.today import Filters, list_sections, load_cards, look_ahead
from disputes.models import ActionItem, ActionKind
from orders.models import Order


@require_GET
@login_required
def show_today(request: HttpRequest) -> HttpResponse:
    """The list, by urgency; before the first order, what to do first."""
    reader = cast(DeskRequest, request).reader
    now = timezone.now()
    filters = Filters(*(request.GET.get(name, "") for name in ("store", "kind", "when", "after")))
    sections = list_sections(reader, filters, now=now)
    context = {
        "sections": sections,
        "filters": filters,
        "kinds": ActionKind.choices,
        "outlook": look_ahead(reader, now=now),
        "alarms": find_alarms(reader, now=now),
        "has_orders": bool(sections) or Order.objects.for_member(reader.user).exists(),
        "now": now,
    }
    return render(request, "desk/today.html", context)


@require_POST
@login_required
def finish_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Do what a card asks for; pressed in place it answers with the card, else with a page."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    item = workable(ActionItem.objects.select_related("order__store", "order__buyer"), desk_request, pk=pk)
    attempt = do_action(desk_request, item, now=now)
    card = load_cards(desk_request.reader, [pk], now=now)[pk]
    card.attempt, card.form = attempt, attempt.form or card.form
    context = {"card": card, "now": now}
    is_on_order = request.POST.get("next") == "order"
    if desk_request.htmx and not is_on_order:
        name = "desk/today/done.html" if attempt.is_done else "desk/today/card.html"
        return render(request, name, context, status=attempt.status)
    if not attempt.is_done:
        context["clocks"] = clocks_of(desk_request, item.order)
        return render(request, "desk/today/one.html", context, status=attempt.status)
    messages.success(request, _("Done: %(what)s") % {"what": item.get_kind_display()})
    return redirect("desk:order", item.order_id) if is_on_order else redirect("desk:today")
