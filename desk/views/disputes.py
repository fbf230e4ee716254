"""Disputes: the list by deadline, and the workbench of one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.access import DeskRequest, clocks_of, readable, workable
from desk.dispute_commands import forbidden_here, offered_here, told_here
from desk.dispute_words import TURN_WORDS, turn_of
from desk.forms.disputes import ExhibitForm, NoteForm
from desk.forms.handing import AssignForm
from desk.forms.lessons import LessonForm
from desk.platform_answers import dispute_at_platform
from desk.selectors import dispute_case as case
from desk.selectors.case_page import cases_of_order
from desk.selectors.dispute_bundles import list_recipients, list_versions
from desk.selectors.dispute_drafts import draft_answers, language_name
from desk.selectors.dispute_lessons import others_of_buyer, review_case, told_record, who_has
from desk.selectors.dispute_money import list_choices, missing_rate
from desk.selectors.disputes import SECTIONS, Filters, list_disputes
from desk.selectors.team import list_team
from desk.words import DISPUTE_REASONS
from disputes.advising import SOURCES_NEEDED
from disputes.lifecycle import DisputeState
from disputes.models import Dispute, Lesson
from evidence.bundling.exhibits import marked_exhibits
from evidence.models import BundleState, Exhibit
from orders.services.ledger import OrderLedger

UNFINISHED = {BundleState.QUEUED, BundleState.RUNNING}


@require_GET
@login_required
def show_disputes(request: HttpRequest) -> HttpResponse:
    """The list, in the order in which somebody has to act."""
    reader = cast(DeskRequest, request).reader
    filters = Filters(*(request.GET.get(name, "") for name in ("state", "reason", "store", "who", "after")))
    context = {
        "sections": list_disputes(reader, filters),
        "filters": filters,
        "is_alone": filters.section in SECTIONS,
        "states": DisputeState.choices,
        "reasons": list(DISPUTE_REASONS.items()),
        "now": timezone.now(),
    }
    return render(request, "desk/disputes.html", context)


@require_GET
@login_required
def show_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbench."""
    desk_request = cast(DeskRequest, request)
    dispute = dispute_of(desk_request, pk, to_change=False)
    return show_case(desk_request, dispute, now=timezone.now())


def dispute_of(request: DeskRequest, pk: int, *, to_change: bool) -> Dispute:
    """The dispute with its order, buyer and store. Raises Http404."""
    rows = Dispute.objects.select_related("order__buyer", "order__store").prefetch_related("offers")
    dispute: Dispute = (workable if to_change else readable)(rows, request, pk=pk)
    return dispute


