"""The second line: something is given to it with a reason, taken from its queue, or given back; who is away."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from desk.access import DeskRequest, actor_of, doer_of, workable
from desk.forms.escalations import REASONS, AwayForm, EscalationForm, LineForm
from desk.selectors.escalations import list_specialists, load_queue
from desk.selectors.team import list_team
from desk.undoing import tell_undoable, undo_address
from desk.views.handing import MOST
from disputes.models import ActionItem, AfterSaleCase, Dispute, Escalation
from disputes.services.escalating import (
    Matter,
    NoSpecialist,
    NotEscalable,
    escalate,
    give_back,
    matter_of_case,
    matter_of_dispute,
    matter_of_item,
    take_escalation,
)
from disputes.services.handing import free_actions
from orders.models import Membership, Order
from orders.roles import Role, Tier
from orders.services.people import set_away, set_tier


@require_GET
@login_required
def show_escalated(request: HttpRequest) -> HttpResponse:
    """The queue of the specialists."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    asked = {name: request.GET.get(name, "") for name in ("store", "who", "after")}
    context = {
        "queue": load_queue(desk_request.reader, **asked, now=now),
        "filters": asked,
        "team": list_team(desk_request.reader),
        "now": now,
    }
    return render(request, "desk/escalated.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def escalate_item(request: HttpRequest, pk: int) -> HttpResponse:
    """A card goes to the specialists; asked for, the form."""
    item: ActionItem = workable(ActionItem.objects.select_related("order__store"), cast(DeskRequest, request), pk=pk)
    return _escalate(cast(DeskRequest, request), item.order, matter_of_item(item), str(item.get_kind_display()))


@require_http_methods(["GET", "POST"])
@login_required
def escalate_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """A dispute goes to the specialists."""
    row: Dispute = workable(Dispute.objects.select_related("order__store"), cast(DeskRequest, request), pk=pk)
    return _escalate(cast(DeskRequest, request), row.order, matter_of_dispute(row), _("Dispute"))


@require_http_methods(["GET", "POST"])
@login_required
def escalate_case(request: HttpRequest, pk: int) -> HttpResponse:
    """An after-sale case goes to the specialists."""
    row: AfterSaleCase = workable(
        AfterSaleCase.objects.select_related("order__store"), cast(DeskRequest, request), pk=pk
    )
    return _escalate(cast(DeskRequest, request), row.order, matter_of_case(row), _("After-sale case"))


def _escalate(request: DeskRequest, order: Order, matter: Matter, what: str) -> HttpResponse:
    now = timezone.now()
    specialists = list_specialists(order.store_id, now=now)
    form = EscalationForm(request.POST if request.method == "POST" else None, specialists=specialists)
    if request.method == "POST" and form.is_valid():
        try:
            row = escalate(
                matter, reason=form.cleaned_data["reason"], to=form.user_id(), now=now, actor=actor_of(request)
            )
        except NotEscalable:
            messages.warning(request, _("It is with the specialists already, or done."))
        except NoSpecialist:
            messages.error(request, _("This person is no specialist at work here any more: try again."))
        else:
            undo = reverse("desk:escalation_deed", args=[row.pk, "return"])
            tell_undoable(request, _("Given to the specialists."), undo)
        return redirect("desk:order", order.pk)
    context: dict[str, Any] = {"form": form, "order": order, "what": what, "reasons": REASONS, "address": request.path}
    name = "desk/escalated/form.html" if request.htmx else "desk/escalated/page.html"
    return render(request, name, context, status=422 if form.errors else 200)


@require_POST
@login_required
def do_escalation_deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Take it, or give it back to whoever escalated it."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    row: Escalation = workable(Escalation.objects.all(), desk_request, pk=pk)
    match deed:
        case "take":
            done = take_escalation(row.pk, now=now, actor=actor_of(desk_request))
            said = _("You have it now.")
        case "return":
            done = give_back(row.pk, now=now, actor=actor_of(desk_request))
            said = _("Given back to whoever had it before.")
        case _:
            raise BadRequest("no such deed")
    if done:
        messages.success(request, said)
    else:
        messages.warning(request, _("Nothing changed: somebody else was quicker."))
    return redirect("desk:escalated")


# --- who stands where, and who is away --------------------------------------------------------------------------------
@require_POST
@login_required
def set_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Which line a member of one of the reader's own stores stands in."""
    member, form = _member(cast(DeskRequest, request), pk), LineForm(request.POST)
    if form.is_valid():
        set_tier(member, Tier(form.cleaned_data["tier"]), doer_of(request), now=timezone.now())
        messages.success(request, _("Saved."))
    return redirect(f"{reverse('desk:people')}?store={member.store.slug}")


@require_POST
@login_required
def set_absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Until when a member is away: said by himself, or by an owner of the store."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    own = [store.pk for store in desk_request.reader.own_stores]
    member = Membership.objects.select_related("store", "user").filter(pk=pk).first()
    if member is None or (member.user_id != request.user.pk and member.store_id not in own):
        raise Http404
    form = AwayForm(request.POST)
    if form.is_valid():
        until = form.cleaned_data["away_until"]
        is_away = until is not None and until > now
        set_away(member, until if is_away else None, now=now)
        if is_away and form.cleaned_data["is_freed"] and member.role != Role.VIEWER:
            _free_items(desk_request, member, now=now)
        else:
            messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Say until when as a day and a time, or leave it empty."))
    if member.user_id == request.user.pk and request.POST.get("next") != "people":
        return redirect("desk:preferences")
    return redirect(f"{reverse('desk:people')}?store={member.store.slug}")


def _free_items(request: DeskRequest, member: Membership, *, now: datetime) -> None:
    """Give his open items to nobody; his cases, reviews and chases stay his: he is back."""
    freed = free_actions(member.store, member.user_id, now=now, actor=actor_of(request))
    if not freed:
        messages.success(request, _("Saved. Nothing was open with this person."))
        return
    n = len(freed)
    text = ngettext("Saved: %(n)d thing is nobody's now.", "Saved: %(n)d things are nobody's now.", n) % {"n": n}
    if n > MOST or not request.reader.works_in(member.store_id):
        messages.success(request, text)
    else:
        tell_undoable(request, text, undo_address("give_back", dict.fromkeys(freed, member.user_id), to=""))


def _member(request: DeskRequest, pk: int) -> Membership:
    own = [store.pk for store in request.reader.own_stores]
    member = Membership.objects.select_related("store", "user").filter(pk=pk, store__in=own).first()
    if member is None:
        raise Http404
    return member
