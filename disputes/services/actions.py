"""Raising and closing what the team has to do. Of one kind and subject an order has at most one open item."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery

from disputes.arithmetic import CENT, rate_between
from disputes.models import ActionItem, ActionKind, ActionState, Dispute
from orders.models import Order, TimelineEvent
from orders.models.timeline import EventKind
from orders.moods import URGENCY, Mood
from orders.services.buyers import agent_of
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers

REOPEN_WITHIN = timedelta(minutes=15)  # a slip of the finger is noticed at once; later the work is another one


def raise_action(
    ledger: OrderLedger,
    kind: ActionKind,
    *,
    rule: str,
    due_at: datetime | None = None,
    subject: str = "",
    data: dict[str, Any] | None = None,
) -> ActionItem:
    """Ask the team for something; without a date of its own it is due after the pack's next-date span (R12).

    Who had the item that it replaces, or another one of the same dispute, has it, else the buyer's own agent; it is
    news, so it is not put aside.
    """
    span = ledger.policy.duration("R12", "next_date")
    when = due_at if due_at and due_at > ledger.now else ledger.now + span
    return _raise(ledger, kind, rule=rule, due_at=when, subject=subject, data=data or {})


def raise_overdue(ledger: OrderLedger, kind: ActionKind, *, rule: str, due_at: datetime) -> ActionItem:
    """Ask the team for what should have been done by `due_at` (UTC), which passed before anybody here knew of it.

    It keeps that date, and stands among what is late.
    """
    return _raise(ledger, kind, rule=rule, due_at=due_at, subject="", data={"overdue": True})


def raise_dated(
    ledger: OrderLedger, kind: ActionKind, *, rule: str, due_at: datetime, subject: str, data: dict[str, Any]
) -> ActionItem:
    """Ask for what has its own date already (UTC), such as a case's next one.

    It stays though it has passed: what was missed is late, and not due anew.
    """
    return _raise(ledger, kind, rule=rule, due_at=due_at, subject=subject, data=data)


def _raise(
    ledger: OrderLedger, kind: ActionKind, *, rule: str, due_at: datetime, subject: str, data: dict[str, Any]
) -> ActionItem:
    for older in _open_items(ledger, [kind]):
        if older.subject == subject:
            _close(older, ActionState.SUPERSEDED, at=ledger.now, by=ledger.actor, reason=rule)
    item = ActionItem(
        order=ledger.order,
        store=ledger.order.store,
        kind=kind,
        rule=rule,
        subject=subject,
        data=data,
        raised_at=ledger.now,
        due_at=due_at,
    )
    item.assignee_id, item.stake = _holder(ledger, item) or agent_of(ledger), stake_of(ledger, item)
    item.urgency = URGENCY[Mood(ledger.order.mood)]
    ledger.add(item)
    ledger.write(EventKind.ACTION, kind, at=ledger.now, rule=rule, data={"due_at": item.due_at.isoformat()})
    return item


def is_asked(ledger: OrderLedger, subject: str, *kinds: ActionKind) -> bool:
    """Whether an open item asks for the subject, of these kinds where any are named."""
    return any(row.subject == subject for row in _open_items(ledger, kinds or ActionKind))


def hand_items(ledger: OrderLedger, subject: str, user_id: int | None) -> None:
    """What is open about the subject is the work of the person who has it now."""
    for item in _open_items(ledger, ActionKind):
        if item.subject == subject:
            item.assignee_id = user_id
            if item.pk:
                item.save(update_fields=["assignee"])


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


def complete_in(ledger: OrderLedger, kinds: Iterable[ActionKind], *, subject: str, note: str) -> None:
    """A person did what the open items of one subject ask for, in a ledger that is open already."""
    for item in _open_items(ledger, kinds):
        if item.subject == subject:
            _close(item, ActionState.DONE, at=ledger.now, by=ledger.actor, reason=note)
            ledger.write(
                EventKind.ACTION,
                "done",
                at=ledger.now,
                rule=item.rule,
                data={"kind": item.kind},
                private={"text": note} if note else None,
            )


def reopen_in(ledger: OrderLedger, kinds: Iterable[ActionKind], *, subject: str, closed_at: datetime) -> None:
    """What this person called done at `closed_at` was not: the items are open again, due when they were."""
    kinds = set(kinds)
    for item in ledger.rows_of(ActionItem):
        is_his = item.state == ActionState.DONE and (item.closed_at, item.closed_by) == (closed_at, ledger.actor)
        if is_his and item.kind in kinds and item.subject == subject:
            _close(item, ActionState.OPEN, at=None, by="", reason="")
            ledger.write(EventKind.ACTION, "reopened", at=ledger.now, rule=item.rule, data={"kind": item.kind})


def reopen_action(item_id: int, *, now: datetime, actor: str) -> bool:
    """Take a person's word back that it is done, soon after it; whether that was still possible.

    It is not once anything else has happened to the order, the item's own command included: then what there is to do
    follows from that. Raises ActionItem.DoesNotExist.
    """
    with transaction.atomic():
        ledger = open_ledger(ActionItem.objects.get(pk=item_id).order_id, now=now, actor=actor)
        item = ActionItem.objects.get(pk=item_id)
        if not _may_reopen(ledger, item):
            return False
        item.state, item.closed_at, item.closed_by, item.reason = ActionState.OPEN, None, "", ""
        item.save(update_fields=["state", "closed_at", "closed_by", "reason"])
        ledger.write(EventKind.ACTION, "reopened", at=now, rule=item.rule, data={"kind": item.kind})
        save_ledgers([ledger])
    return True


def _may_reopen(ledger: OrderLedger, item: ActionItem) -> bool:
    if item.state != ActionState.DONE or item.closed_at is None or ledger.now - item.closed_at > REOPEN_WITHIN:
        return False
    since = TimelineEvent.objects.filter(order=ledger.order, recorded_at__gte=item.closed_at)
    is_asked_again = any(row.subject == item.subject for row in _open_items(ledger, [ActionKind(item.kind)]))
    return not is_asked_again and not since.exclude(kind__in=[EventKind.ACTION, EventKind.NOTE]).exists()


def file_items() -> int:
    """Fill in the store of open items that an older version raised during an upgrade; returns how many.

    Without it they stand on no list.
    """
    lost = ActionItem.objects.filter(store=None, state=ActionState.OPEN)
    store = Order.objects.filter(pk=OuterRef("order")).values("store")[:1]
    return lost.update(store=Subquery(store))


def stake_of(ledger: OrderLedger, item: ActionItem) -> Decimal | None:
    """The money that an item is about, in the store's currency; None without an amount or a rate."""
    order, store = ledger.order, ledger.order.store
    disputes = ledger.rows_of(Dispute) if item.case else []
    claimed = next((row.amount for row in disputes if row.subject == item.case), None)
    amount = order.total if claimed is None else claimed
    rate = rate_between(order.currency, store.currency, store.exchange_rates)
    return None if amount is None or rate is None else (amount * rate).quantize(CENT)


def _holder(ledger: OrderLedger, item: ActionItem) -> int | None:
    """Who had what this item replaces, or the latest item of the same dispute."""
    before = [row for row in ledger.rows_of(ActionItem) if row.assignee_id is not None and _goes_on(row, item)]
    return max(before, key=lambda row: row.raised_at).assignee_id if before else None


def _goes_on(before: ActionItem, item: ActionItem) -> bool:
    is_replaced = (before.kind, before.subject) == (item.kind, item.subject) and before.closed_at == item.raised_at
    return is_replaced or (item.case != "" and before.case == item.case)


def _open_items(ledger: OrderLedger, kinds: Iterable[ActionKind]) -> list[ActionItem]:
    kinds = set(kinds)
    return [row for row in ledger.rows_of(ActionItem) if row.kind in kinds and row.state == ActionState.OPEN]


def _close(item: ActionItem, state: ActionState, *, at: datetime | None, by: str, reason: str) -> None:
    item.state, item.closed_at, item.closed_by, item.reason = state, at, by, reason[:200]
    item.snoozed_until, item.snooze_reason = None, ""
    if item.pk:
        item.save(update_fields=["state", "closed_at", "closed_by", "reason", "snoozed_until", "snooze_reason"])
