"""Raising and closing what the team has to do. Of one kind and subject an order has at most one open item."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from disputes.models import ActionItem, ActionKind, ActionState
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers


def raise_action(
    ledger: OrderLedger,
    kind: ActionKind,
    *,
    rule: str,
    due_at: datetime | None = None,
    subject: str = "",
    data: dict[str, Any] | None = None,
) -> ActionItem:
    """Ask the team for something; without a date of its own it is due after the pack's next-date span (R12)."""
    for older in _open_items(ledger, [kind]):
        if older.subject == subject:
            _close(older, ActionState.SUPERSEDED, at=ledger.now, by=ledger.actor, reason=rule)
    span = ledger.policy.duration("R12", "next_date")
    item = ActionItem(
        order=ledger.order,
        kind=kind,
        rule=rule,
        subject=subject,
        data=data or {},
        raised_at=ledger.now,
        due_at=due_at if due_at and due_at > ledger.now else ledger.now + span,
    )
    ledger.add(item)
    ledger.write(EventKind.ACTION, kind, at=ledger.now, rule=rule, data={"due_at": item.due_at.isoformat()})
    return item


def settle_actions(
    ledger: OrderLedger, kinds: Iterable[ActionKind], *, reason: str, subject: str | None = None
) -> None:
    """Close the items that what happened has settled: those of one subject where one is named."""
    for item in _open_items(ledger, kinds):
        if subject in (None, item.subject):
            _close(item, ActionState.SETTLED, at=ledger.now, by=ledger.actor, reason=reason)


def complete_action(item_id: int, *, now: datetime, actor: str, note: str = "") -> None:
    """A person did it. Does nothing to an item that is closed already. Raises ActionItem.DoesNotExist."""
    with transaction.atomic():
        item = ActionItem.objects.get(pk=item_id)
        ledger = open_ledger(item.order_id, now=now, actor=actor)
        item = ActionItem.objects.get(pk=item_id)
        if item.state != ActionState.OPEN:
            return
        _close(item, ActionState.DONE, at=now, by=actor, reason=note)
        private = {"text": note} if note else None
        ledger.write(EventKind.ACTION, "done", at=now, rule=item.rule, data={"kind": item.kind}, private=private)
        save_ledgers([ledger])


def _open_items(ledger: OrderLedger, kinds: Iterable[ActionKind]) -> list[ActionItem]:
    kinds = set(kinds)
    return [row for row in ledger.rows_of(ActionItem) if row.kind in kinds and row.state == ActionState.OPEN]


def _close(item: ActionItem, state: ActionState, *, at: datetime, by: str, reason: str) -> None:
    item.state, item.closed_at, item.closed_by, item.reason = state, at, by, reason[:200]
    if item.pk:
        item.save(update_fields=["state", "closed_at", "closed_by", "reason"])
