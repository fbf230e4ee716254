"""What is done on a case: steps, decisions, who has it and until when. Refusals are said in words on the page."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from desk.access import DeskRequest, actor_of
from desk.case_seeing import lock_case
from desk.case_words import step_name
from desk.forms.cases import PlanForm
from desk.forms.instants import YEARS
from desk.selectors.case_page import case_of
from desk.selectors.case_steps import step_form
from desk.selectors.team import list_team
from desk.undoing import tell_undoable
from desk.views.case import Trouble, case_page
from disputes.case_fields import UnusableAnswer
from disputes.case_refusals import CaseRefused
from disputes.causes import CauseGroup
from disputes.models import AfterSaleCase
from disputes.playbooks import load_playbooks
from disputes.services import after_sale_decisions as deciding
from disputes.services.after_sale import take_step
from disputes.services.after_sale_rows import read_case

Deed = Callable[[int, HttpRequest, datetime, str], AfterSaleCase]


def _with_reason(service: Callable[..., AfterSaleCase], name: str = "reason") -> Deed:
    """A decision that keeps why."""

    def do(pk: int, request: HttpRequest, now: datetime, actor: str) -> AfterSaleCase:
        return service(pk, now=now, actor=actor, **{name: request.POST.get("text", "")[:MOST_WORDS]})

    return do


def _agree(pk: int, _request: HttpRequest, now: datetime, actor: str) -> AfterSaleCase:
    return deciding.agree(pk, now=now, actor=actor)


def _change_kind(pk: int, request: HttpRequest, now: datetime, actor: str) -> AfterSaleCase:
    kind = request.POST.get("kind", "")
    if kind not in load_playbooks():
        raise Http404
    return deciding.change_kind(pk, kind, now=now, actor=actor)


MOST_WORDS = 500
DEEDS: dict[str, tuple[Deed, str | Promise]] = {
    "agree": (_agree, gettext_lazy("Agreed: the buyer is told.")),
    "send_back": (_with_reason(deciding.send_back), gettext_lazy("Sent back, with the reason.")),
    "refuse": (_with_reason(deciding.refuse), gettext_lazy("Refused, with the reason.")),
    "reconsider": (_with_reason(deciding.reconsider), gettext_lazy("It is open again, and nothing is granted.")),
    "withdraw": (_with_reason(deciding.withdraw, "words"), gettext_lazy("The buyer took it back: the case is closed.")),
    "close": (_with_reason(deciding.close_case, "note"), gettext_lazy("The case is closed.")),
    "kind": (_change_kind, gettext_lazy("It goes on by another playbook; what was done stays told.")),
    "reopen": (_with_reason(deciding.reopen), gettext_lazy("The case is open again.")),
}


@require_POST
@login_required
def take_case_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take a step with its answers; what cannot be taken now is said, and what was typed stays."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    case = case_of(desk_request, pk, to_change=True)
    facts = read_case(case, now=now)
    step = facts.playbook.step(name)
    if step is None:
        raise Http404
    form = step_form(facts, step, data=request.POST)
    next_at = _read_date(request.POST.get("next_at", ""))
    trouble = Trouble(name, form)
    if form.is_valid():
        given = {} if step.is_waiting else form.answers()
        with transaction.atomic():
            case, has_moved = lock_case(desk_request, case)
            if not has_moved:
                try:
                    case = take_step(pk, name, now=now, actor=actor_of(desk_request), given=given, next_at=next_at)
                except UnusableAnswer as error:
                    form.refuse(error)
                except CaseRefused as error:
                    trouble = Trouble(name, form, refusal=error)
                else:
                    _tell_step(request, case, name)
                    return _after(desk_request, case)
        trouble = Trouble(name, form, has_moved=True) if has_moved else trouble
    return case_page(desk_request, case, now=now, trouble=trouble, status=_status(trouble))


def _read_date(text: str) -> datetime | None:
    """A moment on the reader's clock; None for none."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None or found.year not in YEARS:
        return None
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def _tell_step(request: HttpRequest, case: AfterSaleCase, name: str) -> None:
    done = step_name(case.kind, name)
    if not case.is_open:
        text = _("%(done)s. That was the last step: the case is closed.") % {"done": done}
    elif case.step and case.step != name:
        text = _("%(done)s. Next: %(next)s.") % {"done": done, "next": step_name(case.kind, case.step)}
    else:
        text = _("Kept: %(done)s.") % {"done": done}
    messages.success(request, text)


def _after(request: DeskRequest, case: AfterSaleCase) -> HttpResponse:
    return redirect("desk:case", case.pk)


def _status(trouble: Trouble) -> int:
    return 409 if trouble.has_moved else 422


@require_POST
@login_required
def do_case_deed(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Decide beside the steps: agree, send back, refuse, reconsider, take back, close, open again."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    if deed not in DEEDS:
        raise Http404
    case = case_of(desk_request, pk, to_change=True)
    do, told = DEEDS[deed]
    return _attempt(desk_request, case, lambda: do(pk, request, now, actor_of(desk_request)), told, now=now)


def _attempt(
    request: DeskRequest, case: AfterSaleCase, do: Callable[[], AfterSaleCase], told: str | Promise, *, now: datetime
) -> HttpResponse:
    """Do it, unless the case has moved on since the page was made or a rule refuses; both are said on the page."""
    trouble = None
    with transaction.atomic():
        case, has_moved = lock_case(request, case)
        if has_moved:
            trouble = Trouble(has_moved=True)
        else:
            try:
                do()
            except CaseRefused as error:
                trouble = Trouble(refusal=error)
    if trouble:
        return case_page(request, case, now=now, trouble=trouble, status=_status(trouble))
    messages.success(request, str(told))
    return _after(request, case)


@require_POST
@login_required
def plan_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Who has it, when somebody looks again, where the trouble began (R12); each can be taken back."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    case = case_of(desk_request, pk, to_change=True)
    team = list_team(desk_request.reader, [case.order.store_id])
    given: Any = request.POST if "responsible" in request.POST else request.GET  # Undo posts to an address that says it
    form = PlanForm(given, team=team, now=now, case=case)
    before = {"responsible": case.responsible_id or "", "cause": case.cause}
    before |= {"next_at": _local(case.next_at)} if case.next_at > now else {}
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
        return redirect("desk:case", pk)
    try:
        is_changed = _plan(case, form, now=now, actor=actor_of(desk_request))
    except CaseRefused as error:
        return case_page(desk_request, case, now=now, trouble=Trouble(refusal=error), status=422)
    if is_changed:
        tell_undoable(request, _("Kept."), f"{reverse('desk:plan_case', args=[pk])}?{urlencode(before)}")
    return redirect("desk:case", pk)


def _local(at: datetime) -> str:
    return timezone.localtime(at).replace(tzinfo=None).isoformat(timespec="seconds")


def _plan(case: AfterSaleCase, form: PlanForm, *, now: datetime, actor: str) -> bool:
    """Change what is another than before, together or not at all; say whether anything was."""
    given, is_changed = form.cleaned_data, False
    with transaction.atomic():
        if form.responsible_id() != case.responsible_id:
            deciding.hand_over(case.pk, form.responsible_id(), now=now, actor=actor)
            is_changed = True
        if given["cause"] != case.cause:
            deciding.change_cause(case.pk, CauseGroup(given["cause"]), now=now, actor=actor)
            is_changed = True
        if given["next_at"]:
            deciding.set_next_date(case.pk, given["next_at"], now=now, actor=actor)
            is_changed = True
    return is_changed
