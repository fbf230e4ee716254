"""An order's disputes as rows: which one is meant, what it asks of the team, and how it is written."""

from datetime import datetime

from disputes.deadlines import replan_dispute, work_deadline
from disputes.models import ActionKind, Dispute
from disputes.services.actions import raise_action
from orders.events import Event
from orders.models import OrderItem
from orders.services.ledger import OrderLedger


def latest_dispute(ledger: OrderLedger) -> Dispute | None:
    """The order's newest dispute, open or not."""
    return max(ledger.rows_of(Dispute), key=lambda dispute: dispute.number, default=None)


def open_disputes(ledger: OrderLedger) -> list[Dispute]:
    """The order's disputes that are not closed; of one item there is at most one."""
    return [dispute for dispute in ledger.rows_of(Dispute) if dispute.is_open]


def dispute_of(ledger: OrderLedger, event: Event) -> Dispute | None:
    """The open dispute that an event speaks of: of its item where it names one, else the newest."""
    disputes = sorted(open_disputes(ledger), key=lambda dispute: -dispute.number)
    item = event.text("item")
    named = [dispute for dispute in disputes if is_same_item(ledger, dispute.item, item)] if item else disputes
    return next(iter(named), None)


def named_items(ledger: OrderLedger, name: str) -> list[OrderItem]:
    """The order's lines that a dispute's `item` names: by their SKU, else by their position."""
    items = ledger.rows_of(OrderItem) if name else []
    return [item for item in items if item.sku == name] or [item for item in items if str(item.position) == name]


def is_same_item(ledger: OrderLedger, name: str, other: str) -> bool:
    """Whether both name one item, however they spell it; nothing names the whole order."""
    items = named_items(ledger, name)
    return name == other or (bool(items) and items == named_items(ledger, other))


def ask_answer(ledger: OrderLedger, dispute: Dispute, *, rule: str, loud: bool = False) -> None:
    """The team is to answer it, by the date that it works to (D7)."""
    due_at = work_deadline(dispute, ledger.policy)
    data = {"loud": loud, "reason": dispute.reason}
    raise_action(ledger, ActionKind.ANSWER_DISPUTE, rule=rule, due_at=due_at, subject=dispute.subject, data=data)


def store_dispute(ledger: OrderLedger, dispute: Dispute, at: datetime) -> None:
    """Write what changed at `at` (UTC), and plan its dates anew."""
    if dispute.pk:
        dispute.save()
    replan_dispute(ledger, dispute, at=at)