def show_case(
    request: DeskRequest,
    dispute: Dispute,
    *,
    now: datetime,
    wrong: ExhibitForm | None = None,
    lesson: LessonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The workbench's page; `wrong` is an upload, `lesson` a lesson that has to be corrected."""
    ledger = case.reading_ledger(dispute, now=now)
    exhibits = list(Exhibit.objects.filter(order=dispute.order_id))
    works = request.reader.works_in(dispute.order.store_id)
    evidence = _evidence(ledger, dispute, exhibits)
    advice = _advice(ledger, dispute)
    context = {
        **head_of(request, dispute, now=now),
        **advice,
        **evidence,
        **dispute_at_platform(dispute, works=works),
        "story": case.story(ledger, dispute),
        "said": case.buyers_words(ledger, dispute),
        **_doable(dispute, works=works, recommendation=advice["recommendation"], now=now),
        "in_the_way": case.in_the_way(dispute),
        "wrong": wrong,
        "wrong_kind": _line_of(wrong, evidence["slots"]),
        "upload": ExhibitForm(auto_id="upload-%s"),
        "note": NoteForm(auto_id="note-%s"),
        "record": told_record(dispute),
        "others": others_of_buyer(request.reader, dispute),
        "after_sale": cases_of_order(dispute.order),
        **(_holding(request, dispute) if dispute.is_open else _lesson(ledger, dispute, lesson)),
    }
    return render(request, "desk/dispute.html", context, status=status)


def _doable(dispute: Dispute, *, works: bool, recommendation: str, now: datetime) -> dict[str, Any]:
    """What the reader may do and record here, and what he may not."""
    if not works:
        return {"works": works, "commands": [], "facts": [], "forbidden": []}
    return {
        "works": works,
        "commands": offered_here(dispute, now=now, recommendation=recommendation),
        "facts": told_here(dispute),
        "forbidden": forbidden_here(dispute),
    }


def head_of(request: DeskRequest, dispute: Dispute, *, now: datetime) -> dict[str, Any]:
    """What every page of a dispute begins with."""
    return {
        "dispute": dispute,
        "order": dispute.order,
        "policy": dispute.order.policy,
        "clocks": clocks_of(request, dispute.order),
        "countdowns": list(case.countdowns(dispute)),
        "silence": case.silence(dispute),
        "standing": case.standing(dispute),
        "turn": TURN_WORDS[turn_of(dispute.state)],
        "now": now,
    }


def _advice(ledger: OrderLedger, dispute: Dispute) -> dict[str, Any]:
    facts = case.facts_of(ledger, dispute)
    history = case.counsel_history(ledger, dispute.advice.all())
    counsel = case.counsel_now(ledger, facts) if dispute.is_open else None
    recommendation = counsel.recommendation if counsel else ""
    return {
        "counsel": counsel,
        "recommendation": recommendation,
        "lookups": facts.lookups,
        "lookups_needed": SOURCES_NEEDED,
        "turnings": case.turnings(ledger, facts) if dispute.is_open else [],
        "history": history,
        "choices": list_choices(ledger, dispute, recommendation=recommendation) if dispute.is_open else [],
        "missing_rate": missing_rate(dispute),
    }


def _holding(request: DeskRequest, dispute: Dispute) -> dict[str, Any]:
    """Who has it, and to whom it can be given."""
    if not request.reader.works_in(dispute.order.store_id):
        return {}
    team = list_team(request.reader, [dispute.order.store_id])
    form = AssignForm(team=team, initial={"to": str(request.user.pk)}, auto_id="holder-%s")
    return {"holding": who_has(dispute), "assign": form}


def _lesson(ledger: OrderLedger, dispute: Dispute, wrong: LessonForm | None) -> dict[str, Any]:
    """What the closed dispute teaches, and the form for the team's words."""
    kept = Lesson.objects.filter(dispute=dispute).first()
    initial = {"cause": kept.cause, "text": kept.text} if kept else {}
    form = wrong or LessonForm(initial=initial, auto_id="lesson-%s")
    return {"review": review_case(ledger, dispute), "kept_lesson": kept, "lesson": form}


def _evidence(ledger: OrderLedger, dispute: Dispute, exhibits: Sequence[Exhibit]) -> dict[str, Any]:
    marked = marked_exhibits(dispute)
    slots = case.slots(ledger, dispute, marked)
    offers = list(dispute.offers.all())
    drafts = draft_answers(ledger, dispute, offers, marked)
    versions = list_versions(list(dispute.bundles.all()))
    return {
        "slots": slots,
        "filled": sum(slot.is_filled for slot in slots),
        "marked": marked,
        "left_out": [exhibit for exhibit in exhibits if exhibit.left_out_at],
        "has_unreadable": any(not exhibit.is_readable for exhibit in exhibits if exhibit.left_out_at),
        "offers": offers,
        "drafts": [(draft, language_name(draft.language)) for draft in drafts],
        "versions": versions,
        "ready": next((version.bundle for version in versions if version.is_finished), None),
        "recipients": list_recipients(
            list(marked.values()),
            pack=dispute.order.policy.name,
            made_for=[version.bundle.recipient for version in versions],
        ),
    }


def _line_of(wrong: ExhibitForm | None, slots: Sequence[case.Slot]) -> str:
    """The checklist's line on which an upload failed; an empty string for the form below the list."""
    kind = str(wrong.data.get("kind", "")) if wrong else ""
    return kind if any(slot.kind == kind for slot in slots) else ""
