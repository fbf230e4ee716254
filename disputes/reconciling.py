"""The hourly look for what should exist and does not: a milestone that facts call for, an action behind a message."""

from datetime import datetime

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from disputes.adopting import catch_up
from disputes.deadlines import replan_dispute
from disputes.lateness import ask_for_forgotten, is_shipping_forgotten
from disputes.models import ActionItem, ActionKind, ActionState, Dispute, TrackingCase
from disputes.services.by_hand import FOR_A_PERSON
from disputes.services.dispute_rows import open_disputes
from disputes.services.telling import ask_for_hand
from disputes.services.tracking_cases import ASKED, CaseMilestone, bring_case_in_line, follow_parcel
from messaging.models import Channel, Message, MessageState
from orders.lifecycle import OPEN
from orders.models import Milestone, Order
from orders.services.ledger import OPEN_STATES, OrderLedger, open_ledger, save_ledgers, view_ledger
from orders.services.milestones import replan

BATCH = 500


def reconcile_orders(now: datetime, *, after: int = 0) -> int:
    """Plan again for the next batch of open orders past the id `after`; returns the last id looked at, 0 at the end.

    What the facts call for is there already, unless a fault or another program took it away. So all are looked at
    first, in three questions and without a lock; only where something is missing is the order locked and mended.
    """
    ids = list(Order.objects.filter(state__in=OPEN, pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])
    ledgers = _look_at(ids, now)
    forgotten = _never_asked_to_ship([ledger.order.pk for ledger in ledgers if is_shipping_forgotten(ledger)])
    for ledger in ledgers:
        if _plan_again(ledger) or ledger.order.pk in forgotten:
            _mend(ledger.order.pk, now)
    return ids[-1] if len(ids) == BATCH else 0


def _look_at(ids: list[int], now: datetime) -> list[OrderLedger]:
    """The orders with their dates and disputes as they stand now; not locked, and never to be saved."""
    ledgers = {
        order.pk: view_ledger(order, now=now, actor="reconciliation", milestones=[], shipments=[])
        for order in Order.objects.filter(pk__in=ids).select_related("store").order_by("pk")
    }
    for row in Milestone.objects.filter(order__in=ids).order_by("due_at", "id"):
        ledgers[row.order_id].milestones.append(row)
    disputed = [pk for pk, ledger in ledgers.items() if ledger.order.disputed_at]
    for pk in disputed:
        ledgers[pk].read[Dispute.__name__] = []
    for dispute in Dispute.objects.filter(order__in=disputed):
        ledgers[dispute.order_id].read[Dispute.__name__].append(dispute)
    return list(ledgers.values())


def _never_asked_to_ship(ids: list[int]) -> set[int]:
    """Those of the orders late to ship for which nobody was ever asked to (S4)."""
    asked = ActionItem.objects.filter(order__in=ids, kind=ActionKind.SHIP) if ids else ActionItem.objects.none()
    return set(ids) - set(asked.values_list("order_id", flat=True))


def _plan_again(ledger: OrderLedger) -> bool:
    """Bring the order's dates and queue to what its facts call for; whether that changed anything."""
    replan(ledger, at=ledger.now)
    for dispute in open_disputes(ledger) if ledger.order.disputed_at else []:
        replan_dispute(ledger, dispute, at=ledger.now)
    ledger.file_parcel()
    return bool(ledger.rows or ledger.changed or ledger.is_refiled)


def _mend(order_id: int, now: datetime) -> None:
    """The same again under the order's lock, for a fact may have come meanwhile."""
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor="reconciliation")
        catch_up(ledger)
        _plan_again(ledger)
        ask_for_forgotten(ledger)
        follow_parcel(ledger)
        save_ledgers([ledger])


def ask_for_hands(now: datetime) -> int:
    """Raise the action behind each message that waits for a person and for which nobody is asked. Returns how many.

    Two sweeps find the same message at once, so it is looked at again under its order's lock.
    """
    return sum(_ask_for_hand(message, now) for message in _unasked().order_by("pk")[:BATCH])


def _unasked() -> QuerySet[Message]:
    """Came to wait after they were queued, or shared their card with another one of their purpose, which closed it.

    A card that a person closed by his word alone stays closed.
    """
    other = Message.objects.filter(
        order=OuterRef("order"),
        purpose=OuterRef("subject"),
        state=MessageState.SENT,
        channel=Channel.BY_HAND,
        sent_at__gte=OuterRef("raised_at"),
        sent_at__lte=OuterRef("closed_at"),
    )
    stands = Q(state=ActionState.OPEN) | Q(state=ActionState.DONE) & ~Exists(other)
    asked = ActionItem.objects.filter(
        stands, order=OuterRef("order"), subject=OuterRef("purpose"), raised_at__gte=OuterRef("queued_at")
    )
    waiting: QuerySet[Message] = Message.objects.filter(~Exists(asked), state__in=FOR_A_PERSON)
    return waiting


def _ask_for_hand(message: Message, now: datetime) -> bool:
    with transaction.atomic():
        ledger = open_ledger(message.order_id, now=now, actor="reconciliation")
        current = _unasked().filter(pk=message.pk).first()
        if current is None:
            return False
        ask_for_hand(ledger, current)
        save_ledgers([ledger])
    return True


def mend_cases(now: datetime) -> int:
    """Bring tracking cases in line that no longer fit their orders, or whose date came and went. Returns how many."""
    by_rules = Q(subject="") | Q(subject=_about("queue"))
    mine = Q(subject=_about("number")) | (Q(kind__in=ASKED) & by_rules)
    asked = ActionItem.objects.filter(mine, order=OuterRef("order"), state=ActionState.OPEN)
    dates = Milestone.objects.filter(order=OuterRef("order"), kind=CaseMilestone.FOLLOW_UP, state__in=OPEN_STATES)
    cases = TrackingCase.objects.filter(closed_at=None)
    forgotten = Q(next_at__lte=now) & ~Exists(asked) & ~Exists(dates)
    unfit = cases.filter(forgotten | ~Q(queue=F("order__tracking_queue"))).order_by("pk")
    alone = Order.objects.exclude(tracking_queue="").exclude(Exists(cases.filter(order=OuterRef("pk"))))
    ids = {*unfit.values_list("order_id", flat=True)[:BATCH], *alone.values_list("pk", flat=True)[:BATCH]}
    for pk in sorted(ids):
        with transaction.atomic():
            ledger = open_ledger(pk, now=now, actor="reconciliation")
            ledger.file_parcel()
            bring_case_in_line(ledger)
            save_ledgers([ledger])
    return len(ids)


def _about(field: str) -> Concat:
    """For a query under tracking cases: the subject of what is asked about the case, or about its queue."""
    return Concat(Value("tracking:"), Cast(OuterRef(field), CharField()), output_field=CharField())
