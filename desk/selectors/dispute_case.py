"""One dispute with all that its workbench shows: dates, advice, ways out, checklist, exhibits, drafts and story."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from desk import clocks
from desk.answer_words import ANSWERED, HANDED_IN, OFFERED, Gives
from desk.dispute_words import (
    LIABILITIES,
    RECOMMENDATIONS,
    SHORT_LIABILITIES,
    WITH_AMOUNT,
    Turn,
    exhibit_name,
    step_words,
    turn_of,
)
from desk.selectors import timeline
from desk.selectors.disputes import missed_answer
from disputes.advising import Advice, CaseFacts, advise, turning_points
from disputes.checklists import ChecklistSlot
from disputes.deadlines import evidence_rule, work_deadline
from disputes.lifecycle import DisputeState
from disputes.models import ActionItem, ActionKind, ActionState, AdviceEntry, Dispute
from disputes.services.advice import case_facts, dispute_checklist, exhibits_of, first_reminder
from disputes.services.lessons import Suggestion, store_suggestions
from evidence.models import Exhibit
from orders.events import EventType
from orders.models import TimelineEvent
from orders.models.timeline import EventKind
from orders.planning import promise_end
from orders.services.ledger import OrderLedger, view_ledger

Words = str | Promise
TOLD = {EventKind.FACT, EventKind.COMMAND, EventKind.REFUSED, EventKind.NOTE}


@dataclass(frozen=True)
class Countdown:
    """A date that runs: the platform's, and ours before it (D7); both UTC, None where nobody knows it."""

    label: Words
    rule: str
    at: datetime | None
    work_by: datetime | None = None


@dataclass(frozen=True)
class Counsel:
    """Advice in words."""

    rule: str
    headline: Words
    liability: Words
    recommendation: str
    at: datetime | None = None
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Turning:
    """What would change the advice, and into what."""

    step: Words
    counsel: Counsel
    at: datetime | None = None


@dataclass(frozen=True)
class Slot:
    """One line of the checklist with what fills it."""

    kind: str
    label: str
    slot: ChecklistSlot
    due_at: datetime | None
    exhibits: list[tuple[str, Exhibit]]
    told: list[str]  # sources of what was recorded without a file
    taught: Suggestion | None = None  # by lost disputes of this reason that lacked it

    @property
    def is_filled(self) -> bool:
        """Whether nothing is missing here."""
        return self.slot.is_filled

    @property
    def needs_source(self) -> bool:
        """Whether only another source than those given fills it."""
        return self.slot.sources_needed > 1 and not self.is_filled


def reading_ledger(dispute: Dispute, *, now: datetime) -> OrderLedger:
    """The order as the services know it, without a lock: to be looked at, never saved."""
    order = dispute.order
    return view_ledger(order, now=now, milestones=[], shipments=order.shipments.all())


# --- dates ------------------------------------------------------------------------------------------------------------
def countdowns(dispute: Dispute) -> Iterator[Countdown]:
    """The dates that count now: what we owe with our margin, then what comes by itself."""
    policy = dispute.order.policy
    if turn_of(dispute.state) is Turn.OURS:
        is_answer = dispute.state == DisputeState.OPENED
        yield Countdown(
            _("Answer the claim") if is_answer else _("Hand in the evidence"),
            "D1" if is_answer else evidence_rule(dispute, policy),
            dispute.deadline,
            work_deadline(dispute, policy),
        )
    if dispute.state in {DisputeState.OPENED, DisputeState.NEGOTIATING} and policy.has("D3"):
        yield Countdown(_("It may go to the platform"), "D3", dispute.opened_at + policy.duration("D3"))


def silence(dispute: Dispute) -> str:
    """What nobody did in time, where that is still so: an empty string when nothing was missed."""
    if missed_answer(dispute):
        return "answer"
    return "evidence" if dispute.state == DisputeState.EVIDENCE_MISSED else ""


def standing(dispute: Dispute) -> str:
    """What we have said already and nobody has answered yet, in words: an empty string while we have to act."""
    if dispute.state == DisputeState.EVIDENCE_SUBMITTED:
        return str(HANDED_IN)
    offers = [offer for offer in dispute.offers.all() if offer.at >= dispute.changed_at]
    if dispute.state != DisputeState.NEGOTIATING or not offers:
        return ""
    latest = max(offers, key=lambda offer: (offer.at, offer.pk))
    if latest.amount:
        return OFFERED % {"amount": clocks.format_money(latest.amount, dispute.order.currency)}
    return str(ANSWERED[latest.remedy or Gives.NOTHING])


# --- advice -----------------------------------------------------------------------------------------------------------
def counsel_now(ledger: OrderLedger, facts: CaseFacts) -> Counsel:
    """What the table says at this moment."""
    return _counsel(ledger, advise(facts))


def turnings(ledger: OrderLedger, facts: CaseFacts) -> list[Turning]:
    """What would change the advice; the same change by several exhibits stands once for each."""
    promised = promise_end(ledger.order, ledger.policy)
    return [
        Turning(step_words(step), _counsel(ledger, advice), promised if step == "promise_over" else None)
        for step, advice in turning_points(facts)
        if not (step == "promise_over" and promised is None)
    ]


def counsel_history(ledger: OrderLedger, entries: Iterable[AdviceEntry]) -> list[Counsel]:
    """The advice of the past, the latest first."""
    found = [_counsel(ledger, entry, at=entry.at, missing=entry.missing) for entry in entries]
    return found[::-1]


