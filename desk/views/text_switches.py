"""For which purposes a store writes, and in which languages: the owner's to say."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from desk.access import DeskRequest, doer_of, own_store
from desk.text_words import PURPOSE_CAUSES, WRITTEN_BY
from desk.undoing import tell_undoable
from desk.words import LANGUAGES, PURPOSES
from messaging.services.switching import (
    IncompletePurpose,
    count_on_their_way,
    off_purposes,
    switch_off,
    switch_on,
    write_in,
)
from messaging.vocabulary import TEXT_PURPOSES, Language, Purpose
from orders.models import Milestone, Store
from orders.models.milestones import MilestoneState

MOST_COUNTED = 1000


@require_http_methods(["GET", "POST"])
@login_required
def switch_purpose_off(request: HttpRequest, slug: str, purpose: str) -> HttpResponse:
    """What buyers would not be told any more is said first; then it is done."""
    store, what = own_store(cast(DeskRequest, request), slug), _purpose(purpose)
    if request.method == "GET":
        context = {"store": store, "purpose": what, "is_off": what in off_purposes(store)}
        return render(request, "desk/texts/switch.html", context | _consequences(store, what))
    switch_off(store, what, now=timezone.now(), doer=doer_of(request))
    undo = reverse("desk:purpose_on", args=[store.slug, what])
    tell_undoable(request, _("Switched off: %(what)s.") % {"what": PURPOSES[what]}, undo)
    return _to_matrix(store)


@require_POST
@login_required
def switch_purpose_on(request: HttpRequest, slug: str, purpose: str) -> HttpResponse:
    """Only with all its texts: what is missing is listed, to be written first (M2)."""
    store, what = own_store(cast(DeskRequest, request), slug), _purpose(purpose)
    try:
        switch_on(store, what, now=timezone.now(), doer=doer_of(request))
    except IncompletePurpose as error:
        context = {"store": store, "purpose": what, "is_off": True, "gaps": error.gaps}
        return render(request, "desk/texts/switch.html", context, status=422)
    messages.success(request, _("Switched on: %(what)s.") % {"what": PURPOSES[what]})
    return _to_matrix(store)


def _purpose(code: str) -> Purpose:
    if code not in TEXT_PURPOSES:
        raise Http404
    return Purpose(code)


def _consequences(store: Store, purpose: Purpose) -> dict[str, Any]:
    """What would have been written: the cause, the dates that wait, and what is on its way."""
    kind = WRITTEN_BY.get(purpose)
    dates = Milestone.objects.filter(order__store=store, kind=kind, state=MilestoneState.PENDING)
    return {
        "cause": PURPOSE_CAUSES[purpose],
        "kind": kind,
        "dates": dates.order_by()[:MOST_COUNTED].count() if kind else 0,
        "on_their_way": count_on_their_way(store, purpose, most=MOST_COUNTED),
        "most": MOST_COUNTED,
    }


@require_POST
@login_required
def choose_languages(request: HttpRequest, slug: str) -> HttpResponse:
    """The languages that the store writes: only in these it misses a text."""
    store = own_store(cast(DeskRequest, request), slug)
    wanted = [Language(code) for code in request.POST.getlist("language") if code in set(Language)]
    now = write_in(store, wanted, now=timezone.now(), doer=doer_of(request))
    names = ", ".join(str(LANGUAGES[language]) for language in now)
    messages.success(request, _("Texts are kept in: %(names)s.") % {"names": names})
    return _to_matrix(store)


def _to_matrix(store: Store) -> HttpResponse:
    return redirect(f"{reverse('desk:texts')}?store={store.slug}")
