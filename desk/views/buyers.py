"""The buyer as a person: his card with all his orders, his agent, how he feels, and the calls with him."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from desk.access import DeskRequest, actor_of, clocks_of, order_of, readable, workable
from desk.forms.calls import CallForm
from desk.people_words import MOODS
from desk.row_ids import read_id
from desk.selectors.order_people import calls_of, load_keeping, orders_of
from desk.selectors.team import list_team
from desk.undoing import tell_undoable
from disputes.services.agents import keep_with
from disputes.services.calling import UnusableCall, is_outside_hours, log_call
from disputes.services.moods import set_mood
from orders.models import Buyer, Order
from orders.moods import Mood
from orders.services.buyers import NotAtWork


@never_cache
@require_GET
@login_required
def show_buyer(request: HttpRequest, pk: int) -> HttpResponse:
    """The card of a buyer of the reader's stores."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    buyer: Buyer = readable(Buyer.objects.select_related("store"), desk_request, pk=pk)
    rows = orders_of(buyer)
    context = {
        "buyer": buyer,
        "rows": rows,
        "calls": calls_of(rows),
        "keeping": load_keeping(buyer, now=now),
        "works": desk_request.reader.works_in(buyer.store_id),
        "team": list_team(desk_request.reader, [buyer.store_id]),
        "zone": buyer.zone(buyer.store.current_policy),
        "now": now,
    }
    return render(request, "desk/buyer.html", context)


@require_POST
@login_required
def keep_agent(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the buyer his own agent, or none."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    buyer: Buyer = workable(Buyer.objects.filter(erased_at=None), desk_request, pk=pk)
    user_id = read_id(request.POST.get("agent", request.GET.get("agent", "")))
    try:
        before = keep_with(buyer.pk, user_id, now=now, actor=actor_of(desk_request))
    except NotAtWork:
        messages.error(request, _("This person does not work in the buyer's store."))
        return _back(request, buyer)
    undo = f"{reverse('desk:keep_agent', args=[buyer.pk])}?agent={before or ''}&order={_order_id(request) or ''}"
    said = (
        _("Kept: what comes up about this buyer goes there first.") if user_id else _("The buyer is nobody's own now.")
    )
    tell_undoable(request, said, undo)
    return _back(request, buyer)


def _order_id(request: HttpRequest) -> int | None:
    return read_id(request.POST.get("order", request.GET.get("order", "")))


def _back(request: HttpRequest, buyer: Buyer) -> HttpResponse:
    """To the order on whose page it was pressed, else to the buyer's card."""
    pk = _order_id(request)
    if pk and Order.objects.filter(pk=pk, store=buyer.store_id).exists():
        return redirect(f"{reverse('desk:order', args=[pk])}#buyer")
    return redirect("desk:buyer", buyer.pk)


@require_POST
@login_required
def set_order_mood(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how the buyer of an order feels."""
    desk_request = cast(DeskRequest, request)
    order = order_of(desk_request, pk, to_change=True)
    word = request.POST.get("mood", request.GET.get("mood", ""))
    if word not in Mood.values:
        raise Http404
    before = set_mood(order.pk, Mood(word), now=timezone.now(), actor=actor_of(desk_request))
    if before != word:
        said = _("The buyer is marked as %(mood)s.") % {"mood": MOODS[word]}
        tell_undoable(request, said, f"{reverse('desk:mood', args=[order.pk])}?mood={before.value}")
    return redirect(f"{reverse('desk:order', args=[order.pk])}#buyer")


@require_http_methods(["GET", "POST"])
@login_required
def add_call(request: HttpRequest, pk: int) -> HttpResponse:
    """Note a call with the buyer of an order."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    order = order_of(desk_request, pk, to_change=True)
    form = CallForm(request.POST if request.method == "POST" else None, auto_id="call-%s")
    if request.method == "POST" and form.is_valid():
        try:
            call = log_call(order.pk, form.note(now), now=now, actor=actor_of(desk_request))
        except UnusableCall as error:
            form.add_problem(error.problem)
        else:
            messages.success(request, _("The call is noted."))
            if call.is_outside_hours:
                messages.warning(request, _("It was outside the buyer's contact hours (C)."))
            return redirect(f"{reverse('desk:order', args=[order.pk])}#calls")
    return render(request, "desk/order/call.html", _call_context(desk_request, order, form, now), status=_status(form))


def _call_context(request: DeskRequest, order: Order, form: CallForm, now: datetime) -> dict[str, Any]:
    return {
        "order": order,
        "policy": order.policy,
        "clocks": clocks_of(request, order),
        "form": form,
        "is_open_hour": not is_outside_hours(order, now),
        "now": now,
    }


def _status(form: CallForm) -> int:
    return 422 if form.errors else 200
