"""Opening an after-sale case on an order: the kinds that fit it now, and why the others do not."""

from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from desk.access import DeskRequest, actor_of, clocks_of, order_of
from desk.forms.cases import OpenCaseForm
from desk.row_ids import read_id
from desk.selectors.team import list_team
from disputes.case_facts import Lock, misfits
from disputes.case_fields import UnusableAnswer
from disputes.case_refusals import CaseRefused
from disputes.causes import CauseGroup
from disputes.models import AfterSaleCase, Review
from disputes.playbooks import Playbook, load_playbooks
from disputes.services.after_sale import open_case
from messaging.mail_reading import split_quote
from messaging.models import InboundMessage
from orders.models import Order


@dataclass(frozen=True)
class Offered:
    """A kind of case, and why it does not fit the order now."""

    playbook: Playbook
    misfits: list[Lock]


@require_http_methods(["GET", "POST"])
@login_required
def open_new_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose what the buyer wants, and answer what that kind of case asks; nothing typed is lost on a refusal."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    order = order_of(desk_request, pk, to_change=True)
    playbook = load_playbooks().get(request.POST.get("kind", request.GET.get("kind", "")))
    form, refusal = None, None
    if playbook:
        team = list_team(desk_request.reader, [order.store_id])
        initial = {"words": _words(request, order), "responsible": str(desk_request.user.pk)}
        data = request.POST if request.method == "POST" else None
        form = OpenCaseForm(data, playbook=playbook, order=order, now=now, team=team, initial=initial)
        case, refusal = _open(desk_request, order, playbook, form) if data is not None else (None, None)
        if case:
            messages.success(request, _("The case is open."))
            return redirect("desk:case", case.pk)
    offered = [Offered(row, misfits(row, order, order.policy, now=now)) for row in load_playbooks().values()]
    context = {
        "order": order,
        "policy": order.policy,
        "clocks": clocks_of(desk_request, order),
        "playbook": playbook,
        "fitting": [row for row in offered if not row.misfits],
        "unfit": [row for row in offered if row.misfits],
        "form": form,
        "refusal": refusal,
        "now": now,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/cases/open.html", context, status=status)


def _open(
    request: DeskRequest, order: Order, playbook: Playbook, form: OpenCaseForm
) -> tuple[AfterSaleCase | None, CaseRefused | None]:
    """The new case, or why there is none; what an answer lacks stands in the form."""
    if not form.is_valid():
        return None, None
    given: dict[str, Any] = {"cause": CauseGroup(form.cleaned_data["cause"]), "responsible_id": form.responsible_id()}
    try:
        return open_case(
            order.pk, playbook.kind, now=form.now, actor=actor_of(request), given=form.answers(), **given
        ), None
    except UnusableAnswer as error:
        form.refuse(error)
    except CaseRefused as error:
        return None, error
    return None, None


def _words(request: HttpRequest, order: Order) -> str:
    """The buyer's words where the case comes from: of a message in the inbox, or of a review."""
    if message_id := read_id(request.GET.get("message", "")):
        message = InboundMessage.objects.filter(order=order, pk=message_id).first()
        return split_quote(message.text)[0] if message else ""
    review_id = read_id(request.GET.get("review", ""))
    review = Review.objects.filter(order=order, pk=review_id).first() if review_id else None
    return review.text if review else ""
