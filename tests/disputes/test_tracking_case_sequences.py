"""Whatever happens to a parcel, in whatever order: in a queue it has one open case with a date, in none it has none."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from disputes.models import TrackingCase
from disputes.rehearsing import Rehearsal, RuleSet, _start
from disputes.scenarios import read_scenario
from orders.models import Order
from orders.services.verification import verify_timeline
from tests.cast import PLACED, alices_store, at, happens, paid, placed_order, scenario, shipped

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
UNTIL = "06-10 00:00"
STATUSES = ["in_transit", "customs", "duty_due", "pickup_waiting", "failed_attempt", "returning", "lost", "delivered"]
FACTS = st.one_of(
    st.builds(lambda status: {"type": "tracking", "status": status, "source": "17track"}, st.sampled_from(STATUSES)),
    st.sampled_from(
        [
            {"type": kind}
            for kind in (
                *("payment_confirmed", "shipped", "delivered", "completed", "cancelled", "refund_issued"),
                *("receipt_denied", "receipt_confirmed", "dispute_withdrawn"),
            )
        ]
    ),
    st.builds(
        lambda source, found: {"type": "tracking_lookup", "source": source, "found": found},
        st.sampled_from(["a", "b"]),
        st.booleans(),
    ),
    st.just({"type": "dispute_opened", "reason": "signed_not_received"}),
    st.just({"type": "refund_issued", "amount": "1.00"}),
    st.just({"type": "tracking", "description": "Favor desconsiderar a informação anterior", "source": "17track"}),
)
HOURS = st.integers(0, 100 * 24)
EVENTS = st.lists(
    st.builds(lambda event, hours: {**event, "at": (at(PLACED) + timedelta(hours=hours)).isoformat()}, FACTS, HOURS),
    max_size=12,
)
POLICIES = st.sampled_from(["aliexpress-br", "taobao-cn"])


def look_at(order: Order) -> None:
    """One open case with a next date and somebody or something that keeps it, where there is a queue."""
    order = Order.objects.get(pk=order.pk)
    open_cases = list(TrackingCase.objects.filter(order=order, closed_at=None))
    assert [case.queue for case in open_cases] == ([order.tracking_queue] if order.tracking_queue else [])
    assert all(case.result for case in order.tracking_cases.exclude(closed_at=None))
    for case in open_cases:
        pending = order.milestones.filter(kind="tracking_follow_up", subject=case.subject, state="pending")
        assert list(pending.values_list("due_at", flat=True)) == [case.next_at] or order.actions.filter(state="open")
    others = order.milestones.filter(kind="tracking_follow_up", state="pending")
    assert not others.exclude(subject__in=[case.subject for case in open_cases]).exists()
    assert verify_timeline(order) == ""


@given(EVENTS, POLICIES)
def test_on_a_clock_a_queue_has_one_open_case(events: list[dict[str, Any]], policy: str) -> None:
    with transaction.atomic():
        read = read_scenario(scenario(paid(), shipped(), *events, policy=policy), "scenario")
        rehearsal: Rehearsal = _start(read.record, RuleSet(read.policy_name))
        rehearsal.run(read.events, until=at(UNTIL))
        look_at(rehearsal.ledger.order)
        transaction.set_rollback(True)


@given(EVENTS, POLICIES, HOURS)
def test_learnt_late_a_queue_has_one_open_case(events: list[dict[str, Any]], policy: str, hours: int) -> None:
    with transaction.atomic():
        order = placed_order(alices_store(policy=policy), paid(), shipped())
        learnt = (at(PLACED) + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M")
        for event in sorted(events, key=lambda event: str(event["at"])):
            happens(order, event, now=learnt)
            look_at(order)
        transaction.set_rollback(True)


def test_the_same_news_again_changes_nothing() -> None:
    order = placed_order(alices_store(), paid(), shipped())
    event = {"type": "tracking", "status": "lost", "at": "2026-03-20T10:00:00Z"}
    for _turn in range(2):
        happens(order, event)
    assert order.tracking_cases.count() == 1
