"""Disruptions: recorded once, with the parcels that they touch seen before anything is kept or sent (T9)."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from desk.access import DeskRequest, actor_of, readable, workable
from desk.fault_words import fault_words
from desk.forms.disruptions import FLAWS, DisruptionForm, EndForm, NoticeForm
from desk.selectors.disruptions import (
    Phase,
    example_texts,
    latest_touched,
    list_disruptions,
    make_rows,
    phase_of,
    suggest,
)
from desk.tracking_words import QUEUES
from desk.views.exhibits import FOREVER, LOCKED, SHOWN
from desk.waking import wake_a_worker
from desk.words import state_label
from disputes.services.disruptions import UnusableDisruption, change_end, draft_of, lift_disruption
from disputes.services.foreseeing import Preview, preview, touched_parcels
from disputes.tasks import tell_of_disruption
from evidence.file_types import MEDIA_TYPES, FileType
from evidence.services.exhibits import UnusableExhibit
from evidence.services.notices import add_notice, notice_path, record_with_notice
from orders.models import Disruption, Store


@require_http_methods(["GET", "POST"])
@login_required
def show_disruptions(request: HttpRequest) -> HttpResponse:
    """The list, and the form of a new one."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    stores = desk_request.reader.work_stores
    form = DisruptionForm(request.POST or None, request.FILES or None, stores=stores, now=now)
    if request.method == "POST" and form.is_valid() and (recorded := _record(desk_request, form, now=now)):
        messages.success(request, _("Recorded. The buyers of the parcels that it touches are being told."))
        wake_a_worker(tell_of_disruption, recorded.pk)
        return redirect("desk:disruption", recorded.pk)
    context = {
        "form": form,
        "rows": list_disruptions(desk_request.reader, now=now),
        "suggestions": suggest(stores) if stores else None,
        "is_open": request.method == "POST" or "new" in request.GET,
    }
    return render(request, "desk/disruptions.html", context, status=422 if form.errors else 200)


def _record(request: DeskRequest, form: DisruptionForm, *, now: datetime) -> Disruption | None:
    given = form.cleaned_data
    try:
        return record_with_notice(given["store"], form.draft(), given["notice"], now=now, actor=actor_of(request))
    except UnusableExhibit as error:
        form.add_error("notice", fault_words(str(error)))
    return None


@require_POST
@login_required
def foresee(request: HttpRequest) -> HttpResponse:
    """What the form would touch as it is filled in now; nothing is kept."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    form = DisruptionForm(request.POST, stores=desk_request.reader.work_stores, now=now)
    context: dict[str, Any] = {"problems": _problems(form)}
    if form.is_valid():
        store, draft = form.cleaned_data["store"], form.draft()
        seen = preview(store, draft, now)
        context |= {"seen": seen, "is_later": draft.starts_at > now, **_counts(seen, store)}
        if seen.sample:
            context["examples"] = example_texts(store, draft, seen.sample[0], now=now)
    return render(request, "desk/disruptions/preview.html", context)


def _problems(form: DisruptionForm) -> list[str]:
    """What is wrong with what is filled in; what is not filled in yet is no fault."""
    errors = [error for found in form.errors.as_data().values() for error in found]
    return [message for error in errors if error.code != "required" for message in error.messages]


def _counts(seen: Preview, store: Store) -> dict[str, list[tuple[Any, int]]]:
    """How many by region, carrier and state, and in which queue of the tracking desk."""
    policy = store.current_policy
    return {
        "regions": seen.regions.most_common(),
        "carriers": seen.carriers.most_common(),
        "states": [(state_label(name, policy), n) for name, n in seen.states.most_common()],
        "queues": [(QUEUES.get(name, name), n) for name, n in seen.queues.most_common() if name],
    }


@require_GET
@login_required
def show_disruption(request: HttpRequest, pk: int) -> HttpResponse:
    """One disruption: whom it touched, how far the telling is, and what may be changed."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    disruption: Disruption = readable(Disruption.objects.select_related("store"), desk_request, pk=pk)
    if desk_request.htmx:
        if disruption.applied_at is not None:
            return HttpResponseClientRefresh()
        return render(request, "desk/disruptions/progress.html", _progress(disruption, now))
    return _show(desk_request, disruption, now=now)


