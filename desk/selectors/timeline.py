"""An order's story as one picture: the dates to come above, what happened below, each with its rule."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from desk import clocks, words
from desk.date_reasons import protection_sum, sum_of
from desk.detail_words import DETAIL_NAMES
from desk.dispute_words import OUTCOMES, REMEDIES, exhibit_name
from desk.people_words import CALL_RESULTS, MOODS
from desk.reason_words import reason_words
from desk.review_event_words import STEP, told_step
from desk.selectors.case_answers import is_about_case, told_event
from desk.tracking_words import DETAILS, QUEUES, STEPS, result_words
from disputes.case_lifecycle import AfterSaleState
from disputes.models import ActionKind, CallDirection, Dispute
from messaging.models import Message, MessageState
from orders.calendars import CALENDARS, Calendar, is_provisional
from orders.events import EventType
from orders.models import DisruptionCause, Milestone, Order, TimelineEvent, TrackingEvent, User
from orders.models.milestones import MilestoneState
from orders.models.timeline import EventKind
from orders.planning import promise_end

Words = str | Promise


@dataclass(frozen=True)
class Detail:
    """A line below an entry: what it is, and what it says."""

    name: Words
    value: Words
    note: str = ""


@dataclass
class Entry:
    """Something that happened or will: when, what, by which rule, and what it did to the order."""

    at: datetime
    title: Words
    look: str  # the entry's kind, for its icon and its style
    rule: str = ""
    details: list[Detail] = field(default_factory=list)
    moves: list[tuple[Words, Words]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    who: Words = ""
    learnt_at: datetime | None = None  # when it was recorded, where that was much later
    sequence: int = 0
    is_provisional: bool = False  # counted on a calendar that is not published yet
    anchor: str = ""  # where the picture's mark leads
    type: str = ""  # the event's type, or the date's kind
    because: str = ""  # the sum behind a date to come
    status: str = ""  # of tracking news
    is_voided: bool = False  # the carrier took the news back (T10)

    @property
    def explains(self) -> bool:
        """Whether the rule's sentence stands here; what follows from an entry names the rule only."""
        return self.look not in {EventKind.MESSAGE, EventKind.ACTION}


