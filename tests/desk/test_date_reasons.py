"""Why a future date is what it is: the sum that is said comes out at the date, for every kind of date."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone as django_timezone

from desk.date_reasons import protection_sum, sum_of
from disputes.deadlines import DisputeMilestone
from disputes.services.tracking_cases import CaseMilestone
from orders.models import Order, Store
from orders.models.milestones import MilestoneState
from orders.planning import DEFINITIONS, protection_end
from orders.policies import policy_names
from tests.cast import alices_store, at, fact, paid, placed_order, shipped, tracking

LIVES: list[list[dict[str, Any]]] = [
    [],
    [paid()],
    [paid(), fact("03-05 10:00", "cancellation_requested")],
    [paid(), shipped()],
    [paid(), shipped(), tracking("03-09 10:00")],
    [paid(), shipped(), fact("03-12 10:00", "delivered")],
    [paid(), shipped(), fact("03-12 10:00", "delivered"), fact("03-13 10:00", "review_received", stars=1)],
    [paid(), shipped(), fact("03-12 10:00", "receipt_extended", protection_ends_at="2026-07-20T10:00:00Z")],
    [paid(), shipped(), fact("03-12 10:00", "dispute_opened", reason="in_transit", amount="24.00")],
    [
        paid(),
        shipped(),
        fact("03-12 10:00", "dispute_opened", reason="customs_hold", amount="24.00"),
        fact("03-13 10:00", "platform_notice"),
    ],
    [
        paid(),
        shipped(),
        fact("03-12 10:00", "dispute_opened", reason="lost", amount="24.00", respond_by="2026-03-30T10:00:00Z"),
    ],
    [
        paid(),
        shipped(),
        fact("03-12 10:00", "dispute_opened", reason="lost", amount="24.00"),
        fact("03-13 10:00", "platform_notice", evidence_by="2026-03-30T10:00:00Z"),
    ],
    [
        paid(),
        shipped(),
        fact("03-12 10:00", "dispute_opened", reason="lost", amount="24.00"),
        fact("03-13 10:00", "verdict", outcome="lost"),
    ],
]


@pytest.mark.django_db
@pytest.mark.parametrize("policy", policy_names())
def test_every_date_to_come_says_a_sum_that_comes_out_at_it(policy: str) -> None:
    store, kinds = alices_store(policy=policy), set()
    for number, life in enumerate(LIVES):
        order = placed_order(store, *life, number=f"80{number}")
        disputes = {dispute.subject: dispute for dispute in order.disputes.all()}
        dates = order.milestones.filter(state=MilestoneState.PENDING)
        for row in dates.exclude(kind=CaseMilestone.FOLLOW_UP):  # a person names that date
            found = sum_of(order, row, disputes)
            assert found is not None, (policy, number, row.kind, row.due_at)
            assert found.result == row.due_at
            kinds.add(row.kind)
    rules = store.current_policy
    needed = {kind: definition.rule for kind, definition in DEFINITIONS.items()}
    needed |= {kind: OF_DISPUTES.get(kind, "C") for kind in DisputeMilestone}
    assert {kind for kind, rule in needed.items() if rules.has(rule)} <= kinds


OF_DISPUTES = {DisputeMilestone.ESCALATION: "D3", DisputeMilestone.APPEAL_DUE: "D13"}


@pytest.fixture
def order(db: None) -> Order:
    return placed_order(alices_store(), paid(), shipped())


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("contact_45", "19 Apr = shipped 5 Mar + 45 days"),
        ("protection_check", "29 Apr = shipped 5 Mar + 55 days"),
        ("promise_end", "4 May = shipped 5 Mar + 60 days"),
        ("first_scan", "12 Mar = shipped 5 Mar + 5 of the working days in China"),
    ],
)
def test_the_sum_is_said_on_the_readers_clock(order: Order, kind: str, said: str) -> None:
    row = order.milestones.get(kind=kind)
    found = sum_of(order, row, {})
    assert found is not None
    with django_timezone.override("UTC"):
        assert found.told(at("03-06 10:00")) == said


def test_a_date_of_the_orders_own_is_no_sum(db: None) -> None:
    order = placed_order(alices_store(), paid(), shipped(), promised_at=at("05-01 10:00"), promised_days=None)
    found = sum_of(order, order.milestones.get(kind="promise_end"), {})
    assert found is not None
    with django_timezone.override("UTC"):
        assert found.told(at("03-06 10:00")) == "1 May 10:00 = promised delivery, as the order itself says"


def test_a_date_that_was_planned_by_other_values_says_no_wrong_sum(order: Order) -> None:
    row = order.milestones.get(kind="contact_45")
    row.due_at += timedelta(days=1)
    assert sum_of(order, row, {}) is None


def test_the_end_of_protection_is_a_sum_too(order: Order) -> None:
    found = protection_sum(order)
    assert found is not None
    assert found.result == protection_end(order, order.policy)
    assert protection_sum(Order(store=Store(policy_name="aliexpress-br"), policy_version=1)) is None
