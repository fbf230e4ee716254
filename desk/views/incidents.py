"""Incidents: opened, worded, approved, told to every buyer, compensated, and closed."""

from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from desk.access import DeskRequest, actor_of, readable, workable
from desk.forms.incidents import FindForm, IncidentForm, WordingForm
from desk.selectors.incidents import list_incidents, list_languages, list_orders, may_approve, runs_of
from desk.selectors.team import list_team
from desk.undoing import tell_undoable
from desk.waking import wake_a_worker
from disputes.bulk import MOST_ORDERS, start_runs
from disputes.models import BulkKind, Incident, IncidentOrder, IncidentWording
from disputes.services.incident_orders import (
    Added,
    Progress,
    add_orders,
    exclude_order,
    note_contacted,
    progress_of,
    take_back,
    unpaid_orders,
    waiting_orders,
)
from disputes.services.incidents import (
    IncidentClosed,
    NotAllReached,
    NotDeciding,
    OwnWording,
    UnusableIncident,
    UnusableWording,
    WordingChanged,
    approve_wording,
    change_incident,
    close_incident,
    open_incident,
    reopen_incident,
    tell_platform,
    write_wording,
)
from disputes.tasks import run_bulk
from messaging.vocabulary import Language
from orders.models import Store

RELATED = ("store", "operations_lead", "customer_lead", "decision_maker", "opened_by", "closed_by")


@require_http_methods(["GET", "POST"])
@login_required
def show_incidents(request: HttpRequest) -> HttpResponse:
    """The list, and the form of a new one."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    store = _store(desk_request)
    form = None
    if store is not None:
        team = list_team(desk_request.reader, [store.pk])
        form = IncidentForm(request.POST if request.method == "POST" else None, team=team)
        if request.method == "POST" and form.is_valid() and (made := _open(desk_request, store, form, now)):
            messages.success(request, _("Opened. Say next which orders it touches."))
            return redirect("desk:incident", made.pk)
    context = {
        "rows": list_incidents(desk_request.reader),
        "form": form,
        "store": store,
        "is_open": request.method == "POST" or "new" in request.GET,
        "now": now,
    }
    return render(request, "desk/incidents.html", context, status=422 if form and form.errors else 200)


def _store(request: DeskRequest) -> Store | None:
    """The store of a new incident: the one that is named, else the reader's first."""
    slug = request.POST.get("store", request.GET.get("store", ""))
    stores = request.reader.work_stores
    return next((store for store in stores if store.slug == slug), next(iter(stores), None))


def _open(request: DeskRequest, store: Store, form: IncidentForm, now: datetime) -> Incident | None:
    try:
        return open_incident(store, form.draft(), now=now, actor=actor_of(request))
    except UnusableIncident as error:
        form.add_error(error.field, _("This cannot be: check it."))
    return None


@require_GET
@login_required
def show_incident(request: HttpRequest, pk: int) -> HttpResponse:
    """One incident: who leads, the wording, how far it is, and its orders."""
    desk_request = cast(DeskRequest, request)
    incident: Incident = readable(Incident.objects.select_related(*RELATED), desk_request, pk=pk)
    if desk_request.htmx and request.GET.get("part") == "progress":
        context = _progress(incident)
        if not context["runs"]:
            return HttpResponseClientRefresh()  # what may be pressed has changed, too
        return render(request, "desk/incidents/progress.html", context)
    return _page(desk_request, incident)


def _progress(incident: Incident) -> dict[str, Any]:
    progress = progress_of([incident]).get(incident.pk, Progress())
    return {"incident": incident, "progress": progress, "runs": runs_of(incident)}


