"""Who of the team has an open item, and until when it is put aside; a closed item stays as it was."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from disputes.case_lifecycle import AfterSaleState
from disputes.models import ActionItem, ActionState, AfterSaleCase, Chase, Review
from orders.models import Membership, Order, Store
from orders.models.orders import OrderPart
from orders.models.timeline import EventKind
from orders.policies import Policy
from orders.roles import Role
from orders.services.ledger import OrderLedger, open_ledger, open_ledgers, save_ledgers

HANDS = [Role.OWNER, Role.AGENT]  # a viewer does nothing, so he has nothing to do
ANYBODY = -1
BATCH = 200  # orders that are locked at once while work goes from hand to hand

Work = Sequence[tuple[QuerySet[Any], str]]  # rows of orders, and which column says who has one


class NoHand(ValueError):
    """The person does not work in the item's store."""


class TakenMeanwhile(ValueError):
    """Somebody else has the item by now; `holder` is his id."""

    def __init__(self, holder: int | None) -> None:
        super().__init__(f"user {holder} has the item by now")
        self.holder = holder


class SnoozedTooLong(ValueError):
    """The item would be out of sight past `latest` (UTC), or is asked back before now."""

    def __init__(self, latest: datetime) -> None:
        super().__init__(f"an item is put aside until {latest.isoformat()} at the latest")
        self.latest = latest


def latest_snooze(item: ActionItem, policy: Policy) -> datetime:
    """When an item has to be in sight again (UTC): on its date, and a dispute's the team's margin earlier (D7)."""
    margin = policy.duration("D7", "margin") if item.case and policy.has("D7") else None
    return item.due_at - margin if margin else item.due_at


def assign_action(item_id: int, user_id: int | None, *, now: datetime, actor: str, had: int | None = ANYBODY) -> bool:
    """Give an open item to a member of its store, or to nobody; whether that changed anything.

    `had` is who had it as far as the actor saw. Raises ActionItem.DoesNotExist, NoHand, and TakenMeanwhile where
    somebody else took it since.
    """
    with _opened(item_id, now=now, actor=actor) as (ledger, item):
        if item.state != ActionState.OPEN or item.assignee_id == user_id:
            return False
        if had not in {ANYBODY, item.assignee_id}:
            raise TakenMeanwhile(item.assignee_id)
        workers = Membership.objects.filter(store=ledger.order.store_id, role__in=HANDS, user__is_active=True)
        if user_id is not None and not workers.filter(user=user_id).exists():
            raise NoHand(f"user {user_id} does not work in {ledger.order.store.slug!r}")
        item.assignee_id = user_id
        item.save(update_fields=["assignee"])
        _hand_row(item, user_id)
        _write(ledger, item, "assigned" if user_id else "let_go", {"member": user_id} if user_id else {})
    return True


def _hand_row(item: ActionItem, user_id: int | None) -> None:
    """Who has the step has what it is a step of; a second approval is a favour, and hands nothing over."""
    name, _colon, number = item.subject.partition(":")
    mine = {"order": item.order_id, "closed_at": None}
    if name == "case" and number.isdecimal():
        rows = AfterSaleCase.objects.filter(**mine, number=number).exclude(state=AfterSaleState.APPROVAL_ASKED)
        rows.update(responsible=user_id)
    elif name == "chase" and number.isdecimal():
        Chase.objects.filter(**mine, number=number).update(owner=user_id)
    elif name == "review":
        its = [row.pk for row in Review.objects.filter(**mine) if row.subject == item.subject]
        Review.objects.filter(pk__in=its).update(responsible=user_id)


def snooze_action(item_id: int, *, until: datetime, reason: str, now: datetime, actor: str) -> bool:
    """Put an open item aside until an instant (UTC), from which on it is back by itself; False for a closed one.

    Raises ActionItem.DoesNotExist, and SnoozedTooLong where it would hide a date.
    """
    with _opened(item_id, now=now, actor=actor) as (ledger, item):
        if item.state != ActionState.OPEN:
            return False
        latest = latest_snooze(item, ledger.policy)
        if not now < until <= latest:
            raise SnoozedTooLong(latest)
        _put_aside(item, until, reason)
        _write(ledger, item, "snoozed", {"to": until.isoformat()}, private={"text": reason} if reason else None)
    return True


