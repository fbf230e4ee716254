"""Bringing an order's dates under its store's rules, and acting on dates that passed without firing.

The same code says what a change of the rules would move (on ledgers that nobody saves) and moves it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from disputes.deadlines import replan_dispute
from disputes.lateness import act_on_stale
from disputes.services.advice import advise_again
from disputes.services.after_sale_dates import keep_dates, replan_cases
from disputes.services.dispute_rows import open_disputes
from disputes.services.tracking_cases import follow_parcel
from orders.models import Milestone
from orders.models.milestones import MilestoneState
from orders.models.timeline import EventKind
from orders.services.ledger import OPEN_STATES, OrderLedger
from orders.services.milestones import replan, settle_stale

OVER = {MilestoneState.FIRED, MilestoneState.STALE, MilestoneState.DEAD}
RULES_CHANGED = "rules_changed"  # the event's type, and the reason of a date that the change put into the past


class Fate(StrEnum):
    """What a change of the rules does to a date."""

    LATER = "later"
    EARLIER = "earlier"
    APPEARS = "appears"
    VANISHES = "vanishes"
    MISSED = "missed"  # its new date has passed: it is stale, and never fires


@dataclass(frozen=True, slots=True)
class DateMove:
    """A date of an order before and after a change of the rules (UTC); None where there is none."""

    kind: str
    rule: str
    was: datetime | None
    becomes: datetime | None
    fate: Fate

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "DateMove":
        """What `as_json` wrote."""
        was, becomes = (datetime.fromisoformat(said[key]) if said[key] else None for key in ("was", "becomes"))
        return cls(said["kind"], said["rule"], was, becomes, Fate(said["fate"]))

    def as_json(self) -> dict[str, Any]:
        """For the timeline and for a report."""
        return {
            "kind": self.kind,
            "rule": self.rule,
            "was": self.was.isoformat() if self.was else None,
            "becomes": self.becomes.isoformat() if self.becomes else None,
            "fate": self.fate,
        }


def catch_up(ledger: OrderLedger) -> list[DateMove]:
    """Bring the order under the rules of its store, with all that follows, if they changed since; what it moved.

    Every door that plans dates calls it first: a fact that comes while a change is being applied fires no date that
    the change has put into the past.
    """
    if not ledger.is_behind:
        return []
    moves, missed = adopt_rules(ledger)
    act_on_stale(ledger, missed)
    if ledger.order.disputed_at:
        advise_again(ledger)
    follow_parcel(ledger)
    keep_dates(ledger)
    return moves


def adopt_rules(ledger: OrderLedger) -> tuple[list[DateMove], list[Milestone]]:
    """Plan the order's dates by its store's rules; what moved, and the dates that it makes us miss.

    Reads the database only for an order in dispute, and writes nothing: whoever opened the ledger saves it, or not.
    """
    order = ledger.order
    order.policy_version, order.rules_revision = order.store.policy_version, order.store.rules_revision
    order.__dict__.pop("policy", None)  # worked out from both, and kept
    before = {id(row): row.due_at for row in ledger.milestones if row.state in OPEN_STATES}
    over = {(row.kind, row.subject) for row in ledger.milestones if row.state in OVER}
    known = {id(row) for row in ledger.milestones if row.state == MilestoneState.STALE}
    _plan(ledger)
    missed = [row for row in ledger.milestones if row.state == MilestoneState.STALE and id(row) not in known]
    if not (ledger.changed or missed or any(isinstance(row, Milestone) for row in ledger.rows)):
        return [], []
    event = ledger.write(EventKind.COMMAND, RULES_CHANGED, at=ledger.now, data={"revision": order.rules_revision})
    for row in missed:
        row.reason = RULES_CHANGED
    if missed:
        settle_stale(ledger, missed)  # the machine moves on as the rules say, and what that ends, ends
        _plan(ledger)
    moves = list(_moves(ledger, before, over))
    event.data["dates"] = [move.as_json() for move in moves]
    return moves, [row for row in missed if _fate(row, before.get(id(row)), over) is Fate.MISSED]


def _plan(ledger: OrderLedger) -> None:
    ledger.is_adopting = True
    replan(ledger, at=ledger.now)
    for dispute in open_disputes(ledger) if ledger.order.disputed_at else []:
        replan_dispute(ledger, dispute, at=ledger.now)
    replan_cases(ledger)
    ledger.is_adopting = False


def _moves(ledger: OrderLedger, before: dict[int, datetime], over: set[tuple[str, str]]) -> Iterator[DateMove]:
    for row in ledger.milestones:
        was = before.get(id(row))
        fate = _fate(row, was, over)
        if fate:
            becomes = None if fate is Fate.VANISHES else row.due_at
            yield DateMove(row.kind, row.rule, was, becomes, fate)


def _fate(row: Milestone, was: datetime | None, over: set[tuple[str, str]]) -> Fate | None:
    if row.state in OPEN_STATES and was is None:
        return Fate.APPEARS
    if row.state in OPEN_STATES and was != row.due_at:
        return Fate.LATER if was and row.due_at > was else Fate.EARLIER
    if row.state == MilestoneState.CANCELLED and was is not None:
        return Fate.VANISHES
    # A date that was over already and would now have been earlier misses nothing: its stale row only keeps it away.
    if row.state == MilestoneState.STALE and row.reason == RULES_CHANGED:
        return Fate.MISSED if was is not None or (row.pk is None and (row.kind, row.subject) not in over) else None
    return None
