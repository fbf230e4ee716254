"""One order's parcel: what a source says is entered by hand, the buyer is told, and the case's steps are taken."""

from datetime import datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from desk.access import DeskRequest, actor_of, clocks_of, order_of, workable
from desk.fault_words import fault_words
from desk.forms.parcels import NumberForm
from desk.forms.tracking import LookForm, StepForm
from desk.message_words import PURPOSES
from desk.selectors.tracking import load_rows
from desk.taking_in import warn_unreadable
from desk.tracking_words import QUEUES, SOURCES
from disputes.models import TrackingCase
from disputes.offering import OFFERED, note_query, send_text
from disputes.recording import record
from disputes.services.parcel_numbers import NumberKnown, number_parcel
from disputes.services.tracking_cases import StepNotPossible, take_step
from disputes.tracking_lifecycle import CaseStep
from evidence.services.exhibits import UnusableExhibit, add_exhibit
from messaging.models import Message, MessageState
from messaging.vocabulary import Purpose
from orders.models import Order
from orders.tracking_phrases import read_words


@require_http_methods(["GET", "POST"])
@login_required
def record_look(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter what a source says about the parcel, with its screenshot; the form alone where a page asks for it."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    order = order_of(desk_request, pk, to_change=True)
    is_post = request.method == "POST"
    data, files = (request.POST, request.FILES) if is_post else (None, None)
    form = LookForm(data, files, order=order, now=now, auto_id=f"look-{pk}-%s")
    if is_post and form.is_valid() and _record(desk_request, order, form, now=now):
        messages.success(request, _("Recorded: %(what)s") % {"what": form.cleaned_data["source"]})
        return _back(desk_request, order)
    is_inline = desk_request.htmx and request.GET.get("in") in {"row", "order"}
    template = "desk/tracking/look_form.html" if is_inline else "desk/tracking/look.html"
    context = {"order": order, "form": form, "clocks": clocks_of(desk_request, order), "sources": SOURCES, "now": now}
    answer = render(request, template, context, status=422 if form.errors else 200)
    # What is wrong is said in the form: the row around it stays.
    return reswap(retarget(answer, f"#look-in-{pk}"), "innerHTML") if is_inline and form.errors else answer


def _record(request: DeskRequest, order: Order, form: LookForm, *, now: datetime) -> bool:
    """The file first: what cannot be kept is said before anything is recorded."""
    given, actor = form.cleaned_data, actor_of(request)
    if given["screenshot"]:
        try:
            exhibit = add_exhibit(
                order.pk, given["screenshot"], kind="tracking_screenshot", source=given["source"], now=now, actor=actor
            )
            warn_unreadable(request, exhibit)
        except UnusableExhibit as error:
            form.add_error("screenshot", fault_words(str(error)))
            return False
    for event in form.events():
        record(order.pk, event, now=now, actor=actor)
    note_query(order.pk, now=now, actor=actor)
    return True


@require_GET
@login_required
def read_preview(request: HttpRequest) -> HttpResponse:
    """How the words would be read, while they are typed."""
    words = request.GET.get("description", "").strip()
    context = {"words": words, "reading": read_words(words)}
    return render(request, "desk/tracking/reading.html", context)


@require_POST
@login_required
def tell_buyer(request: HttpRequest, pk: int, purpose: str) -> HttpResponse:
    """Send one of the texts about the parcel that are offered to a person."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    order = order_of(desk_request, pk, to_change=True)
    if purpose not in OFFERED:
        raise Http404
    message = send_text(order.pk, Purpose(purpose), now=now, actor=actor_of(desk_request))
    if message is None:
        messages.warning(request, _("Nothing was sent: the timeline says why."))
    elif message.state == MessageState.PENDING:
        messages.success(request, _("The message leaves in the buyer's hours."))
    else:
        messages.warning(request, _("The message waits for you: send it by hand."))
    return _back(desk_request, order)


@require_http_methods(["GET", "POST"])
@login_required
def enter_number(request: HttpRequest, pk: int, parcel: int) -> HttpResponse:
    """Enter the number of a parcel that left without one; what waited for it goes on."""
    desk_request = cast(DeskRequest, request)
    order = order_of(desk_request, pk, to_change=True)
    shipment = get_object_or_404(order.shipments, pk=parcel)
    form = NumberForm(request.POST if request.method == "POST" else None, parcel=shipment)
    if form.is_valid():
        number, carrier = form.cleaned_data["tracking_number"], form.cleaned_data["carrier"]
        try:
            freed = number_parcel(parcel, number, carrier=carrier, now=timezone.now(), actor=actor_of(desk_request))
        except NumberKnown:
            messages.warning(request, _("The parcel has a number by now: look at it."))
        else:
            _tell_freed(request, number, freed)
        return redirect(f"{reverse('desk:order', args=[order.pk])}#parcels")
    context = {"order": order, "policy": order.policy, "parcel": shipment, "form": form}
    context |= {"clocks": clocks_of(desk_request, order), "now": timezone.now()}
    return render(request, "desk/order/number.html", context, status=422 if form.errors else 200)


def _tell_freed(request: HttpRequest, number: str, freed: list[Message]) -> None:
    messages.success(request, _("The parcel has its number: %(number)s.") % {"number": number})
    for message in freed:
        what = {"what": PURPOSES.get(message.purpose, message.purpose)}
        if message.state == MessageState.PENDING:
            messages.success(request, _("The message “%(what)s” leaves in the buyer's hours.") % what)
        else:
            messages.warning(request, _("The message “%(what)s” is complete now: send it by hand.") % what)


@require_POST
@login_required
def take_case_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the case's next step was taken, and when somebody looks again."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    case: TrackingCase = workable(TrackingCase.objects.select_related("order"), desk_request, pk=pk)
    form = StepForm(request.POST)
    step = request.POST.get("step", "")
    if not form.is_valid() or step not in set(CaseStep):
        messages.error(request, _("The next date is not a date: choose one, or leave it empty."))
        return _back(desk_request, case.order)
    try:
        given = form.cleaned_data
        take_step(
            pk, CaseStep(step), now=now, actor=actor_of(desk_request), text=given["text"], next_at=given["next_at"]
        )
    except StepNotPossible:
        messages.error(request, _("That step is not the next one, or its date has passed: look at the case again."))
    else:
        messages.success(request, _("Noted, with the next date."))
    return _back(desk_request, case.order)


def _back(request: DeskRequest, order: Order) -> HttpResponse:
    """To where the button was: the row of a queue, as it stands now, or the order's page."""
    queue = request.POST.get("queue", "")
    if queue not in QUEUES:
        return redirect(f"{reverse('desk:order', args=[order.pk])}#tracking")
    if not request.htmx:
        return redirect(f"{reverse('desk:tracking')}?queue={queue}")
    order = order_of(request, order.pk, to_change=True)
    (row,) = load_rows([order])
    left = order.tracking_queue != queue
    context = {
        "row": row,
        "rows": [row],
        "queue": queue,
        "work_ids": [order.store_id],
        "went_to": QUEUES.get(order.tracking_queue, ""),
        "now": timezone.now(),
    }
    return render(request, "desk/tracking/left.html" if left else "desk/tracking/rows.html", context)
