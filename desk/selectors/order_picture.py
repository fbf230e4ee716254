"""An order's clock as a picture: lanes over time, a mark for each line of its timeline, and where now is.

Positions are shares of the width, so that the picture fits a phone without shrinking its letters; marks that would lie
upon each other are one mark, which says how many it stands for.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from desk import clocks, words
from desk.charts import Tone, count_letters
from desk.selectors.timeline import Entry
from disputes.deadlines import work_deadline
from disputes.models import Dispute
from orders.events import EventType
from orders.lifecycle import OrderState
from orders.models import Disruption, Order, TimelineEvent
from orders.models.timeline import EventKind
from orders.planning import MilestoneKind, protection_end

Words = str | Promise

TOP, LANE, BELOW, BOTTOM = 20, 40, 10, 40  # heights, in pixels
EDGE = 2.0  # shares of the width that stay free at both ends
NEAR = 2.6  # marks nearer than this are one
MOST_TICKS = 5
STEPS = [1, 2, 7, 14, 30, 60, 90, 180, 365, 730]  # days between two dates on the scale
ROOM = {"anywhere": 2.1, "wide": 0.62}  # shares of the width that a letter takes on a phone, and on a wide screen
TOLD = 4  # lines of a mark that stands for several

STAGES = {MilestoneKind.CONTACT_30, MilestoneKind.CONTACT_45, MilestoneKind.CONTACT_60}
PARCEL = {EventType.SHIPPED, EventType.TRACKING, EventType.DELIVERED, EventType.TRACKING_LOOKUP}
PARCEL |= {EventType.RECEIPT_DENIED, EventType.RECEIPT_CONFIRMED}
REACHED = {"sent", "sent_by_hand"}  # the messages that are full marks
UNSAID = {"queued", "retried"}  # a message's steps that are no event of the order's
TONES: dict[str, Tone] = {
    OrderState.PAYMENT_PENDING: Tone.WARN,
    OrderState.PAID: Tone.INFO,
    OrderState.SHIPPED: Tone.INFO,
    OrderState.CONTACT_30: Tone.INFO,
    OrderState.CONTACT_45: Tone.WARN,
    OrderState.CONTACT_60: Tone.BAD,
    OrderState.DISPUTED: Tone.BAD,
    OrderState.DELIVERED: Tone.GOOD,
    OrderState.COMPLETED: Tone.GOOD,
}


@dataclass
class Mark:
    """One sign of the picture: where, of what form, what it says, and the line that it leads to."""

    at: float
    form: str  # done, coming, stage, void or ended
    href: str
    lines: list[str]
    label: str = ""  # said beside it, where it stands alone

    @property
    def x(self) -> str:
        """Its place, written for SVG in no reader's language."""
        return f"{self.at:.2f}%"

    @property
    def drop(self) -> int:
        """How far below its lane's line it lies: what did not happen makes room for what did."""
        return 9 if self.form == "ended" else -2

    @property
    def count(self) -> int:
        """How many lines of the timeline it stands for."""
        return len(self.lines)

    @property
    def told(self) -> str:
        """What it says aloud."""
        more = len(self.lines) - TOLD
        shown = self.lines[:TOLD] + ([_("and %(n)d more") % {"n": more}] if more > 0 else [])
        return "; ".join(shown)


@dataclass(frozen=True)
class Span:
    """A stretch of time: how long the order stood somewhere, a margin, a disruption."""

    x: str
    width: str
    look: str  # a tone, or `margin`
    told: str
    href: str = ""
    label: str = ""
    fits: str = ""  # where there is room for the label: `anywhere`, or `wide` screens only


@dataclass
class Lane:
    """Signs of one kind, at one height."""

    name: Words
    y: int
    spans: list[Span] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    @property
    def middle(self) -> int:
        """Where its signs lie."""
        return self.y + 24


@dataclass(frozen=True)
class Pole:
    """An instant that goes through all lanes."""

    x: str
    label: str
    look: str
    anchor: str  # how its label hangs
    y: int


@dataclass(frozen=True)
class Tick:
    """A date on the scale; `look` is the end that its label keeps to, and `wide` where a phone has no room for it."""

    x: str
    label: str
    look: str


@dataclass(frozen=True)
class Picture:
    """All of it, and one sentence for those who do not see it."""

    lanes: list[Lane]
    poles: list[Pole]
    ticks: list[Tick]
    height: int
    told: str

    @property
    def foot(self) -> int:
        """Where the lanes end."""
        return self.height - BOTTOM


