"""Chases: registered with one key, listed, looked after, and closed."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from desk.access import DeskRequest, actor_of, order_of, workable
from desk.forms.chases import AnswerForm, CheckForm, EndForm
from desk.people_words import NOT_AWAITED
from desk.row_ids import read_id
from desk.selectors.chases import STILL, Filters, count_carriers, list_chases
from desk.selectors.team import list_team
from desk.undoing import tell_undoable
from disputes.models import Chase
from disputes.services.chasing import (
    CarrierWord,
    ChaseClosed,
    ChaseEnd,
    NothingToChase,
    close_chase,
    give_chase,
    note_carrier,
    note_check,
    register_chase,
    reopen_chase,
)

ASKED = ("store", "who", "carrier", "asked", "still", "state", "after")


@require_GET
@login_required
def show_chases(request: HttpRequest) -> HttpResponse:
    """The register."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    filters = Filters(*(request.GET.get(name, "") for name in ASKED))
    context = {
        "page": list_chases(desk_request.reader, filters, now=now),
        "carriers": count_carriers(desk_request.reader, filters, now=now),
        "filters": filters,
        "stills": STILL,
        "team": list_team(desk_request.reader),
        "ends": EndForm().fields["end"].choices,  # type: ignore[attr-defined]
        "now": now,
    }
    return render(request, "desk/chases.html", context)


@require_POST
@login_required
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """The buyer of an order asks where it is."""
    desk_request = cast(DeskRequest, request)
    order = order_of(desk_request, pk, to_change=True)
    try:
        chase = register_chase(order.pk, now=timezone.now(), actor=actor_of(desk_request))
    except NothingToChase as error:
        messages.error(request, str(NOT_AWAITED[error.reason]))
        return _back(request, order.pk)
    said = _("Registered: the buyer is told of each move, and somebody looks again tomorrow.")
    if chase.times > 1:
        said = _("Registered again: the buyer has asked %(n)d times.") % {"n": chase.times}
        messages.success(request, said)
    else:
        undo = f"{reverse('desk:chase_deed', args=[chase.pk, 'close'])}?end={ChaseEnd.MISTAKE}"
        tell_undoable(request, said, undo)
    return _back(request, order.pk)


@require_POST
@login_required
def do_chase_deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Somebody looked, asked the carrier, took it over, or closed it."""
    desk_request = cast(DeskRequest, request)
    chase: Chase = workable(Chase.objects.select_related("order"), desk_request, pk=pk)
    try:
        _do(desk_request, chase, deed)
    except ChaseClosed:
        messages.warning(request, _("It is settled already."))
    return _back(request, chase.order_id)


def _do(request: DeskRequest, chase: Chase, deed: str) -> None:
    deeds = {"check": _check, "asked": _ask, "answer": _answer, "give": _give, "close": _close, "reopen": _reopen}
    if deed not in deeds:
        raise BadRequest("no such deed")
    deeds[deed](request, chase)


def _check(request: DeskRequest, chase: Chase) -> None:
    form = CheckForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say when as a day and a time, or leave it empty."))
        return
    try:
        given = form.cleaned_data
        note_check(chase.pk, next_at=given["next_at"], text=given["text"], now=timezone.now(), actor=actor_of(request))
    except ValueError as error:
        if isinstance(error, ChaseClosed):
            raise
        messages.error(request, _("The next check lies in the past: choose a later time."))
    else:
        messages.success(request, _("Noted. It comes up again on its date."))


def _ask(request: DeskRequest, chase: Chase) -> None:
    note_carrier(chase.pk, CarrierWord(), now=timezone.now(), actor=actor_of(request))
    messages.success(request, _("Noted: the carrier was asked."))


def _answer(request: DeskRequest, chase: Chase) -> None:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what the carrier answered."))
        return
    word = CarrierWord(form.cleaned_data["answer"])
    note_carrier(chase.pk, word, now=timezone.now(), actor=actor_of(request))
    messages.success(request, _("The carrier's answer is kept. Tell the buyer."))


def _give(request: DeskRequest, chase: Chase) -> None:
    before = chase.owner_id
    to = read_id(request.POST.get("to", request.GET.get("to", "")))
    try:
        give_chase(chase.pk, to, now=timezone.now(), actor=actor_of(request))
    except LookupError:
        messages.error(request, _("This person does not work in this store, or is away."))
    else:
        undo = f"{reverse('desk:chase_deed', args=[chase.pk, 'give'])}?to={before or ''}"
        tell_undoable(request, _("Somebody else looks after it now.") if to else _("It is nobody's now."), undo)


def _close(request: DeskRequest, chase: Chase) -> None:
    word = request.POST.get("end", request.GET.get("end", ""))
    if word not in set(ChaseEnd):
        raise BadRequest("no such end")
    close_chase(chase.pk, ChaseEnd(word), now=timezone.now(), actor=actor_of(request))
    tell_undoable(
        request,
        _("Settled: the buyer hears no more of each move."),
        reverse("desk:chase_deed", args=[chase.pk, "reopen"]),
    )


def _reopen(request: DeskRequest, chase: Chase) -> None:
    if reopen_chase(chase.pk, now=timezone.now(), actor=actor_of(request)):
        messages.success(request, _("It is open again."))
    else:
        messages.warning(request, _("It cannot be opened again."))


def _back(request: HttpRequest, order_id: int) -> HttpResponse:
    """Where it was pressed: the register, the inbox, or the order."""
    to = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect(to)
    return redirect(f"{reverse('desk:order', args=[order_id])}#buyer")