def _show(
    request: DeskRequest,
    disruption: Disruption,
    *,
    now: datetime,
    end: EndForm | None = None,
    notice: NoticeForm | None = None,
) -> HttpResponse:
    ends_on = timezone.localdate(disruption.ends_at) if disruption.ends_at else None
    context = {
        "row": make_rows([disruption], now=now)[0],
        "disruption": disruption,
        "policy": disruption.store.current_policy,
        "touched": latest_touched(disruption),
        "works": request.reader.works_in(disruption.store_id),
        "end": end or EndForm(initial={"ends_on": ends_on}),
        "notice": notice or NoticeForm(),
        "has_notice": notice_path(disruption) is not None,
        **_progress(disruption, now),
    }
    wrong = bool(end or notice)
    return render(request, "desk/disruption.html", context, status=422 if wrong else 200)


def _progress(disruption: Disruption, now: datetime) -> dict[str, Any]:
    """How many orders are touched, of how many, while the first look is under way."""
    if disruption.applied_at is not None or phase_of(disruption, now) is not Phase.RUNNING:
        return {"is_telling": False, "disruption": disruption}
    done = disruption.touched_orders.count()
    touched = set(disruption.touched_orders.values_list("order_id", flat=True))
    parcels = touched_parcels(disruption.store, draft_of(disruption), now=now)
    left = sum(parcel.order_id not in touched for parcel in parcels)
    return {"is_telling": True, "disruption": disruption, "done": done, "total": done + left}


@require_POST
@login_required
def change_disruption(request: HttpRequest, pk: int) -> HttpResponse:
    """It is over, it ends on another day, or here is its notice."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    disruption: Disruption = workable(Disruption.objects.select_related("store"), desk_request, pk=pk)
    match request.POST.get("do"):
        case "lift":
            lift_disruption(disruption.pk, now=now)
            messages.success(request, _("It is over: what had not left yet stays unsent."))
        case "end":
            return _change_end(desk_request, disruption, now=now)
        case "notice":
            return _add_notice(desk_request, disruption, now=now)
    return redirect("desk:disruption", disruption.pk)


def _change_end(request: DeskRequest, disruption: Disruption, *, now: datetime) -> HttpResponse:
    form = EndForm(request.POST)
    if form.is_valid():
        try:
            change_end(disruption.pk, form.ends_at(), now=now)
            messages.success(request, _("The end is changed; nobody is told twice."))
            return redirect("desk:disruption", disruption.pk)
        except UnusableDisruption as error:
            form.add_error("ends_on", str(FLAWS[error.flaw]))
    return _show(request, disruption, now=now, end=form)


def _add_notice(request: DeskRequest, disruption: Disruption, *, now: datetime) -> HttpResponse:
    form = NoticeForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            add_notice(disruption.pk, form.cleaned_data["notice"], now=now, actor=actor_of(request))
            messages.success(request, _("The notice is in: it is frozen."))
            return redirect("desk:disruption", disruption.pk)
        except UnusableDisruption as error:
            form.add_error("notice", str(FLAWS[error.flaw]))
        except UnusableExhibit as error:
            form.add_error("notice", fault_words(str(error)))
    return _show(request, disruption, now=now, notice=form)


@require_GET
@login_required
def show_notice(request: HttpRequest, pk: int) -> FileResponse:
    """The notice as it came, under its own name."""
    disruption: Disruption = readable(Disruption.objects.all(), cast(DeskRequest, request), pk=pk)
    path = notice_path(disruption)
    if path is None:
        raise Http404
    kind = FileType(disruption.notice_type)
    response = FileResponse(path.open("rb"), content_type=MEDIA_TYPES[kind], headers=LOCKED)
    as_attachment = kind not in SHOWN or "save" in request.GET
    response["Content-Disposition"] = content_disposition_header(as_attachment, disruption.notice_name) or "inline"
    response["Content-Length"] = str(path.stat().st_size)
    response["Cache-Control"] = FOREVER
    return response