def _page(request: DeskRequest, incident: Incident, **forms: Any) -> HttpResponse:
    reader, show = request.reader, request.GET.get("show", "")
    works = reader.works_in(incident.store_id)
    team = list_team(reader, [incident.store_id])
    owns = incident.store in reader.own_stores
    languages = list_languages(incident)
    initial = {
        "name": incident.name, "cause": incident.cause, "story": incident.story,
        "operations_lead": incident.operations_lead_id, "customer_lead": incident.customer_lead_id,
        "decision_maker": incident.decision_maker_id, "compensation": incident.compensation,
    }  # fmt: skip
    first = next((row.code for row in languages if row.wording is None), Language.EN)
    context = {
        **_progress(incident),
        "works": works and incident.is_open,
        "may_reopen": works and not incident.is_open,
        "languages": languages,
        "approvable": {
            row.wording.pk
            for row in languages
            if row.wording and may_approve(incident, row.wording, request.user, owns=owns, team=team)
        },
        "page": list_orders(incident, show=show, after=request.GET.get("after", "")),
        "show": show,
        "form": IncidentForm(team=team, initial=initial, auto_id="incident-%s"),
        "wording": WordingForm(initial={"language": first}, auto_id="wording-%s"),
        "find": FindForm(auto_id="find-%s"),
        "now": timezone.now(),
        **forms,
    }
    has_errors = any(form.errors for form in forms.values())
    return render(request, "desk/incident.html", context, status=422 if has_errors else 200)


