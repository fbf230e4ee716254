"""Milestones follow the facts: planned when a fact arrives, moved when it changes, ended with a reason."""

from collections.abc import Callable, Iterable
from datetime import datetime

from orders.models import Milestone, Order
from orders.models.milestones import MilestoneState
from orders.models.timeline import EventKind
from orders.planning import FIRING_ORDER, REPEATING, MilestoneKind, Planned, ending, obstacle, plan
from orders.services.ledger import OPEN_STATES, OrderLedger

DEFINED_KINDS = set(MilestoneKind)


def replan(ledger: OrderLedger, *, at: datetime) -> None:
    """Make the order's milestones those that its facts call for.

    `at` is when the fact behind it happened (UTC). What would have fallen due before we learnt of it is stale when
    the order is new or the fact is history: kept for the reader, and never fired.
    """
    kinds = {milestone.kind for milestone in ledger.milestones}
    wanted = list(plan(ledger.order, ledger.policy))
    for kind in dict.fromkeys([*(planned.kind for planned in wanted), *sorted(kinds)]):
        _replan_kind(
            ledger,
            str(kind),
            [planned for planned in wanted if planned.kind == kind],
            at,
        )


def _replan_kind(ledger: OrderLedger, kind: str, wanted: list[Planned], at: datetime) -> None:
    if kind not in DEFINED_KINDS:
        return  # a kind of another app: its own service plans it
    rows = [milestone for milestone in ledger.milestones if milestone.kind == kind]
    open_rows = [row for row in rows if row.state in OPEN_STATES]
    kept = {row.due_at for row in open_rows} & {planned.due_at for planned in wanted}
    loose = [row for row in open_rows if row.due_at not in kept]
    for planned in wanted:
        if planned.due_at in kept or _is_settled(planned, rows):
            continue
        if loose:
            _move(ledger, loose.pop(0), planned.due_at)
        else:
            _add(ledger, planned, rows, at)
    for row in loose:
        cancel_milestone(ledger, row, reason=ending(MilestoneKind(kind), ledger.order) or "replaced")


def _is_settled(planned: Planned, rows: Iterable[Milestone]) -> bool:
    """Whether this date has had its turn. A kind that does not repeat has it once, whatever its date."""
    for row in rows:
        if row.state in {MilestoneState.FIRED, MilestoneState.STALE, MilestoneState.DEAD}:
            if row.due_at == planned.due_at or planned.kind not in REPEATING:
                return True
        elif row.state == MilestoneState.CANCELLED and row.due_at == planned.due_at and row.outcome_at:
            # Ended ahead of its date by a fact that no longer holds, it may come back; looked at on its date, not.
            return row.outcome_at >= row.due_at
    return False


def _move(ledger: OrderLedger, row: Milestone, due_at: datetime) -> None:
    row.due_at = row.next_attempt_at = due_at
    row.state, row.claim_token, row.lease_until, row.attempts = MilestoneState.PENDING, None, None, 0
    ledger.changed.append(row)


def _add(ledger: OrderLedger, planned: Planned, rows: list[Milestone], at: datetime) -> None:
    is_stale = planned.due_at <= ledger.now and (ledger.is_new or not ledger.is_news(at))
    row = Milestone(
        order=ledger.order,
        kind=planned.kind.value,
        sequence=len(rows) + 1,
        rule=planned.rule,
        due_at=planned.due_at,
        next_attempt_at=planned.due_at,
        state=MilestoneState.STALE if is_stale else MilestoneState.PENDING,
        outcome_at=ledger.now if is_stale else None,
    )
    rows.append(row)
    ledger.milestones.append(row)
    ledger.add(row)


# What a milestone does to the order's machine when it falls due.
MOVES: dict[MilestoneKind, Callable[[Order], Callable[[datetime], None]]] = {
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
    for row in sorted(stale, key=lambda row: (row.due_at, FIRING_ORDER[MilestoneKind(row.kind)])):
        kind = MilestoneKind(row.kind)
        if kind in MOVES and not obstacle(kind, ledger.order):
            ledger.move(MOVES[kind](ledger.order), row.due_at)
    ledger.write(EventKind.NOTE, "stale", at=ledger.now, data={"kinds": [row.kind for row in stale]})


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
