"""Milestones follow the facts: planned when a fact arrives, moved when it changes, ended with a reason."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from orders.models import Milestone, Order
from orders.models.milestones import MilestoneState
from orders.models.timeline import EventKind
from orders.planning import REPEATING, MilestoneKind, Planned, ending, obstacle, plan
from orders.rules import printed_position
from orders.services.ledger import OPEN_STATES, OrderLedger


@dataclass(frozen=True, slots=True)
class Series:
    """The milestones of one kind, and of one subject where an order can have several (a dispute).

    A kind that does not repeat has its turn once, whatever its date. `reason` is why one ends that is not wanted.
    """

    kind: str
    reason: str
    repeats: bool
    subject: str = ""


def replan(ledger: OrderLedger, *, at: datetime) -> None:
    """Make the order's milestones those that its facts call for.

    `at` is when the fact behind it happened (UTC). What would have fallen due before we learnt of it is stale when
    the order is new or the fact is history: kept for the reader, and never fired.
    """
    wanted: dict[str, list[Planned]] = defaultdict(list)
    for planned in plan(ledger.order, ledger.policy):
        wanted[planned.kind].append(planned)
    held = {row.kind for row in ledger.milestones}
    for kind in MilestoneKind:
        if kind in wanted or kind in held:  # of the others there is nothing to add, to move or to end
            series = Series(kind, ending(kind, ledger.order) or "replaced", repeats=kind in REPEATING)
            bring_in_line(ledger, series, wanted.get(kind, []), at=at)


def bring_in_line(ledger: OrderLedger, series: Series, wanted: list[Planned], *, at: datetime) -> None:
    """Make one series what is wanted: a date that moved moves its row, a new one adds one, the rest is cancelled."""
    kind = [row for row in ledger.milestones if row.kind == series.kind]
    rows = [row for row in kind if row.subject == series.subject]
    open_rows = [row for row in rows if row.state in OPEN_STATES]
    kept = {row.due_at for row in open_rows} & {planned.due_at for planned in wanted}
    loose = [row for row in open_rows if row.due_at not in kept]
    for planned in wanted:
        if planned.due_at in kept or any(_had_its_turn(row, planned, series) for row in rows):
            continue
        if loose:
            _move(ledger, loose.pop(0), planned, at)
        else:
            kind.append(_add(ledger, planned, series, len(kind) + 1, at))
    for row in loose:
        cancel_milestone(ledger, row, reason=series.reason)


def _had_its_turn(row: Milestone, planned: Planned, series: Series) -> bool:
    if row.state in {MilestoneState.FIRED, MilestoneState.STALE, MilestoneState.DEAD}:
        return row.due_at == planned.due_at or not series.repeats
    if row.state != MilestoneState.CANCELLED or row.outcome_at is None:
        return False
    # Looked at on its date and not fired, it had its turn; ended ahead of it by a fact since voided, it had not.
    return row.due_at == planned.due_at and row.outcome_at >= row.due_at


def _move(ledger: OrderLedger, row: Milestone, planned: Planned, at: datetime) -> None:
    row.due_at = row.next_attempt_at = planned.due_at
    row.rule = planned.rule
    row.claim_token, row.lease_until, row.attempts = None, None, 0
    row.state, row.outcome_at = _first_state(ledger, planned, at)
    ledger.changed.append(row)


def _add(ledger: OrderLedger, planned: Planned, series: Series, sequence: int, at: datetime) -> Milestone:
    state, outcome_at = _first_state(ledger, planned, at)
    row = Milestone(
        order=ledger.order,
        kind=str(planned.kind),
        subject=series.subject,
        sequence=sequence,
        rule=planned.rule,
        due_at=planned.due_at,
        next_attempt_at=planned.due_at,
        state=state,
        outcome_at=outcome_at,
    )
    ledger.add(row)
    return row


def _first_state(ledger: OrderLedger, planned: Planned, at: datetime) -> tuple[MilestoneState, datetime | None]:
    """Past already by a new order, by a fact that is history, or by changed rules: stale, and it never fires."""
    silent = ledger.is_new or ledger.is_adopting or not ledger.is_news(at)
    if planned.due_at <= ledger.now and silent:
        return MilestoneState.STALE, ledger.now
    return MilestoneState.PENDING, None


# What a milestone does to the order's machine when it falls due.
MOVES: dict[str, Callable[[Order], Callable[[datetime], None]]] = {
    MilestoneKind.PAYMENT_EXPIRY: lambda order: order.expire_payment,
    MilestoneKind.CONTACT_30: lambda order: order.enter_contact_30,
    MilestoneKind.CONTACT_45: lambda order: order.enter_contact_45,
    MilestoneKind.CONTACT_60: lambda order: order.enter_contact_60,
    MilestoneKind.COMPLETION: lambda order: order.complete,
}


def settle_stale(ledger: OrderLedger, stale: list[Milestone]) -> None:
    """Bring the machine to where the dates that passed before we knew the order have left it; nobody is told."""
    if not stale:
        return
    ledger.write(EventKind.NOTE, "stale", at=ledger.now, data={"kinds": [row.kind for row in stale]})
    for row in sorted(stale, key=lambda row: (row.due_at, printed_position(row.rule))):
        change = MOVES.get(row.kind)
        if change and not obstacle(MilestoneKind(row.kind), ledger.order):
            ledger.move(change(ledger.order), row.due_at)


def cancel_milestone(ledger: OrderLedger, milestone: Milestone, *, reason: str) -> None:
    """End a milestone that has not fired, and keep why."""
    milestone.state = MilestoneState.CANCELLED
    milestone.outcome_at = ledger.now
    milestone.reason = reason
    ledger.changed.append(milestone)


def fire_milestone(ledger: OrderLedger, milestone: Milestone) -> None:
    """Mark a milestone as fired and write it on the timeline, with the move that it made."""
    milestone.state = MilestoneState.FIRED
    milestone.outcome_at = ledger.now
    milestone.claim_token = milestone.lease_until = None
    milestone.last_error = ""
    ledger.changed.append(milestone)
    ledger.write(
        EventKind.MILESTONE,
        milestone.kind,
        at=ledger.now,
        rule=milestone.rule,
        data={"due_at": milestone.due_at.isoformat(), "sequence": milestone.sequence},
    )
