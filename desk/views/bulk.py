"""One deed for many orders: looked at first, started, watched, stopped and taken back."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from desk.access import DeskRequest, readable, workable
from desk.bulk_words import BEFORE
from desk.forms.bulk import BulkForm, StartForm, new_token
from desk.selectors.bulk import list_runs, preview_deed, selected_orders, show_result
from desk.waking import wake_a_worker
from desk.words import PURPOSES
from disputes.bulk import MOST_ORDERS, NotPossible, cancel_run, start_runs, undo_run
from disputes.bulk_deeds import ONLY_NOTE
from disputes.models import BulkKind, BulkRun
from disputes.tasks import run_bulk
from orders.models import Order


@require_GET
@login_required
def show_runs(request: HttpRequest) -> HttpResponse:
    """The runs of the reader's stores."""
    return render(request, "desk/bulk/runs.html", {"runs": list_runs(cast(DeskRequest, request).reader)})


@require_POST
@login_required
def show_preview(request: HttpRequest) -> HttpResponse:
    """What would happen to each selected order, and why not to the others."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    if not desk_request.reader.work_stores:
        raise Http404
    form = BulkForm(request.POST)
    orders = selected_orders(desk_request.reader, request.POST, now=now)
    if not orders or not form.is_valid():
        said = " ".join(str(error) for error in form.non_field_errors()) if orders and not form.is_valid() else ""
        messages.error(request, said or _("Select orders first: with x, or by their boxes."))
        return redirect(f"{reverse('desk:orders')}?{request.POST.get('query', '')}")
    kind, params = form.cleaned_data["kind"], form.params()
    context: dict[str, Any] = {
        "kind": kind,
        "label": BulkKind(kind).label,
        "params": params,
        "how": describe(params),
        "before": BEFORE.get(kind, ()),
        "is_dangerous": kind == BulkKind.CANCEL,  # no key does it by a slip
        "preview": preview_deed(kind, params, orders, now=now),
        "only_note": form["only_note"],
        "token": new_token(),
        "query": request.POST.get("query", ""),
        "is_cut": len(orders) == MOST_ORDERS,
        "most": MOST_ORDERS,
        "now": now,
    }
    return render(request, "desk/bulk/preview.html", context)


def describe(params: dict[str, Any]) -> str:
    """How a deed is done, in words."""
    if "purpose" in params:
        return str(PURPOSES.get(params["purpose"], params["purpose"]))
    if "days" not in params:
        return ""
    days = ngettext("%(days)d day more", "%(days)d days more", params["days"]) % {"days": params["days"]}
    return _("%(days)s, only noted here") % {"days": days} if params.get(ONLY_NOTE) else days


@require_POST
@login_required
def start_bulk(request: HttpRequest) -> HttpResponse:
    """Hand to the workers what the preview showed."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    works = [store.pk for store in desk_request.reader.work_stores]
    if not works:
        raise Http404
    form = StartForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That page cannot be used any more: select the orders again."))
        return redirect("desk:orders")
    given = form.cleaned_data
    orders = Order.objects.filter(pk__in=given["orders"], store__in=works).select_related("store").order_by("pk")
    kind, user = BulkKind(given["kind"]), desk_request.user
    runs = start_runs(user, kind, form.params(), orders, token=given["token"], now=now)
    for run in runs:
        wake_a_worker(run_bulk, run.pk)
    return redirect("desk:bulk_run", runs[0].pk) if len(runs) == 1 else redirect("desk:bulk_runs")


@require_GET
@login_required
def show_bulk_run(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, then what became of each order."""
    desk_request = cast(DeskRequest, request)
    run: BulkRun = readable(BulkRun.objects.select_related("store", "user"), desk_request, pk=pk)
    result = show_result(run)
    context = {
        "result": result,
        "run": run,
        "how": describe(run.params),
        "works": desk_request.reader.works_in(run.store_id),
        "now": timezone.now(),
    }
    if not desk_request.htmx:
        return render(request, "desk/bulk/run.html", context)
    return render(request, "desk/bulk/progress.html", context) if result.is_under_way else HttpResponseClientRefresh()


@require_POST
@login_required
def cancel_bulk(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop it after the order that is being worked on."""
    run: BulkRun = workable(BulkRun.objects.all(), cast(DeskRequest, request), pk=pk)
    try:
        cancel_run(run.pk, now=timezone.now())
    except NotPossible:
        messages.warning(request, _("It is over already."))
    return redirect("desk:bulk_run", pk)


@require_POST
@login_required
def undo_bulk(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what can be taken back."""
    run: BulkRun = workable(BulkRun.objects.all(), cast(DeskRequest, request), pk=pk)
    try:
        undo_run(run.pk, cast(DeskRequest, request).user)
    except NotPossible:
        messages.warning(request, _("This cannot be taken back now."))
    else:
        wake_a_worker(run_bulk, run.pk)
    return redirect("desk:bulk_run", pk)
