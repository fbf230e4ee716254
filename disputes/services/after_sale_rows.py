"""The rows of an after-sale case on its order's ledger: finding them, seeing what they say, and telling of them."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from disputes.case_facts import CaseFacts
from disputes.case_refusals import KindRefused
from disputes.checklists import is_proof
from disputes.models import AfterSaleCase, CaseParcel, CaseStep, MoneyEntry
from disputes.services.advice import exhibits_of
from disputes.services.telling import tell_buyer
from messaging.vocabulary import Purpose
from orders.events import EventType
from orders.models import TimelineEvent
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger


def find_case(ledger: OrderLedger, case_id: int) -> AfterSaleCase:
    """The case as it stands under the order's lock."""
    cases: list[AfterSaleCase] = ledger.rows_of(AfterSaleCase)
    return next(case for case in cases if case.pk == case_id)


def open_cases(ledger: OrderLedger) -> list[AfterSaleCase]:
    """The order's cases that somebody still has to look at, oldest first."""
    return sorted((case for case in ledger.rows_of(AfterSaleCase) if case.is_open), key=lambda case: case.number)


def refuse_twin(ledger: OrderLedger, case: AfterSaleCase) -> None:
    """One trouble is one case: of a kind and an item at most one is open. Raises KindRefused."""
    others = (row for row in open_cases(ledger) if row is not case)
    twin = next((row for row in others if (row.kind, row.item) == (case.kind, case.item)), None)
    if twin:
        told = _("case %(number)s of this kind is open on this order: go on with it") % {"number": twin.number}
        raise KindRefused("R12", told)


def facts_of(ledger: OrderLedger, case: AfterSaleCase) -> CaseFacts:
    """All that is known of the case now."""
    return CaseFacts(
        order=ledger.order,
        policy=ledger.policy,
        case=case,
        steps=[row for row in ledger.rows_of(CaseStep) if _is_of(row, case)],
        parcels=[row for row in ledger.rows_of(CaseParcel) if _is_of(row, case)],
        money=[row for row in ledger.rows_of(MoneyEntry) if _is_of(row, case)],
        exhibits=frozenset(kind for kind, _source in exhibits_of(ledger)),
        now=ledger.now,
    )


def read_case(case: AfterSaleCase, *, now: datetime) -> CaseFacts:
    """The same for a page, in five questions and without a lock."""
    told = TimelineEvent.objects.filter(order=case.order_id, type=EventType.EVIDENCE_ADDED)
    return CaseFacts(
        order=case.order,
        policy=case.order.policy,
        case=case,
        steps=list(case.steps.all()),
        parcels=list(case.parcels.all()),
        money=list(case.money_entries.all()),
        exhibits=frozenset(event.data["kind"] for event in told if is_proof(event.data)),
        now=now,
    )


def _is_of(row: CaseStep | CaseParcel | MoneyEntry, case: AfterSaleCase) -> bool:
    """By the row where both are stored: a ledger may hold two objects of one case."""
    return row.case is case if row.case_id is None else row.case_id == case.pk


def store_case(case: AfterSaleCase) -> None:
    """Write what changed of a case that is there already; a new one is written with its ledger."""
    if case.pk:
        case.save()


def note_case(
    ledger: OrderLedger, case: AfterSaleCase, what: str, *, rule: str, text: str = "", **data: Any
) -> TimelineEvent:
    """A line of the timeline about the case; `text` stands beside it."""
    said = {"case": case.number, "kind": case.kind} | data
    private = {"text": text} if text else None
    return ledger.write(EventKind.NOTE, f"case_{what}", at=ledger.now, rule=rule, data=said, private=private)


def begin_anew(ledger: OrderLedger, case: AfterSaleCase, how: str) -> None:
    """What was done so far is told, and counts no more: as `case_facts` says."""
    ledger.add(CaseStep(case=case, order=ledger.order, name=how, taken_at=ledger.now, taken_by=ledger.actor, words={}))


def tell_case(ledger: OrderLedger, case: AfterSaleCase, purpose: Purpose, *, rule: str, **given: Any) -> None:
    """Write to the buyer about his case; by default he hears again on its next date."""
    given.setdefault("answer_by", case.next_at if case.next_at > ledger.now else None)
    tell_buyer(ledger, purpose, rule=rule, **given)
