"""Whatever is told of an order, in whatever order and however late, while its dates fire and its mail leaves."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disputes.firing import fire_due
from disputes.models import ActionItem, ActionState, TrackingCase
from disputes.reconciling import ask_for_hands, mend_cases, reconcile_orders
from disputes.recording import record
from messaging.guards import IN_DISPUTE, message_obstacle
from messaging.models import Message
from messaging.sending import send_due
from messaging.vocabulary import Purpose
from orders.events import read_event
from orders.lifecycle import UNDERWAY, UNPAID, OrderState
from orders.models import Milestone, Order, TimelineEvent
from orders.models.milestones import MilestoneState
from orders.planning import MilestoneKind, ending
from orders.services.verification import verify_timeline
from orders.triage import triage
from tests.cast import PLACED, alices_store, at, placed_order
from tests.disputes.test_dispute_sequences import STEPS
from tests.disputes.test_replay_sequences import FACTS as ORDER_FACTS
from tests.disputes.test_tracking_case_sequences import FACTS as PARCEL_FACTS

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MONEY_WENT_BACK = {Purpose.REFUND_ISSUED, Purpose.REPAYMENT_REQUEST}
AFTER = {
    "delivered_at": {
        *MONEY_WENT_BACK,
        Purpose.ORDER_RECEIVED,
        Purpose.DELIVERED,
        Purpose.REVIEW_REQUEST,
        Purpose.NOT_RECEIVED,
    },
    "refunded_at": MONEY_WENT_BACK,
    "disputed_at": IN_DISPUTE,
}
HAS_BEEN = {
    OrderState.DELIVERED: "delivered_at",
    OrderState.DISPUTED: "disputed_at",
    OrderState.REFUNDED: "refunded_at",
    OrderState.COMPLETED: "completed_at",
    OrderState.CANCELLED: "cancelled_at",
}
EVENTS = st.one_of(ORDER_FACTS, STEPS, PARCEL_FACTS)
AS = st.sampled_from([{}, {}, {}, {"as": "command"}])
GAPS = st.sampled_from([0, 1, 20, 24, 72, 168, 240, 360])  # hours until the next step
LATE = st.sampled_from([0, 0, 0, 1, 30, 24 * 40])  # hours from what happened until we learn of it
TURNS = st.lists(st.tuples(GAPS, LATE, EVENTS, AS), max_size=10)
POLICIES = st.sampled_from(["aliexpress-br", "taobao-cn"])
LEGAL = {
    (source, change.target)
    for change in Order._meta.get_field("state").get_all_transitions(Order)
    for source in [change.source]
}


def look_at(order: Order, now: datetime) -> None:
    """Everything that holds of an order at any moment."""
    assert verify_timeline(order) == ""
    check_state(order)
    found = triage(order, order.policy, now=now)
    assert order.tracking_queue == (found.queue if found else "")
    assert TrackingCase.objects.filter(order=order, closed_at=None).count() == bool(order.tracking_queue)
    items = list(ActionItem.objects.filter(order=order, state=ActionState.OPEN).values_list("kind", "subject"))
    assert len(items) == len(set(items))
    for row in Milestone.objects.filter(order=order, state=MilestoneState.PENDING, kind__in=list(MilestoneKind)):
        assert not ending(MilestoneKind(row.kind), order), row
        assert row.next_attempt_at > now, row


def check_state(order: Order) -> None:
    """The state and the facts agree, and every step of the way was one that the machine has."""
    if name := HAS_BEEN.get(OrderState(order.state)):
        assert getattr(order, name) is not None
    assert (order.disputed_at is not None) == (order.state == OrderState.DISPUTED)
    if order.delivered_at:
        assert order.state not in {*UNPAID, OrderState.PAID, *UNDERWAY}
    events = TimelineEvent.objects.filter(order=order).order_by("sequence")
    moves = [move for event in events for move in event.data.get("transitions", ()) if move["of"] == "order"]
    assert {(move["from"], move["to"]) for move in moves} <= LEGAL
    states = [OrderState.PAYMENT_PENDING, *(move["to"] for move in moves)]
    assert [move["from"] for move in moves] == states[:-1]
    assert states[-1] == order.state


def live(order: Order, now: datetime) -> None:
    """What the workers do at this moment."""
    fire_due(lambda: now, until=now + timedelta(seconds=1))
    ask_for_hands(now)
    mend_cases(now)
    reconcile_orders(now)
    before = Order.objects.get(pk=order.pk)
    sent = len(mail.outbox)
    send_due(lambda: now, until=now + timedelta(seconds=1))
    assert len(mail.outbox) - sent == Message.objects.filter(order=order, sent_at=now).count()
    for message in Message.objects.filter(order=order, sent_at=now):
        assert not message_obstacle(Purpose(message.purpose), before)
        for name, allowed in AFTER.items():
            assert getattr(before, name) is None or message.purpose in allowed


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=20)
@given(TURNS, POLICIES)
def test_any_life_of_an_order_keeps_every_promise(turns: list[Any], policy: str) -> None:
    with transaction.atomic():
        now = at(PLACED)
        order = placed_order(alices_store(policy=policy), total=Decimal("24.00"))
        for gap, late, event, how in turns:
            now += timedelta(hours=gap, minutes=1)
            happened = max(now - timedelta(hours=late), at(PLACED)).isoformat()
            record(order.pk, read_event({**event, **how, "at": happened}, "event"), now=now, actor="test")
            live(order, now)
            look_at(Order.objects.get(pk=order.pk), now)
        ids = [str(message.extra_headers["Message-ID"]) for message in mail.outbox]
        assert len(ids) == len(set(ids))
        mail.outbox.clear()
        transaction.set_rollback(True)
