"""An order's parcels on its page: what each source says, what it means, and what is done about it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.reason_words import name_variables
from desk.selectors.lookups import Lookup, read_lookups
from desk.selectors.tracking import Row, meaning_of
from desk.tracking_words import STEPS, StepWords
from disputes.models import TrackingCase
from disputes.offering import OFFERED
from disputes.tracking_lifecycle import CaseStep
from messaging.guards import message_obstacle
from messaging.models import Template
from messaging.rendering import MissingVariables
from messaging.services.outbox import OWN_TEXTS, draft_message
from messaging.vocabulary import Language, Purpose
from orders.belongings import Kinds
from orders.models import Order, OrderItem, TimelineEvent, TouchedOrder, TrackingEvent, User
from orders.services.ledger import view_ledger
from orders.tracking_sources import disagreement
from orders.tracking_statuses import TrackingStatus

ANSWERED_WITH: Kinds = (Template, TouchedOrder)


@dataclass(frozen=True)
class Source:
    """Who tells of the parcel: the latest that he said and still stands by, and when it was read there (UTC)."""

    name: str
    latest: TrackingEvent
    read_at: datetime


@dataclass(frozen=True)
class Step:
    """One of the four steps of the open case: when it was taken, by whom, and what he found."""

    code: str
    words: StepWords
    at: datetime | None
    who: str = ""
    text: str = ""
    is_next: bool = False


@dataclass(frozen=True)
class Answer:
    """A text about the parcel, filled in for the buyer; `problem` names what it lacks."""

    purpose: Purpose
    language: Language | str = ""
    subject: str = ""
    body: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Panel:
    """What the order's page shows of its parcels."""

    row: Row
    news: Sequence[TrackingEvent]
    sources: Sequence[Source]
    lookups: Sequence[Lookup]
    steps: Sequence[Step]
    past: Sequence[TrackingCase]
    answer: Answer | None
    differ_since: datetime | None  # since when (UTC) the sources have said different things


def parcel_panel(
    order: Order,
    news: Sequence[TrackingEvent],
    events: Iterable[TimelineEvent],
    names: Mapping[str, User],
    kinds: Kinds,
    *,
    now: datetime,
) -> Panel | None:
    """The panel of an order that has a parcel, and these kinds of rows. None before that.

    `news` come the latest first; `events` are its timeline.
    """
    if order.shipped_at is None and not news:
        return None
    cases = _cases(order) if TrackingCase in kinds else []
    case = next((case for case in cases if case.is_open), None)
    lookups = read_lookups(events)
    return Panel(
        row=Row(order, list(order.shipments.all()), case, meaning_of(order), lookups),
        news=news,
        sources=latest_by_source(news),
        lookups=lookups,
        steps=list(_steps(case, events, names)) if case else [],
        past=[case for case in cases if not case.is_open],
        answer=ready_answer(order, kinds, now=now),
        differ_since=_differ_since(news),
    )


def _cases(order: Order) -> list[TrackingCase]:
    return list(order.tracking_cases.select_related("responsible").order_by("-opened_at"))


def latest_by_source(news: Iterable[TrackingEvent]) -> list[Source]:
    """Each source's latest news that was not taken back, of news that comes the latest first."""
    latest: dict[str, Source] = {}
    for event in news:
        if event.voided_at is None and event.status:
            latest.setdefault(event.source, Source(event.source, event, event.recorded_at))
    return list(latest.values())


def _differ_since(news: Iterable[TrackingEvent]) -> datetime | None:
    told: dict[str, list[tuple[datetime, TrackingStatus]]] = defaultdict(list)
    for event in news:
        if event.voided_at is None and event.status:
            told[event.source].append((event.at, TrackingStatus(event.status)))
    return disagreement(told).since


def _steps(case: TrackingCase, events: Iterable[TimelineEvent], names: Mapping[str, User]) -> Iterable[Step]:
    notes: dict[str, TimelineEvent] = {
        event.data["step"]: event
        for event in events
        if event.type == "tracking_step" and event.recorded_at >= case.opened_at
    }
    for code in CaseStep:
        note = notes.get(code)
        private: dict[str, Any] = getattr(getattr(note, "private", None), "data", {})
        yield Step(
            code=code,
            words=STEPS[code],
            at=note.at if note else None,
            who=str(names.get(note.actor, "")) if note else "",
            text=private.get("text", ""),
            is_next=code == case.next_step,
        )


# --- the ready answer -------------------------------------------------------------------------------------------------
def ready_answer(order: Order, kinds: Kinds = ANSWERED_WITH, *, now: datetime) -> Answer | None:
    """The text that answers "where is my parcel?" for this buyer now; None where none may be sent.

    `kinds` are those of ANSWERED_WITH that the order or its store may have.
    """
    purpose = next((purpose for purpose in _fitting(order) if not message_obstacle(purpose, order)), None)
    if purpose is None:
        return None
    ledger = view_ledger(order, now=now, milestones=[], shipments=order.shipments.all())
    ledger.remember(OrderItem.__name__, lambda: list(order.items.all()))
    if TouchedOrder not in kinds:
        ledger.remember(TouchedOrder.__name__, list)
    if Template not in kinds:
        ledger.remember_of_store(OWN_TEXTS, list)
    try:
        language, text = draft_message(ledger, purpose)
    except MissingVariables as error:
        return Answer(purpose, problem=name_variables(error.names))
    return Answer(purpose, language, text.subject, text.body)


def _fitting(order: Order) -> list[Purpose]:
    """The texts that fit, the most telling first."""
    if order.receipt_denied_at:
        return [Purpose.NOT_RECEIVED]
    return [purpose for purpose in (Purpose.FAILED_ATTEMPT, Purpose.TRACKING_UPDATE) if purpose in OFFERED]