@require_POST
@login_required
def do_incident_deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Change it, word it, find its orders, tell and compensate the buyers, tell the platform, close it."""
    desk_request = cast(DeskRequest, request)
    incident: Incident = workable(Incident.objects.select_related(*RELATED), desk_request, pk=pk)
    deeds = {
        "change": _change, "word": _word, "find": _find, "contact": _contact, "compensate": _compensate,
        "platform": _tell_platform, "close": _close, "reopen": _reopen,
    }  # fmt: skip
    if deed not in deeds:
        raise BadRequest("no such deed")
    try:
        answer = deeds[deed](desk_request, incident)
    except IncidentClosed:
        messages.error(request, _("The incident is closed: open it again first."))
        answer = None
    return answer or redirect("desk:incident", incident.pk)


def _change(request: DeskRequest, incident: Incident) -> HttpResponse | None:
    form = IncidentForm(request.POST, team=list_team(request.reader, [incident.store_id]), auto_id="incident-%s")
    if form.is_valid():
        try:
            change_incident(incident.pk, form.draft())
        except UnusableIncident as error:
            form.add_error(error.field, _("This cannot be: check it."))
        else:
            messages.success(request, _("Saved."))
            return None
    return _page(request, incident, form=form)


def _word(request: DeskRequest, incident: Incident) -> HttpResponse | None:
    form = WordingForm(request.POST, auto_id="wording-%s")
    if form.is_valid():
        said = form.cleaned_data
        try:
            write_wording(
                incident.pk,
                Language(said["language"]),
                subject=said["subject"],
                body=said["body"],
                now=timezone.now(),
                actor=actor_of(request),
            )
        except UnusableWording as error:
            for problem in error.problems:
                form.add_error("body", problem)
        else:
            messages.success(request, _("Kept. A second person approves it before anything leaves."))
            return None
    return _page(request, incident, wording=form)


def _find(request: DeskRequest, incident: Incident) -> HttpResponse | None:
    form = FindForm(request.POST, auto_id="find-%s")
    if not form.is_valid():
        return _page(request, incident, find=form)
    _tell_added(request, add_orders(incident.pk, form.criteria(), now=timezone.now()))
    return None


def _tell_added(request: HttpRequest, added: Added) -> None:
    said = ngettext("%(n)d order added.", "%(n)d orders added.", added.new) % {"n": added.new}
    known = ngettext("%(n)d was in it already.", "%(n)d were in it already.", added.known) % {"n": added.known}
    messages.success(request, f"{said} {known}" if added.known else said)
    if added.unknown:
        numbers = ", ".join(added.unknown[:20])
        messages.warning(request, _("The store has no such orders: %(numbers)s") % {"numbers": numbers})
    if added.is_cut:
        messages.warning(request, _("There are more: narrow it down, and add the rest."))


def _contact(request: DeskRequest, incident: Incident) -> HttpResponse | None:
    return _run(request, incident, BulkKind.INCIDENT)


def _compensate(request: DeskRequest, incident: Incident) -> HttpResponse | None:
    return _run(request, incident, BulkKind.COMPENSATE)


def _run(request: DeskRequest, incident: Incident, kind: BulkKind) -> HttpResponse | None:
    """Hand the orders to workers, so many at a time as a run takes."""
    if not incident.is_open:
        raise IncidentClosed
    if runs_of(incident):
        messages.warning(request, _("Workers are at it: wait until they are through."))
        return None
    orders = waiting_orders(incident) if kind is BulkKind.INCIDENT else unpaid_orders(incident)
    found = list(orders.select_related("store"))
    params = {"incident": incident.pk}
    for start in range(0, len(found), MOST_ORDERS):
        part = found[start : start + MOST_ORDERS]
        for run in start_runs(request.user, kind, params, part, token=uuid4(), now=timezone.now()):
            wake_a_worker(run_bulk, run.pk)
    if found:
        messages.success(request, _("Begun. You may leave this page; the work goes on."))
    else:
        messages.warning(request, _("There is nobody left for this."))
    return None


def _tell_platform(request: DeskRequest, incident: Incident) -> HttpResponse | None:
    is_told = request.POST.get("told") == "yes"
    tell_platform(incident.pk, request.POST.get("note", ""), at=timezone.now() if is_told else None)
    messages.success(request, _("Noted."))
    return None


def _close(request: DeskRequest, incident: Incident) -> HttpResponse | None:
    try:
        close_incident(incident.pk, now=timezone.now(), actor=actor_of(request))
    except NotAllReached as error:
        said = ngettext(
            "%(n)d buyer was neither reached nor left out: it stays open until then.",
            "%(n)d buyers were neither reached nor left out: it stays open until then.",
            error.count,
        )
        messages.error(request, said % {"n": error.count})
    else:
        undo = reverse("desk:incident_deed", args=[incident.pk, "reopen"])
        tell_undoable(request, _("Closed: every buyer was reached or left out for a reason."), undo)
    return None


def _reopen(request: DeskRequest, incident: Incident) -> HttpResponse | None:
    if reopen_incident(incident.pk):
        messages.success(request, _("It is open again."))
    return None


@require_POST
@login_required
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person approves a wording."""
    desk_request = cast(DeskRequest, request)
    wording: IncidentWording = workable(IncidentWording.objects.all(), desk_request, pk=pk)
    try:
        seen, now = request.POST.get("seen", ""), timezone.now()
        if approve_wording(wording.pk, seen=seen, now=now, actor=actor_of(desk_request)):
            messages.success(request, _("Approved: it may leave."))
    except WordingChanged:
        messages.error(request, _("The wording was changed meanwhile: read it again."))
    except OwnWording:
        messages.error(request, _("You wrote it: a second person reads and approves it."))
    except NotDeciding:
        messages.error(request, _("Who decides approves it, or an owner of the store."))
    except IncidentClosed:
        messages.error(request, _("The incident is closed: open it again first."))
    return redirect("desk:incident", wording.incident_id)


@require_POST
@login_required
def do_order_deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """A buyer was reached otherwise, is left out, or neither after all."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    row: IncidentOrder = workable(IncidentOrder.objects.all(), desk_request, pk=pk)
    actor, note = actor_of(desk_request), request.POST.get("note", "")
    undo = reverse("desk:incident_order_deed", args=[row.pk, "back"])
    try:
        match deed:
            case "reached":
                if note_contacted(row.pk, note, now=now, actor=actor):
                    tell_undoable(request, _("Noted: the buyer was reached."), undo)
            case "exclude":
                if exclude_order(row.pk, note, now=now, actor=actor):
                    tell_undoable(request, _("Left out, for the reason that is kept."), undo)
            case "back":
                if take_back(row.pk, now=now, actor=actor):
                    messages.success(request, _("It waits again."))
            case _:
                raise BadRequest("no such deed")
    except IncidentClosed:
        messages.error(request, _("The incident is closed: open it again first."))
    except ValueError:
        messages.error(request, _("Say why the order is left out."))
    show = request.POST.get("show", "")
    return redirect(
        f"{reverse('desk:incident', args=[row.incident_id])}{f'?show={show}' if show.isalpha() else ''}#orders"
    )