def wake_action(item_id: int, *, now: datetime, actor: str) -> bool:
    """Bring an item back before its time; whether it was put aside. Raises ActionItem.DoesNotExist."""
    with _opened(item_id, now=now, actor=actor) as (ledger, item):
        if item.state != ActionState.OPEN or not item.is_snoozed(now):
            return False
        _put_aside(item, None, "")
        _write(ledger, item, "woken", {})
    return True


def free_actions(store: Store, user_id: int, *, now: datetime, actor: str) -> list[int]:
    """Give a person's open items in a store to nobody, each with its line; returns their ids."""
    his = ActionItem.objects.filter(store=store, assignee=user_id, state=ActionState.OPEN)
    orders = sorted(set(his.order_by().values_list("order_id", flat=True)))
    freed: list[int] = []
    for start in range(0, len(orders), BATCH):
        freed += _free(his.filter(order__in=orders[start : start + BATCH]), now=now, actor=actor)
    return freed


def _free(items: OrderPart, *, now: datetime, actor: str) -> list[int]:
    with transaction.atomic():
        orders = Order.objects.filter(pk__in=items.order_by().values_list("order_id", flat=True))
        ledgers = {ledger.order.pk: ledger for ledger in open_ledgers(orders, now=now, actor=actor)}
        found = list(items.filter(order__in=ledgers))
        for item in found:
            _write(ledgers[item.order_id], item, "let_go", {})
        ActionItem.objects.filter(pk__in=[item.pk for item in found]).update(assignee=None)
        save_ledgers([*ledgers.values()])
    return [item.pk for item in found]


def free_all_work(store: Store, user_id: int, *, now: datetime, actor: str) -> int:
    """Give to nobody what a person had in a store where he works no more; returns how many open items that were.

    Cases, reviews and chases go as well, so that the queues of what nobody has show them (R12); the audit list says
    that he left.
    """
    mine = {"order__store": store, "closed_at": None}
    reviews = Review.objects.filter(store=store, closed_at=None, responsible=user_id)
    work: Work = [
        (AfterSaleCase.objects.filter(**mine, responsible=user_id), "responsible"),
        (reviews.exclude(order=None), "responsible"),
        (Chase.objects.filter(**mine, owner=user_id), "owner"),
    ]
    hand_over(work, None, now=now, actor=actor)
    reviews.filter(order=None).update(responsible=None)
    return len(free_actions(store, user_id, now=now, actor=actor))


def hand_over(work: Work, user_id: int | None, *, now: datetime, actor: str) -> None:
    """Give rows of orders to a person, or to nobody, a batch of orders at a time and under their locks.

    Whoever works on a case stores the whole of it, and would write back who had it before.
    """
    orders = sorted({pk for rows, _column in work for pk in rows.order_by().values_list("order_id", flat=True)})
    for start in range(0, len(orders), BATCH):
        with transaction.atomic():
            some = Order.objects.filter(pk__in=orders[start : start + BATCH])
            held = [ledger.order for ledger in open_ledgers(some, now=now, actor=actor)]
            for rows, column in work:
                rows.filter(order__in=held).update(**{column: user_id})


@contextmanager
def _opened(item_id: int, *, now: datetime, actor: str) -> Iterator[tuple[OrderLedger, ActionItem]]:
    """The item under its order's lock; what the block wrote on the timeline is saved at its end."""
    with transaction.atomic():
        order_id = ActionItem.objects.values_list("order_id", flat=True).get(pk=item_id)
        ledger = open_ledger(order_id, now=now, actor=actor)
        yield ledger, ActionItem.objects.get(pk=item_id)
        save_ledgers([ledger])


def _put_aside(item: ActionItem, until: datetime | None, reason: str) -> None:
    item.snoozed_until, item.snooze_reason = until, reason[:200]
    item.save(update_fields=["snoozed_until", "snooze_reason"])


def _write(
    ledger: OrderLedger, item: ActionItem, what: str, data: dict[str, Any], private: dict[str, Any] | None = None
) -> None:
    facts = {"kind": item.kind, **data}
    ledger.write(EventKind.ACTION, what, at=ledger.now, rule=item.rule, data=facts, private=private)
