"""Changing a store's rules: the values, what a change would move, applying it, calling it off, undoing it."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from desk.access import DeskRequest, doer_of, own_store
from desk.fault_words import fault_words
from desk.forms.rules import RulesForm
from desk.row_ids import read_id
from desk.selectors.rule_changes import KEPT_BY_DISPUTES, changed_values, show_report
from desk.waking import wake_a_worker
from disputes.change_reports import missed_dates
from disputes.models import PolicyChange, PolicyChangeState
from disputes.policy_changes import (
    ChangeNotPossible,
    cancel_change,
    draft_change,
    draft_undoing,
    may_be_undone,
    start_applying,
)
from disputes.tasks import run_policy_change
from orders.models import Store
from orders.policies import UnusablePolicy, policy_versions

LISTED = 20


@require_http_methods(["GET", "POST"])
@login_required
def edit_rules(request: HttpRequest) -> HttpResponse:
    """The values of a store's rules; a post makes a draft of them, and looks at what it would move."""
    desk_request = cast(DeskRequest, request)
    store = own_store(desk_request, request.GET.get("store", ""))
    versions = policy_versions(store.policy_name)
    version, overrides = _starting_point(request, store, versions)
    form = RulesForm(request.POST or None, store=store, version=version, overrides=overrides)
    if request.method == "POST" and form.is_valid():
        try:
            now = timezone.now()
            change = draft_change(store, desk_request.user, version=version, overrides=form.overrides(), now=now)
        except UnusablePolicy as error:
            form.add_error(None, fault_words(str(error)))
        except ChangeNotPossible:
            form.add_error(None, _("Nothing was changed: these are the store's values already."))
        else:
            wake_a_worker(run_policy_change, change.pk)
            return redirect("desk:rule_change", change.pk)
    context = {
        "form": form,
        "store": store,
        "stores": desk_request.reader.own_stores,
        "version": version,
        "newer": [number for number in versions if number > store.policy_version],
        "changes": PolicyChange.objects.filter(store=store).select_related("user")[:LISTED],
    }
    return render(request, "desk/rules/edit.html", context, status=422 if form.errors else 200)


def _starting_point(request: HttpRequest, store: Store, versions: list[int]) -> tuple[int, dict[str, Any]]:
    """The version and the own values with which the form begins: an earlier change's, or the store's."""
    pk = read_id(request.GET.get("change", ""))
    change = PolicyChange.objects.filter(store=store, pk=pk).first() if pk else None
    if change is not None:
        return change.version, change.overrides
    asked = request.GET.get("version", "")
    version = int(asked) if asked in {str(number) for number in versions} else store.policy_version
    return version, store.policy_overrides


@require_GET
@login_required
def show_change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change: its progress, what it would move, or what it moved."""
    desk_request = cast(DeskRequest, request)
    change = _own_change(desk_request, pk)
    if desk_request.htmx:
        done = HttpResponseClientRefresh()
        return render(request, "desk/rules/progress.html", {"change": change}) if change.is_under_way else done
    return _show(desk_request, change)


def _show(request: DeskRequest, change: PolicyChange, *, error: str = "") -> HttpResponse:
    report = (
        change.result if change.state in {PolicyChangeState.APPLYING, PolicyChangeState.APPLIED} else change.preview
    )
    policy = change.store.policy_at(change.store.policy_version)
    values = changed_values(change)
    context = {
        "change": change,
        "store": change.store,
        "values": values,
        "keeps_disputes": any(value.rule in KEPT_BY_DISPUTES for value in values),
        "report": show_report(report, policy) if report else None,
        "is_ready": change.state == PolicyChangeState.PREVIEWED,
        "is_over": change.state == PolicyChangeState.APPLIED,
        "is_outdated": change.revision != change.store.rules_revision,
        "may_be_undone": may_be_undone(change),
        "error": error,
    }
    return render(request, "desk/rules/change.html", context, status=422 if error else 200)


@require_POST
@login_required
def take_change_further(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Apply a change, call it off, or make its inverse."""
    desk_request = cast(DeskRequest, request)
    change = _own_change(desk_request, pk)
    try:
        match deed:
            case "apply":
                return _apply(desk_request, change)
            case "cancel":
                cancel_change(change.pk)
                messages.success(request, _("Called off: nothing was changed."))
                return redirect("desk:rules")
            case "undo":
                undoing = draft_undoing(change, desk_request.user, now=timezone.now())
                wake_a_worker(run_policy_change, undoing.pk)
                return redirect("desk:rule_change", undoing.pk)
    except (ChangeNotPossible, UnusablePolicy):
        messages.error(request, _("That is not possible any more: the rules, or this change, were changed meanwhile."))
        return redirect("desk:rule_change", change.pk)
    raise Http404


def _apply(request: DeskRequest, change: PolicyChange) -> HttpResponse:
    if missed_dates(change.preview) and not request.POST.get("confirmed"):
        return _show(request, change, error=_("Say first that you know of the dates that are missed."))
    start_applying(change.pk, doer_of(request), now=timezone.now())
    wake_a_worker(run_policy_change, change.pk)
    messages.success(request, _("The new values hold for new orders from now on; the open orders are being moved."))
    return redirect("desk:rule_change", change.pk)


def _own_change(request: DeskRequest, pk: int) -> PolicyChange:
    """A change of one of the reader's own stores. Raises Http404 for any other."""
    own = [store.pk for store in request.reader.own_stores]
    change = PolicyChange.objects.select_related("store", "user", "undoes").filter(pk=pk, store__in=own).first()
    if change is None:
        raise Http404
    return cast(PolicyChange, change)