@dataclass(frozen=True)
class Scale:
    """From an instant to its place, in per cent of the width."""

    start: datetime
    end: datetime

    def place(self, instant: datetime) -> float:
        """Where an instant lies; what is beyond an end lies at it."""
        share = (instant - self.start) / (self.end - self.start)
        return EDGE + min(max(share, 0.0), 1.0) * (100 - 2 * EDGE)

    def span(self, start: datetime, end: datetime) -> tuple[str, str]:
        """Where a stretch begins and how wide it is; never so narrow that it is not seen."""
        left, right = self.place(start), self.place(end)
        return f"{left:.2f}%", f"{max(right - left, 0.4):.2f}%"

    def ticks(self) -> Iterator[Tick]:
        """Dates at even distances, at most as many as a phone has room for."""
        days = max((self.end - self.start).days, 1)
        step = next((step for step in STEPS if days / step <= MOST_TICKS), STEPS[-1])
        taken = 0.0
        for number in range(days // step + 1):
            at = self.start + timedelta(days=number * step)
            place, label = self.place(at), clocks.format_day(at, now=at)  # no year: the lines below say it
            room = ROOM["anywhere"] * count_letters(label)
            anchor = "start" if place < room / 2 else "end" if place + room / 2 > 100 else "middle"
            begins = place - {"start": 0.0, "middle": room / 2, "end": room}[anchor]
            fits = begins >= taken
            taken = begins + room if fits else taken
            yield Tick(f"{place:.2f}%", label, anchor if fits else f"{anchor} wide")


def draw_order(
    order: Order,
    past: Sequence[Entry],
    future: Sequence[Entry],
    *,
    events: Sequence[TimelineEvent],
    disputes: Sequence[Dispute],
    disruptions: Sequence[Disruption],
    now: datetime,
) -> Picture:
    """The picture of an order whose timeline is `past` and `future`."""
    protected_until = protection_end(order, order.policy)
    scale = _scale(order, past, future, protected_until, now)
    lanes = [_order_lane(order, past, future, events, scale, now), *_mark_lanes(past, future, scale)]
    lanes = [lane for lane in lanes if lane.marks or lane.spans]
    if disputes:
        lanes.append(_dispute_lane(disputes, order, future, scale, now))
    if disruptions:
        lanes.append(_disruption_lane(disruptions, scale, now))
    height = TOP
    for lane in lanes:
        lane.y, lane.marks = height, list(_merged(lane.marks))
        height += LANE + (BELOW if any(span.label for span in lane.spans) else 0)
    height += BOTTOM
    poles = list(_poles(scale, now, protected_until, height - BOTTOM))
    return Picture(lanes, poles, list(scale.ticks()), height, _told(future, protected_until, now))


def _scale(
    order: Order, past: Sequence[Entry], future: Sequence[Entry], protected_until: datetime | None, now: datetime
) -> Scale:
    instants = [now, order.placed_at, *(entry.at for entry in (*past, *future))]
    instants += [protected_until] if protected_until else []
    return Scale(min(instants), max(*instants, min(instants) + timedelta(days=1)))


# --- lanes ------------------------------------------------------------------------------------------------------------
def _order_lane(
    order: Order,
    past: Sequence[Entry],
    future: Sequence[Entry],
    events: Sequence[TimelineEvent],
    scale: Scale,
    now: datetime,
) -> Lane:
    """How long the order stood in each state, and its stages of contact."""
    lane = Lane(_("Order"), 0)
    stays = [*_stays(order, events), (max(now, order.state_since), "")]
    for (since, state), (until, _next) in pairwise(stays):
        name = words.state_label(state, order.policy)
        told = _("%(state)s from %(since)s") % {"state": name, "since": clocks.format_day(since, now=now)}
        share = scale.place(until) - scale.place(since)
        fits = next((where for where, room in ROOM.items() if share >= room * count_letters(name)), "")
        tone = f"tone-{TONES.get(state, Tone.QUIET)}"
        lane.spans.append(Span(*scale.span(since, until), tone, told, label=name if fits else "", fits=fits))
    lane.marks = [_mark(entry, scale, "done") for entry in past if _is_stage(entry)]
    for entry in future:
        if entry.type in STAGES:
            label = words.stage_label(entry.rule, order.policy)
            lane.marks.append(replace(_mark(entry, scale, "stage"), label=label))
    return lane


def _stays(order: Order, events: Sequence[TimelineEvent]) -> Iterator[tuple[datetime, str]]:
    """Since when the order stood in which state."""
    yield order.placed_at, OrderState.PAYMENT_PENDING
    for event in sorted(events, key=lambda event: (event.at, event.sequence)):
        moves = [move for move in event.data.get("transitions", []) if move.get("of") == "order"]
        if moves:
            yield event.at, str(moves[-1]["to"])


def _is_stage(entry: Entry) -> bool:
    return entry.look == EventKind.MILESTONE and entry.type in STAGES


def _mark_lanes(past: Sequence[Entry], future: Sequence[Entry], scale: Scale) -> list[Lane]:
    parcel, messages, dates = (Lane(name, 0) for name in (_("Parcel"), _("Messages"), _("Events and dates")))
    for entry in past:
        if entry.look == EventKind.ACTION or _is_stage(entry) or entry.type in UNSAID:
            continue
        if entry.look == EventKind.MESSAGE:
            messages.marks.append(_mark(entry, scale, "done" if entry.type in REACHED else "ended"))
        elif entry.type in PARCEL and entry.look != EventKind.REFUSED:
            parcel.marks.append(_mark(entry, scale, "void" if entry.is_voided else "done"))
        else:
            is_over = entry.look in {"cancelled", "dead", "stale", EventKind.REFUSED}
            dates.marks.append(_mark(entry, scale, "ended" if is_over else "done"))
    for entry in future:
        if entry.look == "message":
            messages.marks.append(_mark(entry, scale, "coming"))
        elif entry.type not in STAGES:
            dates.marks.append(_mark(entry, scale, "coming"))
    return [parcel, messages, dates]


def _dispute_lane(
    disputes: Sequence[Dispute], order: Order, future: Sequence[Entry], scale: Scale, now: datetime
) -> Lane:
    """Each dispute from its opening on, and before a deadline that runs the margin that is not ours (D7)."""
    lane = Lane(_("Dispute"), 0)
    for dispute in disputes:
        href = f"#dispute-{dispute.pk}"
        told = _("Dispute from %(since)s") % {"since": clocks.format_day(dispute.opened_at, now=now)}
        ends = dispute.closed_at or max(now, dispute.deadline or now)
        lane.spans.append(Span(*scale.span(dispute.opened_at, ends), "tone-bad open-claim", told, href))
        work_by = work_deadline(dispute, order.policy)
        if dispute.is_open and dispute.deadline and work_by and now < dispute.deadline > work_by:
            said = {"ours": clocks.format_instant(work_by, now=now)}
            said["theirs"] = clocks.format_instant(dispute.deadline, now=now)
            margin = _("Margin: work to %(ours)s, the platform closes %(theirs)s") % said
            x, _width = scale.span(work_by, dispute.deadline)
            width = max(scale.place(dispute.deadline) - scale.place(work_by), NEAR / 2)
            lane.spans.append(Span(x, f"{width:.2f}%", "margin", margin, href))
            lane.marks.append(Mark(scale.place(work_by), "coming", href, [margin]))
    return lane


def _disruption_lane(disruptions: Sequence[Disruption], scale: Scale, now: datetime) -> Lane:
    lane = Lane(_("Disruption"), 0)
    for row in disruptions:
        said = {"cause": row.get_cause_display(), "since": clocks.format_day(row.starts_at, now=now)}
        told = _("%(cause)s from %(since)s") % said
        x, width = scale.span(row.starts_at, row.over_at or max(now, row.starts_at))
        lane.spans.append(Span(x, width, "tone-warn", told, "#disruptions"))
    return lane


# --- signs ------------------------------------------------------------------------------------------------------------
def _mark(entry: Entry, scale: Scale, form: str) -> Mark:
    line = f"{clocks.format_instant(entry.at, now=entry.at)} · {entry.title}"
    taken_back = _("%(what)s (taken back by the carrier)")
    line = taken_back % {"what": line} if form == "void" else line
    return Mark(scale.place(entry.at), form, f"#{entry.anchor}", [line])


def _merged(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Those of one form that would lie upon each other become one; a stage always stands alone."""
    last: Mark | None = None
    for mark in sorted(marks, key=lambda mark: mark.at):
        if last and mark.at - last.at < NEAR and last.form == mark.form != "stage":
            last.lines += mark.lines
            continue
        if last:
            mark.at = max(mark.at, min(last.at + NEAR / 2, 100 - EDGE / 2))
            yield last
        last = mark
    if last:
        yield last


def _poles(scale: Scale, now: datetime, protected_until: datetime | None, foot: int) -> Iterator[Pole]:
    yield _pole(scale.place(now), _("Now"), "now", foot + 14)
    if protected_until:
        label = _("Protection ends %(on)s") % {"on": clocks.format_day(protected_until, now=now)}
        yield _pole(scale.place(protected_until), label, "end", foot + 30)


def _pole(at: float, label: str, look: str, y: int) -> Pole:
    """A label hangs to the side on which there is room."""
    return Pole(f"{at:.2f}%", label, look, "start" if at < 50 else "end", y)


def _told(future: Sequence[Entry], protected_until: datetime | None, now: datetime) -> str:
    """What matters of it, in a sentence: the next date, and the end."""
    parts = []
    if future:
        following = min(future, key=lambda entry: entry.at)
        said = {"what": following.title, "at": clocks.format_instant(following.at, now=now)}
        parts.append(_("Next: %(what)s, %(at)s.") % said)
    if protected_until:
        on = clocks.format_instant(protected_until, now=now)
        parts.append(_("The buyer's protection ends %(on)s.") % {"on": on})
    return " ".join(parts)
