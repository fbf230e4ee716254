"""What the team can still do about dates that passed before anybody here knew of them; of these nobody is mailed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from disputes.extending import ask_extension
from disputes.models import ActionItem, ActionKind
from disputes.refunds import raise_refund
from disputes.services.actions import raise_action, raise_overdue
from orders.events import EventType
from orders.lifecycle import OrderState
from orders.models import Milestone, TimelineEvent
from orders.models.milestones import MilestoneState
from orders.planning import MilestoneKind, handling_end, obstacle, protection_end, shipping_end, stalled_due
from orders.services.ledger import OrderLedger

Kind = MilestoneKind

# The most telling first: a parcel that nobody scanned may never have left.
LOOKS = (Kind.FIRST_SCAN, Kind.TRACKING_STALLED, Kind.NOT_IN_DESTINATION)
SHIPPING = {Kind.SHIP_WARNING, Kind.SHIP_OVERDUE}


@dataclass(frozen=True, slots=True)
class Passed:
    """A date of the order that passed unnoticed and still counts: by which rule, and when it was (UTC)."""

    rule: str
    due_at: datetime


def act_on_stale(ledger: OrderLedger, stale: Iterable[Milestone]) -> None:
    """A date that passed mails nobody; but the team is asked for what it can still do, as long as it can matter.

    That is while the buyer's protection runs (G1), of a parcel that has not left: while it would run, had it left in
    time (S4, S6, G1). What is older was settled elsewhere long ago.
    """
    passed = _still_counting(ledger, stale)
    _act_before_shipping(ledger, passed)
    end = protection_end(ledger.order, ledger.policy)
    if not ledger.order.shipped_at or end is None or end <= ledger.now:
        return
    if found := passed.get(Kind.PROTECTION_CHECK):
        ask_extension(ledger, rule=found.rule)
    if found := passed.get(Kind.CONTACT_60):
        raise_refund(ledger, rule=found.rule)
    elif looks := [passed[kind] for kind in LOOKS if kind in passed]:
        raise_action(ledger, ActionKind.VERIFY_TRACKING, rule=looks[0].rule)


def act_on_late_delivery(ledger: OrderLedger) -> None:
    """A delivery learnt as history: proof and funds are still to be asked for until the order completes (G2)."""
    order, policy = ledger.order, ledger.policy
    if order.state != OrderState.DELIVERED or not policy.has("G2"):
        return
    if order.delivered_at is None or ledger.is_news(order.delivered_at):
        return
    learnt = any(isinstance(row, TimelineEvent) and row.type == EventType.DELIVERED for row in ledger.rows)
    span = policy.value("G4", "after")
    if learnt and span is not None and order.delivered_at + span > ledger.now:
        for kind in (ActionKind.KEEP_DELIVERY_PROOF, ActionKind.RELEASE_FUNDS):
            raise_action(ledger, kind, rule="G2", due_at=order.delivered_at + span)


def is_shipping_forgotten(ledger: OrderLedger) -> bool:
    """Whether a shipping date passed unnoticed and the parcel can still be sent; whoever asks looks for the action."""
    stale = [row for row in ledger.milestones if row.kind in SHIPPING and row.state == MilestoneState.STALE]
    return bool(stale) and can_still_ship(ledger) and bool(_still_counting(ledger, stale))


def ask_for_forgotten(ledger: OrderLedger) -> None:
    """Ask for the parcel of an order that an older version took in too late for its dates, and asked nobody (S4)."""
    if is_shipping_forgotten(ledger) and not any(row.kind == ActionKind.SHIP for row in ledger.rows_of(ActionItem)):
        stale = (row for row in ledger.milestones if row.state == MilestoneState.STALE)
        _act_before_shipping(ledger, _still_counting(ledger, (row for row in stale if row.kind in SHIPPING)))


def can_still_ship(ledger: OrderLedger) -> bool:
    """Whether a parcel that is late to leave can still reach the buyer in time to matter, as far as any rule tells."""
    end = shipping_end(ledger.order, ledger.policy)
    return end is None or end > ledger.now


def _act_before_shipping(ledger: OrderLedger, passed: dict[str, Passed]) -> None:
    """The parcel that should have left, and the answer that the buyer waits for (S4, P8)."""
    if not can_still_ship(ledger):
        return
    if late := passed.get(Kind.SHIP_OVERDUE):
        raise_overdue(ledger, ActionKind.SHIP, rule=late.rule, due_at=late.due_at)
    elif soon := passed.get(Kind.SHIP_WARNING):
        end = handling_end(ledger.order, ledger.policy)
        raise_action(ledger, ActionKind.SHIP, rule=soon.rule, due_at=end)
    if asked := passed.get(Kind.CANCELLATION_DUE):
        raise_overdue(ledger, ActionKind.ANSWER_CANCELLATION, rule=asked.rule, due_at=asked.due_at)


def _still_counting(ledger: OrderLedger, stale: Iterable[Milestone]) -> dict[str, Passed]:
    return {row.kind: Passed(row.rule, row.due_at) for row in _of_order(stale) if _counts(ledger, row)}


def _of_order(stale: Iterable[Milestone]) -> Iterator[Milestone]:
    """The order's own dates: what a dispute, a case or a promise makes of its dates, it does by itself."""
    return (row for row in stale if row.kind in set(MilestoneKind))


def _counts(ledger: OrderLedger, row: Milestone) -> bool:
    """Whether the facts known by now leave the date its sense: news since has moved when a parcel is slow (T12)."""
    kind = MilestoneKind(row.kind)
    if kind is Kind.TRACKING_STALLED and row.due_at != stalled_due(ledger.order, ledger.policy):
        return False
    return not obstacle(kind, ledger.order)
