"""The page of one after-sale case: what the buyer wants, the playbook, the decision, parcels, money and messages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.access import DeskRequest, clocks_of
from desk.case_seeing import case_stamp
from desk.forms.case_fields import StepForm
from desk.forms.cases import BookForm, PlanForm
from desk.forms.disputes import ACCEPTED, ExhibitForm
from desk.selectors import case_page as page
from desk.selectors.case_steps import Drawing, decision_checks, suggestions
from desk.selectors.team import list_team
from disputes.case_facts import CaseFacts, misfits
from disputes.case_refusals import CaseRefused
from disputes.models import AfterSaleCase
from disputes.playbooks import load_playbooks
from disputes.services.after_sale_rows import read_case
from evidence.models import Exhibit


@dataclass(frozen=True)
class Trouble:
    """Why a button did nothing: answers to correct, an upload to correct, a rule's refusal, or a case that moved on."""

    step: str = ""
    form: StepForm | None = None
    upload: ExhibitForm | None = None
    refusal: CaseRefused | None = None
    has_moved: bool = False


@require_GET
@login_required
def show_case(request: HttpRequest, pk: int) -> HttpResponse:
    """The case."""
    desk_request = cast(DeskRequest, request)
    return case_page(desk_request, page.case_of(desk_request, pk, to_change=False), now=timezone.now())


def case_page(
    request: DeskRequest, case: AfterSaleCase, *, now: datetime, trouble: Trouble | None = None, status: int = 200
) -> HttpResponse:
    """The page of a case; `trouble` says what came of a button that was pressed in vain."""
    said = trouble or Trouble()
    exhibits = list(Exhibit.objects.filter(order=case.order_id))
    facts = read_case(case, now=now)
    for entry in facts.money:
        entry.order = case.order  # the same row, which the ledger's buttons ask for its store
    works = request.reader.works_in(case.order.store_id)
    context = {
        "case": case,
        "order": case.order,
        "policy": case.order.policy,
        "clocks": clocks_of(request, case.order),
        "seen": case_stamp(case, steps=len(facts.steps)),
        "works": works,
        "trouble": said,
        **_playbook(facts, exhibits, said),
        "parcels": facts.parcels,
        "entries": facts.money,
        "work_ids": [case.order.store_id] if works else [],
        "letters": page.letters_of(case),
        "past": page.story_of(case),
        "record": page.buyers_record(case),
        "others": [other for other in page.cases_of_order(case.order) if other.pk != case.pk],
        "accepted": ACCEPTED,
        "wrong": said.upload,
        "wrong_kind": said.upload.data.get("kind", "") if said.upload else "",
        **(_forms(request, case, now) if works and case.is_open else {}),
        "now": now,
    }
    return render(request, "desk/case.html", context, status=status)


def _playbook(facts: CaseFacts, exhibits: list[Exhibit], trouble: Trouble) -> dict[str, Any]:
    """The steps, the decision, and what is left until the case may be closed."""
    names = page.people_of(facts.case, facts.steps)
    wrong = (trouble.step, trouble.form) if trouble.form else None
    rows = Drawing(facts, names, exhibits, suggestions(facts), wrong).rows()
    return {
        "facts": facts,
        "playbook": facts.playbook,
        "steps": rows,
        "deciding": next((row for row in rows if row.decides), None),
        "checks": decision_checks(facts),
        "handling": page.handling_of(facts),
        "limit": page.second_approval_from(facts),
        "left": facts.required_steps() if facts.case.is_open else [],
        "decided_by": names.get(facts.case.decided_by),
        "approved_by": names.get(facts.case.approved_by),
    }


def _forms(request: DeskRequest, case: AfterSaleCase, now: datetime) -> dict[str, Any]:
    team = list_team(request.reader, [case.order.store_id])
    others = (row for row in load_playbooks().values() if row.kind != case.kind)
    return {
        "plan_form": PlanForm(case=case, team=team, now=now, auto_id="plan-%s"),
        "book_form": BookForm(initial={"currency": case.order.currency}, auto_id="book-%s"),
        "other_kinds": [row for row in others if not misfits(row, case.order, case.order.policy, now=now)],
    }
