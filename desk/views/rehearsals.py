"""Rehearsals: asked for, watched, called off, and read as pictures; nothing of them touches an order."""

from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from desk.access import DeskRequest, chosen_store, doer_of, readable, workable
from desk.fault_words import fault_words
from desk.forms.rehearsals import RehearsalForm
from desk.row_ids import read_id
from desk.selectors.rehearsals import charts_of, difference
from desk.selectors.rule_changes import changed_values
from desk.waking import wake_a_worker
from disputes.models import PolicyChange, Rehearsal
from disputes.rehearsal_runs import RehearsalNotPossible, ask_rehearsal, cancel_rehearsal
from disputes.rehearsing import RuleSet
from disputes.tasks import play_rehearsal
from orders.importing.errors_file import write_errors
from orders.models import AuditKind, Store
from orders.policies import load_policy
from orders.records import RowError
from orders.services.auditing import note_deed

LISTED = 20


@require_http_methods(["GET", "POST"])
@login_required
def show_rehearsals(request: HttpRequest) -> HttpResponse:
    """The rehearsals of the past, and for whoever works in a store the form of a new one."""
    desk_request = cast(DeskRequest, request)
    change = _change(desk_request)
    store = change.store if change else _store(desk_request)
    form = RehearsalForm(request.POST or None, request.FILES or None, store=store) if store else None
    if request.method == "POST" and store and form and form.is_valid():
        try:
            rehearsal = _ask(desk_request, store, form.cleaned_data, change)
        except RehearsalNotPossible as error:
            form.add_error(None, fault_words(str(error)))
        else:
            wake_a_worker(play_rehearsal, rehearsal.pk)
            return redirect("desk:rehearsal", rehearsal.pk)
    context = {
        "form": form,
        "store": store,
        "stores": desk_request.reader.work_stores,
        "change": change,
        "values": changed_values(change) if change else [],
        "most": settings.REHEARSAL_MAX_ORDERS,
        "rows": Rehearsal.objects.for_member(request.user).select_related("store", "user")[:LISTED],
    }
    return render(request, "desk/rehearsals.html", context, status=422 if form and form.errors else 200)


def _store(request: DeskRequest) -> Store | None:
    return chosen_store(request.reader.work_stores, request.GET.get("store", ""))


def _change(request: DeskRequest) -> PolicyChange | None:
    """The change whose values are rehearsed, where it is one of the reader's own stores."""
    own = [store.pk for store in request.reader.own_stores]
    changes = PolicyChange.objects.select_related("store").filter(store__in=own)
    pk = read_id(request.GET.get("change", ""))
    return changes.filter(pk=pk).first() if pk else None


def _ask(request: DeskRequest, store: Store, given: dict[str, Any], change: PolicyChange | None) -> Rehearsal:
    now = timezone.now()
    until = datetime.combine(given["until"], time.max, tzinfo=UTC).replace(microsecond=0) if given["until"] else now
    today = RuleSet(store.policy_name, store.policy_version, store.policy_overrides)
    rules, compare = today, None
    if change:
        rules, compare = RuleSet(store.policy_name, change.version, change.overrides), today
    elif given["policy"] != store.policy_name:
        rules = RuleSet(given["policy"])
    upload = given["file"] if given["source"] == "file" else None
    return ask_rehearsal(
        store, request.user, upload=upload, rules=rules, compare=compare, change=change, until=until, now=now
    )


@require_GET
@login_required
def show_rehearsal(request: HttpRequest, pk: int) -> HttpResponse:
    """One rehearsal: its progress, or its result."""
    desk_request = cast(DeskRequest, request)
    rows = Rehearsal.objects.select_related("store", "user", "change__store")
    rehearsal: Rehearsal = readable(rows, desk_request, pk=pk)
    if desk_request.htmx:
        if not rehearsal.is_under_way:
            return HttpResponseClientRefresh()
        return render(request, "desk/rehearsals/progress.html", {"rehearsal": rehearsal})
    policy = load_policy(rehearsal.policy_name)
    context: dict[str, Any] = {
        "rehearsal": rehearsal,
        "store": rehearsal.store,
        "works": desk_request.reader.works_in(rehearsal.store_id),
        "policy": policy,
        "charts": charts_of(rehearsal, policy),
        "difference": difference(rehearsal),
        "values": changed_values(rehearsal.change) if rehearsal.change else [],
        "answers": rehearsal.report.get("answers", []),
        "rejected": len(rehearsal.report.get("rejected", [])),
        "broken": rehearsal.report.get("broken", []),
        "orders": (rehearsal.report.get("results") or [{}])[0].get("orders", 0),
    }
    return render(request, "desk/rehearsals/rehearsal.html", context)


@require_POST
@login_required
def stop_rehearsal(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a rehearsal off."""
    rehearsal: Rehearsal = workable(Rehearsal.objects.all(), cast(DeskRequest, request), pk=pk)
    if cancel_rehearsal(rehearsal.pk, now=timezone.now()):
        messages.success(request, _("Called off."))
    return redirect("desk:rehearsal", pk)


@require_GET
@login_required
def download_rejected(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that could not be used, for a spreadsheet."""
    rehearsal: Rehearsal = readable(Rehearsal.objects.select_related("store"), cast(DeskRequest, request), pk=pk)
    out = BytesIO()
    write_errors(out, (RowError(**row) for row in rehearsal.report.get("rejected", [])))
    now, said = timezone.now(), {"what": "errors", "rehearsal": rehearsal.pk}
    note_deed(AuditKind.EXPORTED, doer_of(request), now=now, store=rehearsal.store, **said)
    headers = {"Content-Disposition": f'attachment; filename="rehearsal-{rehearsal.pk}-errors.csv"'}
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)
