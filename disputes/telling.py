"""Telling the buyers of the parcels that a disruption touches (T9), each once, before they ask.

A worker holds a disruption by its `next_look_at`: a look that a crash broke off is taken up again when that instant
comes, and begins with the orders that are not touched yet. Each order is recorded under its own lock.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from disputes.disruptions import touches
from disputes.models import ActionKind
from disputes.recording import take_in
from disputes.services.actions import settle_actions
from disputes.services.by_hand import FOR_A_PERSON
from disputes.services.disruptions import disruption_event, draft_of, told_before
from disputes.services.foreseeing import touched_parcels
from messaging.models import Message, MessageState
from messaging.vocabulary import Purpose
from orders.events import EventType
from orders.models import Disruption, TimelineEvent, TouchedOrder
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers

logger = logging.getLogger(__name__)

BATCH = 100  # orders between two looks at whether it still lasts
LEASE = timedelta(minutes=5)  # above a worker's time budget
EVERY = timedelta(minutes=10)  # how soon a parcel that comes in later is found
RULE = "T9"
UNSENT = [MessageState.PENDING, *FOR_A_PERSON]


def look_for_parcels(disruption_id: int, clock: Callable[[], datetime], *, until: datetime) -> int:
    """Touch the orders that a disruption holds up and does not touch yet, until the time budget ends at `until`.

    One that is over is taken back from those who have not heard of it. Nothing happens while another worker is at it,
    or before it is due. Returns how many orders were touched.
    """
    disruption = _take(disruption_id, clock())
    if disruption is None:
        return 0
    if disruption.is_over(clock()):
        is_done = _withdraw(disruption, clock, until)
        _give_back(disruption, None if is_done else clock(), clock())
        return 0
    count, is_done = _touch_all(disruption, clock, until)
    _give_back(disruption, clock() + EVERY if is_done else clock(), clock() if is_done else None)
    return count


def _take(disruption_id: int, now: datetime) -> Disruption | None:
    """The disruption, if it is due and no other worker took it."""
    due = Disruption.objects.filter(pk=disruption_id, next_look_at__lte=now)
    if not due.update(next_look_at=now + LEASE):
        return None
    found: Disruption | None = Disruption.objects.select_related("store").filter(pk=disruption_id).first()
    return found


def _give_back(disruption: Disruption, next_look_at: datetime | None, applied_at: datetime | None) -> None:
    """Say when to look next, unless somebody changed the disruption meanwhile and said so himself."""
    values = {"next_look_at": next_look_at}
    if disruption.applied_at is None and applied_at is not None:
        values["applied_at"] = applied_at
    Disruption.objects.filter(pk=disruption.pk, next_look_at=disruption.next_look_at).update(**values)


def _is_mine(disruption: Disruption) -> bool:
    """Whether nobody changed the disruption since it was taken; in a transaction, nor will before its end."""
    same = Disruption.objects.filter(pk=disruption.pk, next_look_at=disruption.next_look_at)
    return same.select_for_update(of=("self",)).first() is not None


def _is_held(disruption: Disruption) -> bool:
    with transaction.atomic():
        return _is_mine(disruption)


def _touch_all(disruption: Disruption, clock: Callable[[], datetime], until: datetime) -> tuple[int, bool]:
    count = 0
    for number, pk in enumerate(list(_untouched(disruption, clock()))):
        if clock() >= until or (number % BATCH == 0 and not _is_held(disruption)):
            return count, False
        try:
            count += touch_order(disruption, pk, now=clock())
        except Exception:
            # The one broad net: an order that cannot be recorded is tried again later, and the others go on.
            logger.exception("order %s could not be told of disruption %s", pk, disruption.pk)
    return count, True


def _untouched(disruption: Disruption, now: datetime) -> Iterator[int]:
    touched = set(disruption.touched_orders.values_list("order_id", flat=True))
    for parcel in touched_parcels(disruption.store, draft_of(disruption), now=now):
        if parcel.order_id not in touched:
            yield parcel.order_id


def touch_order(disruption: Disruption, order_id: int, *, now: datetime) -> bool:
    """Record the disruption on an order whose parcel it touches, and tell the buyer; whether it was news.

    Whoever was told of the same cause for the same time is not told again; neither is the buyer of an order that
    came in as history (S7). One that somebody changed since it was read touches nothing. Raises Order.DoesNotExist.
    """
    with transaction.atomic():
        if not _is_mine(disruption):
            return False
        ledger = open_ledger(order_id, now=now, actor=disruption.recorded_by or "disruption")
        event = disruption_event(disruption, now)
        if TouchedOrder.objects.filter(disruption=disruption, order=ledger.order).exists():
            return False
        if not ledger.policy.has(RULE) or not touches(event, ledger.order, ledger.shipments, now=now):
            return False
        untold = _why_untold(disruption, ledger)
        ledger.is_history = bool(untold)
        (outcome,) = take_in(ledger, [event])
        if untold:
            _write_unsent(ledger, untold)
        ledger.add(TouchedOrder(disruption=disruption, order=ledger.order, sequence=outcome.sequence, at=now))
        save_ledgers([ledger])
    return True


def _why_untold(disruption: Disruption, ledger: OrderLedger) -> str:
    """Why the buyer need not be told, or an empty string."""
    if told_before(disruption.store, draft_of(disruption)).filter(order=ledger.order).exists():
        return "told_before"
    return "history" if disruption.applied_at and _came_as_history(ledger) else ""


def _came_as_history(ledger: OrderLedger) -> bool:
    """Whether the last word of the parcel was old news when we learnt of it."""
    words = TimelineEvent.objects.filter(order=ledger.order, type__in=[EventType.SHIPPED, EventType.TRACKING])
    last = words.order_by("-at", "-sequence").first()
    news_for = ledger.policy.value("S7", "news_for") or timedelta(0)
    return last is not None and last.recorded_at - last.at >= news_for


def _write_unsent(ledger: OrderLedger, reason: str) -> None:
    data = {"purpose": Purpose.DELAY_DISRUPTION, "reason": reason}
    ledger.write(EventKind.MESSAGE, "not_sent", at=ledger.now, rule=RULE, data=data)


def _withdraw(disruption: Disruption, clock: Callable[[], datetime], until: datetime) -> bool:
    """Keep back what was to tell of a disruption that is over; whether nothing is left."""
    caused = TouchedOrder.objects.filter(disruption=disruption, order=OuterRef("order"), sequence=OuterRef("sequence"))
    unsent = Message.objects.filter(Exists(caused), purpose=Purpose.DELAY_DISRUPTION, state__in=UNSENT)
    for message in list(unsent):
        if clock() >= until:
            return False
        _withdraw_one(message, disruption, now=clock())
    return True


def _withdraw_one(message: Message, disruption: Disruption, *, now: datetime) -> None:
    reason = "disruption_over"
    with transaction.atomic():
        ledger = open_ledger(message.order_id, now=now, actor=disruption.recorded_by or "disruption")
        waiting = Message.objects.filter(pk=message.pk, state__in=UNSENT)
        if waiting.update(state=MessageState.CANCELLED, reason=reason):
            _write_unsent(ledger, reason)
            kinds = [ActionKind.SEND_BY_HAND, ActionKind.CONTACT_BUYER]
            settle_actions(ledger, kinds, reason=reason, subject=message.purpose)
            save_ledgers([ledger])