def _counsel(
    ledger: OrderLedger, advice: Advice | AdviceEntry, *, at: datetime | None = None, missing: Iterable[str] = ()
) -> Counsel:
    pattern = WITH_AMOUNT.get(advice.recommendation) if advice.amount is not None else None
    headline: Words = RECOMMENDATIONS.get(advice.recommendation, advice.recommendation)
    if pattern and advice.amount is not None:
        headline = str(pattern) % {"amount": clocks.format_money(advice.amount, ledger.order.currency)}
    words = LIABILITIES if at is None else SHORT_LIABILITIES
    return Counsel(
        rule=advice.rule,
        headline=headline,
        liability=words.get(advice.liability, advice.liability),
        recommendation=advice.recommendation,
        at=at,
        missing=[exhibit_name(kind) for kind in missing],
    )


def facts_of(ledger: OrderLedger, dispute: Dispute) -> CaseFacts:
    """What the advice looks at."""
    return case_facts(ledger, dispute)


# --- evidence ---------------------------------------------------------------------------------------------------------
def slots(ledger: OrderLedger, dispute: Dispute, marked: Mapping[str, Exhibit]) -> list[Slot]:
    """The checklist (rule E): the open lines first, each with its date."""
    filed: dict[str, list[tuple[str, Exhibit]]] = defaultdict(list)
    for mark, exhibit in marked.items():
        if exhibit.is_readable:
            filed[exhibit.kind].append((mark, exhibit))
    told: dict[str, list[str]] = defaultdict(list)
    for kind, source in exhibits_of(ledger):
        told[kind].append(source)
    due = _due_dates(ledger, dispute)
    taught = _taught(ledger, dispute)
    lines = [
        Slot(
            slot.kind,
            exhibit_name(slot.kind),
            slot,
            None if slot.is_filled else due.get(slot.kind) or first_reminder(ledger, dispute),
            filed[slot.kind],
            _without_file(told[slot.kind], filed[slot.kind]),
            None if slot.is_filled else taught.get(slot.kind),
        )
        for slot in dispute_checklist(ledger, dispute)
    ]
    return sorted(lines, key=lambda line: line.is_filled)


def _taught(ledger: OrderLedger, dispute: Dispute) -> dict[str, Suggestion]:
    """What lost disputes of the same reason lacked, by slot; a dispute that is over needs no advice."""
    if not dispute.is_open:
        return {}
    found = store_suggestions(ledger.order.store, until=ledger.now, reason=dispute.reason)
    return {row.slot: row for row in found}


def _without_file(sources: list[str], filed: list[tuple[str, Exhibit]]) -> list[str]:
    """What the timeline knows of and no file shows."""
    left = list(sources)
    for _mark, exhibit in filed:
        if exhibit.source in left:
            left.remove(exhibit.source)
    return left


def _due_dates(ledger: OrderLedger, dispute: Dispute) -> dict[str, datetime]:
    """When each missing exhibit is due, by its kind: the date of the action that asks for it."""
    prefix = f"{dispute.subject}:"
    return {
        item.subject.removeprefix(prefix): item.due_at
        for item in ledger.rows_of(ActionItem)
        if item.kind == ActionKind.PROVIDE_EXHIBIT
        and item.state == ActionState.OPEN
        and item.subject.startswith(prefix)
    }


# --- story ------------------------------------------------------------------------------------------------------------
def story(ledger: OrderLedger, dispute: Dispute) -> list[timeline.Entry]:
    """What happened since the claim, and what the buyer or the team wrote, the latest first."""
    events = [event for event in told_events(ledger) if event.at >= dispute.opened_at]
    return timeline.past(ledger.order, events, [], timeline.actors(events))


def told_events(ledger: OrderLedger) -> list[TimelineEvent]:
    """The order's facts, commands and notes with what people wrote in them."""

    def read() -> list[Any]:
        rows = ledger.order.timeline.filter(kind__in=TOLD).exclude(type__in=("stale", "snapshot"))
        return list(rows.select_related("private").order_by("at", "sequence"))

    return ledger.remember("told", read)


def buyers_words(ledger: OrderLedger, dispute: Dispute) -> list[TimelineEvent]:
    """What the buyer wrote about it: with the claim, with its changes, and since."""
    kinds = {EventType.DISPUTE_OPENED, EventType.DISPUTE_CHANGED, EventType.BUYER_MESSAGE}
    return [
        event for event in told_events(ledger) if event.type in kinds and event.at >= dispute.opened_at and _text(event)
    ]


def _text(event: TimelineEvent) -> str:
    private = getattr(event, "private", None)
    return str(private.data.get("text", "")) if private else ""


def in_the_way(dispute: Dispute) -> Dispute | None:
    """A newer open dispute of the same order that would take what is entered here, where this one names no item."""
    if dispute.item or not dispute.is_open:
        return None
    newer: Dispute | None = (
        Dispute.objects.filter(Q(order=dispute.order_id), closed_at=None, number__gt=dispute.number)
        .order_by("-number")
        .first()
    )
    return newer


def obstacle(dispute: Dispute) -> str:
    """Why nothing can be recorded on this dispute now: what is said of it would land on another, or nowhere."""
    if not dispute.is_open:
        return _("This dispute is closed.")
    newer = in_the_way(dispute)
    return _("First finish dispute %(number)d of this order.") % {"number": newer.number} if newer else ""