def future(
    order: Order, milestones: Iterable[Milestone], messages: Iterable[Message], disputes: Iterable[Dispute] = ()
) -> list[Entry]:
    """What is to come, the furthest first, so that the nearest stands beside the present."""
    by_subject = {dispute.subject: dispute for dispute in disputes}
    waiting = [row for row in milestones if row.state in {MilestoneState.PENDING, MilestoneState.CLAIMED}]
    leaving = [row for row in messages if row.state in {MessageState.PENDING, MessageState.CLAIMED}]
    entries = [*(_date(order, row, by_subject) for row in waiting), *map(_leaving, leaving)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _date(order: Order, row: Milestone, disputes: Mapping[str, Dispute]) -> Entry:
    found = sum_of(order, row, disputes)
    return Entry(
        row.due_at,
        words.milestone_label(row.kind, order.policy),
        "date",
        row.rule,
        is_provisional=_is_provisional(order, row),
        anchor=f"date-{row.pk}",
        type=row.kind,
        because=found.told(row.due_at) if found else "",
    )


def _leaving(row: Message) -> Entry:
    title = _("Message leaves: %(purpose)s") % {"purpose": _purpose(row.purpose)}
    return Entry(row.send_after, title, "message", row.rule, anchor=f"leaves-{row.pk}", type=row.purpose)


def _is_provisional(order: Order, row: Milestone) -> bool:
    counts = order.policy.value(row.rule, "calendar") == Calendar.CHINA_WORKING
    return counts and is_provisional(row.due_at.astimezone(CALENDARS[Calendar.CHINA_WORKING][0]).date())


def past(
    order: Order,
    events: Sequence[TimelineEvent],
    milestones: Iterable[Milestone],
    names: Mapping[str, User],
    news: Iterable[TrackingEvent] = (),
) -> list[Entry]:
    """What happened, the latest first; dates that ended before their time stand where they ended."""
    rows = list(milestones)
    entries = [_event(order, event, names) for event in events if event.type != "snapshot"]
    entries += [*_cancelled(order, rows), *_dead(order, rows)]
    passed = {event.sequence: event.data.get("kinds", []) for event in events if event.type == "stale"}
    voided = {(row.at, row.status) for row in news if row.voided_at}
    for entry in entries:
        if entry.look == "stale":
            entry.details = _stale(order, rows, passed[entry.sequence], entry.at)
        entry.is_voided = entry.type == EventType.TRACKING and (entry.at, entry.status) in voided
    return sorted(entries, key=lambda entry: (entry.at, entry.sequence), reverse=True)


def actors(events: Iterable[TimelineEvent]) -> dict[str, User]:
    """The people among those who acted, by the name that the timeline gives them."""
    said = {actor for event in events for actor in (event.actor, str(event.data.get("member", "")))}
    ids = {int(actor) for actor in said if actor.isdigit()}
    return {str(pk): user for pk, user in User.objects.in_bulk(ids).items()} if ids else {}


def deadlines(order: Order, *, now: datetime) -> list[Detail]:
    """The ends that the order's dates follow from."""
    promised = promise_end(order, order.policy)
    ends = [Detail(_("Promised delivery"), clocks.format_instant(promised, now=now))] if promised else []
    if found := protection_sum(order):
        end = found.result
        ends.append(Detail(_("Protection ends"), clocks.format_instant(end, now=now), found.told(now)))
    return ends


# --- events -----------------------------------------------------------------------------------------------------------
def _event(order: Order, event: TimelineEvent, names: Mapping[str, User]) -> Entry:
    data: dict[str, Any] = event.data
    learnt_late = event.recorded_at - event.at > clocks.HOUR
    return Entry(
        at=event.at,
        title=_title(order, event, names),
        look="stale" if event.type == "stale" else event.kind,
        rule=event.rule,
        details=_details(order, event),
        moves=[_move(order, move) for move in data.get("transitions", [])],
        violations=data.get("violations", []),
        warnings=data.get("warnings", []),
        who=_who(event.actor, names),
        learnt_at=event.recorded_at if learnt_late else None,
        sequence=event.sequence,
        anchor=f"event-{event.sequence}",
        type=event.type,
        status=str(data.get("status", "")),
    )


def _title(order: Order, event: TimelineEvent, names: Mapping[str, User]) -> Words:
    if event.kind == EventKind.MESSAGE:
        pattern = str(words.MESSAGE_EVENTS.get(event.type, "%(purpose)s"))
        return pattern % {"purpose": _purpose(event.data.get("purpose", ""))}
    if event.kind == EventKind.MILESTONE:
        return words.milestone_label(event.type, order.policy)
    if event.kind == EventKind.ACTION:
        return _action_title(event, names)
    name = words.EVENTS.get(event.type, event.type.replace("_", " "))
    if event.type == EventType.EVIDENCE_ADDED:
        name = _("%(what)s: %(which)s") % {"what": name, "which": exhibit_name(str(event.data.get("kind", "")))}
    return _("Refused: %(what)s") % {"what": name} if event.kind == EventKind.REFUSED else name


def _details(order: Order, event: TimelineEvent) -> list[Detail]:
    private = getattr(event, "private", None)
    if is_about_case(event.type):
        told = told_event(order, event.data, private.data if private else {})
        return [Detail(name, value) for name, value in told]
    data = {**event.data, **(private.data if private else {})}
    said = {key: data[key] for key in DETAIL_NAMES if data.get(key) not in (None, "")}
    return [Detail(DETAIL_NAMES[key], _value(order, key, value, event)) for key, value in said.items()]


def _value(order: Order, key: str, value: Any, event: TimelineEvent) -> Words:
    if key == "amount":
        return clocks.format_money(Decimal(value), order.currency)
    if key == "cause" and value in DisruptionCause.values:
        return DisruptionCause(value).label
    if key in {"protection_ends_at", "next_at", "to", "call_back"}:
        return clocks.format_instant(datetime.fromisoformat(value), now=event.at)
    if key == "reason" and event.type in {EventType.DISPUTE_OPENED, EventType.DISPUTE_CHANGED}:
        return words.DISPUTE_REASONS.get(str(value), str(value))
    if key == "found":
        return _("yes") if value else _("no")
    if event.type == STEP and (told := told_step(key, str(value))):
        return told
    tables: dict[str, dict[str, Words]] = {
        "status": words.TRACKING,
        "detail": DETAILS,
        "signed_by": DETAILS,
        "queue": QUEUES,
        "step": {step: said.name for step, said in STEPS.items()},
        "choice": words.CHOICES,
        "remedy": REMEDIES,
        "mood": {**MOODS, "calm": MOODS[""]},
        "call": CALL_RESULTS,
        "direction": dict(CallDirection.choices),
        "outcome": OUTCOMES,
        "language": words.LANGUAGES,
    }
    if key in tables:
        return tables[key].get(str(value), str(value))
    if key == "result":
        return result_words(str(value))
    return reason_words(str(value)) if key == "reason" else str(value)


def _action_title(event: TimelineEvent, names: Mapping[str, User]) -> Words:
    pattern = words.ACTION_EVENTS.get(event.type)
    if pattern is None:
        return _("To do: %(what)s") % {"what": _action(event.type)}
    member = names.get(str(event.data.get("member", "")), "–")
    return str(pattern) % {"what": _action(event.data.get("kind", "")), "who": member}


def _who(actor: str, names: Mapping[str, User]) -> Words:
    if actor in names:
        return str(names[actor])
    return words.DOORS.get(actor.partition(":")[0], "" if actor.isdigit() else actor)


def _purpose(purpose: str) -> Words:
    return words.PURPOSES.get(purpose, purpose)


def _action(kind: str) -> Words:
    return ActionKind(kind).label if kind in ActionKind.values else kind


def _move(order: Order, move: Mapping[str, str]) -> tuple[Words, Words]:
    if move.get("of") == "dispute":
        return words.dispute_label(move["from"]), words.dispute_label(move["to"])
    if move.get("of", "").startswith("case:"):
        return AfterSaleState(move["from"]).label, AfterSaleState(move["to"]).label
    return words.state_label(move["from"], order.policy), words.state_label(move["to"], order.policy)


# --- dates that did not fire ------------------------------------------------------------------------------------------
def _cancelled(order: Order, milestones: Iterable[Milestone]) -> list[Entry]:
    """Dates that ended together, by one reason, are one entry."""
    groups: dict[tuple[datetime, str], list[Milestone]] = defaultdict(list)
    for row in milestones:
        if row.state == MilestoneState.CANCELLED and row.outcome_at:
            groups[row.outcome_at, row.reason].append(row)
    return [
        Entry(
            at,
            _("No longer needed: %(reason)s") % {"reason": reason_words(reason)},
            "cancelled",
            details=_dates(order, rows, at),
            anchor=f"ended-{rows[0].pk}",
        )
        for (at, reason), rows in groups.items()
    ]


def _dead(order: Order, milestones: Iterable[Milestone]) -> list[Entry]:
    return [
        Entry(
            row.due_at,
            _("Given up: %(what)s") % {"what": words.milestone_label(row.kind, order.policy)},
            "dead",
            row.rule,
            [Detail(_("Error"), row.last_error)],
            anchor=f"date-{row.pk}",
        )
        for row in milestones
        if row.state == MilestoneState.DEAD
    ]


def _stale(order: Order, milestones: Iterable[Milestone], kinds: Collection[str], at: datetime) -> list[Detail]:
    stale = [row for row in milestones if row.state == MilestoneState.STALE and row.kind in kinds]
    return _dates(order, stale, at)


def _dates(order: Order, milestones: Iterable[Milestone], at: datetime) -> list[Detail]:
    """The dates, with the year where it is not that of `at`, when they ended."""
    return [
        Detail(words.milestone_label(row.kind, order.policy), clocks.format_instant(row.due_at, now=at))
        for row in milestones
    ]
