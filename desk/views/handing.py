"""Who has what there is to do, and what is put aside: of one card in place, of several at once, and taken back."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from desk import handing
from desk.access import DeskRequest, workable
from desk.forms.handing import REASONS, AssignForm, SnoozeForm
from desk.row_ids import read_id
from desk.selectors.cards import Deed, load_cards
from desk.selectors.team import list_team
from desk.undoing import tell_undoable
from disputes.models import ActionItem, ActionState
from disputes.services.handing import ANYBODY, latest_snooze

MOST = 200  # items at once: each is a transaction of its own


@require_http_methods(["GET", "POST"])
@login_required
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it to somebody; asked for, the list of those who work there."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    item = _item(desk_request, pk)
    team = list_team(desk_request.reader, [item.order.store_id])
    form = AssignForm(request.POST if request.method == "POST" else None, team=team)
    if request.method == "GET" or not form.is_valid():
        return _ask(desk_request, item, {"form": form})
    had = request.POST.get("had", "any")
    outcome = handing.give(desk_request, [item], form.user_id(), now=now, had=_user_id(had))
    to = next((user for user in team if user.pk == form.user_id()), None)
    return _answer(desk_request, item, outcome, handing.given_words(outcome, to, desk_request.user))


@require_http_methods(["GET", "POST"])
@login_required
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it aside until a moment, with the reason; asked for, the moments that its date allows."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    item = _item(desk_request, pk)
    latest = latest_snooze(item, item.order.policy)
    given = request.POST if request.method == "POST" else None
    form = SnoozeForm(given, now=now, zone=desk_request.reader.zone, latest=latest)
    if request.method == "GET" or not form.is_valid():
        return _ask(desk_request, item, {"form": form, "latest": latest, "is_late": latest <= now, "reasons": REASONS})
    outcome = handing.put_aside(desk_request, [item], form, now=now)
    return _answer(desk_request, item, outcome, handing.aside_words(outcome, form))


@require_POST
@login_required
def wake(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring it back before its time."""
    desk_request = cast(DeskRequest, request)
    item = _item(desk_request, pk)
    outcome = handing.wake(desk_request, [item], now=timezone.now())
    return _answer(desk_request, item, outcome, handing.woken_words(outcome, item.snooze_reason))


@require_POST
@login_required
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was done with one item or several."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    pairs = [pair.partition(":") for pair in request.GET.get("items", "").split(",")[:MOST]]
    before = {_id(pk): had for pk, _colon, had in pairs}
    items = handing.workable_items(desk_request, [*before])
    try:
        outcome = handing.undo(desk_request, request.GET.get("deed", ""), items, before, now=now)
    except (KeyError, ValueError) as error:
        raise BadRequest("no such deed") from error
    if len(items) == 1:
        return _answer(desk_request, items[0], outcome, (_("Taken back."), ""))
    _tell(request, outcome, (handing.undone_words(outcome), ""))
    return _back(request)


@require_POST
@login_required
def hand_many(request: HttpRequest) -> HttpResponse:
    """Give, put aside or finish the chosen cards."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    items = handing.workable_items(desk_request, [_id(pk) for pk in request.POST.getlist("items")[:MOST]])
    match request.POST.get("deed", ""):
        case "assign":
            _assign_many(desk_request, items)
        case "snooze":
            form = SnoozeForm(request.POST, now=now, zone=desk_request.reader.zone, latest=None)
            if form.is_valid():
                outcome = handing.put_aside(desk_request, items, form, now=now)
                _tell(request, outcome, handing.aside_words(outcome, form))
            else:
                messages.error(request, _("Say until when, and why."))
        case "done":
            outcome = handing.finish(desk_request, items, now=now)
            _tell(request, outcome, handing.done_words(outcome))
        case _:
            raise BadRequest("no such deed")
    return _back(request)


def _assign_many(request: DeskRequest, items: list[ActionItem]) -> None:
    team = list_team(request.reader)
    form = AssignForm(request.POST, team=team)
    if not form.is_valid():
        messages.error(request, _("Nobody of that name works here."))
        return
    outcome = handing.give(request, items, form.user_id(), now=timezone.now())
    to = next((user for user in team if user.pk == form.user_id()), None)
    _tell(request, outcome, handing.given_words(outcome, to, request.user))


def _item(request: DeskRequest, pk: int) -> ActionItem:
    item: ActionItem = workable(ActionItem.objects.select_related("order__store", "assignee"), request, pk=pk)
    return item


def _ask(request: DeskRequest, item: ActionItem, context: dict[str, Any]) -> HttpResponse:
    """The form: in a dialog where the page has one, else a page."""
    name = "snooze" if "latest" in context else "assign"
    context |= {"item": item, "order": item.order, "next": request.POST.get("next", request.GET.get("next", ""))}
    template = f"desk/today/{name}.html" if request.htmx else f"desk/today/{name}_page.html"
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def _answer(request: DeskRequest, item: ActionItem, outcome: handing.Outcome, said: tuple[str, str]) -> HttpResponse:
    """The card as it is now, where it was pressed; else the page that it was pressed on, with a word."""
    is_on_order = request.POST.get("next") == "order"
    if not request.htmx or is_on_order:
        _tell(request, outcome, said)
        return redirect("desk:order", item.order_id) if is_on_order else _back(request)
    now = timezone.now()
    card = load_cards(request.reader, [item.pk], now=now)[item.pk]
    words, address = said if outcome.changed else (handing.nothing_words(outcome), "")
    card.deed = Deed(words, address)
    is_in_sight = card.item.state == ActionState.OPEN and not card.item.is_snoozed(now)
    name = "desk/today/cards.html" if is_in_sight else "desk/today/gone.html"
    answer = render(request, name, {"card": card, "cards": [card], "now": now})
    # A dialog's form stands elsewhere than its card.
    answer["HX-Retarget"], answer["HX-Reswap"], answer["HX-Trigger"] = f"#action-{item.pk}", "outerHTML", "handed"
    return answer


def _tell(request: HttpRequest, outcome: handing.Outcome, said: tuple[str, str]) -> None:
    words, address = said
    if not outcome.changed:
        messages.warning(request, handing.nothing_words(outcome))
        return
    text = f"{words} {outcome.remarks()}".strip()
    if address:
        tell_undoable(request, text, address)
    else:
        messages.success(request, text)


def _back(request: HttpRequest) -> HttpResponse:
    to = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect(to)
    return redirect("desk:today")


def _id(text: str) -> int:
    """An item's id. Raises BadRequest for what is none."""
    found = read_id(text)
    if found is None:
        raise BadRequest("no such item")
    return found


def _user_id(text: str) -> int | None:
    return None if text == "" else read_id(text) or ANYBODY
