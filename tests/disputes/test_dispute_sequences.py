"""Whatever happens to a dispute, in whatever order: one open per item, a silent house, and no deadline lost."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from disputes.advising import TABLE
from disputes.models import Dispute
from disputes.rehearsing import Rehearsal, RuleSet, _start, answer
from disputes.scenarios import read_scenario
from orders.models import Milestone, Order
from orders.services.verification import verify_timeline
from tests.cast import LAMP, PLACED, at, of, paid, replay, scenario, shipped
from tests.disputes.claims import opened

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
UNTIL = "06-10 00:00"
TOLD_IN_DISPUTE = {"refund_issued", "repayment_request"}
CABLE = {"sku": "B2", "title": "Cable", "quantity": 2, "unit_price": "3.00"}
REASONS = ["in_transit", "customs_hold", "tracking_not_found", "short_shipment", "damaged", "changed_mind", ""]
ITEMS = st.sampled_from(["", "A1", "1", 2, "Z9"])
AMOUNTS = st.sampled_from(["0", "4.00", "18.00", "24.00", "99.99"])


def _with(kind: str, **keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(kind)}, optional=keys)


CLAIM = {
    "reason": st.sampled_from(REASONS),
    "amount": AMOUNTS,
    "missing_quantity": st.integers(1, 9),
    "customs_cause": st.sampled_from(["undervalued", "duty_unpaid", "storm"]),
    "item": ITEMS,
}
STEPS = st.one_of(
    _with("dispute_opened", **CLAIM),
    _with("dispute_changed", **CLAIM),
    _with("counter_offer", amount=AMOUNTS, remedy=st.sampled_from(["reship", "return", "none"]), item=ITEMS),
    *(_with(kind, item=ITEMS) for kind in ("dispute_accepted", "dispute_withdrawn", "platform_notice")),
    _with("evidence_submitted", item=ITEMS),
    st.builds(lambda end: {"type": "verdict", "outcome": end}, st.sampled_from(["won", "lost", "settled"])),
    _with("refund_issued", amount=AMOUNTS),
    _with("evidence_added", source=st.sampled_from(["", "a", "b"])).map(lambda event: event | {"kind": "buyer_photo"}),
    *(_with(kind) for kind in ("payment_confirmed", "shipped", "delivered", "completed", "cancelled")),
    _with("tracking").map(lambda event: event | {"status": "duty_due"}),
    st.builds(lambda source, found: {"type": "tracking_lookup", "source": source, "found": found},
              st.sampled_from(["a", "b"]), st.booleans()),
    st.just({"type": "review_received", "stars": 1}),
)  # fmt: skip
# Instants that meet: the dispute's spans count in hours, from a dispute on day 39 or from anywhere.
HOURS = st.one_of(st.integers(0, 100 * 24), st.sampled_from([936 + more for more in (0, 24, 72, 120, 168, 192, 240)]))
EVENTS = st.lists(
    st.builds(
        lambda event, hours, extra: {**event, "at": (at(PLACED) + timedelta(hours=hours)).isoformat(), **extra},
        STEPS,
        HOURS,
        st.sampled_from([{}, {}, {"as": "command"}]),
    ),
    max_size=14,
)
STARTS = st.sampled_from([[], [paid(), shipped()], [paid(), shipped(), opened("04-10 12:00")]])
SAID = st.fixed_dictionaries(
    {
        "policy": st.sampled_from(["aliexpress-br", "taobao-cn"]),
        "total": st.sampled_from(["30.00", None]),
        "items": st.just([LAMP, CABLE]),
        "buyer": st.sampled_from([{}, {"email": ""}]),
    }
)
Events = list[dict[str, Any]]


def rehearsed(events: Events, said: dict[str, Any], check: Any) -> None:
    """Run it, look at what is left in the database, and take it back."""
    read = read_scenario(scenario(*events, **said), "scenario")
    with transaction.atomic():
        rehearsal: Rehearsal = _start(read.record, RuleSet(read.policy_name))
        rehearsal.run(read.events, until=at(UNTIL))
        check(Order.objects.get(), answer(rehearsal))
        transaction.set_rollback(True)


@given(STARTS, EVENTS, SAID)
def test_the_same_story_has_the_same_answer(start: Events, events: Events, said: dict[str, Any]) -> None:
    assert replay(*start, *events, **said) == replay(*start, *events, **said)


@given(STARTS, EVENTS, SAID)
def test_of_one_item_one_dispute_is_open(start: Events, events: Events, said: dict[str, Any]) -> None:
    def check(order: Order, _answer: dict[str, Any]) -> None:
        names = {"1": "A1", "2": "B2"}
        claimed = [names.get(dispute.item, dispute.item) for dispute in order.disputes.filter(closed_at=None)]
        assert len(claimed) == len(set(claimed))
        assert not claimed or order.state == "disputed"
        assert verify_timeline(order) == ""

    rehearsed([*start, *events], said, check)


@given(STARTS, EVENTS, SAID)
def test_no_deadline_is_lost(start: Events, events: Events, said: dict[str, Any]) -> None:
    def check(order: Order, _answer: dict[str, Any]) -> None:
        for dispute in order.disputes.all():
            states = {(row.kind, row.due_at): row.state for row in _milestones(dispute)}
            if dispute.state == "opened":
                due = "pending" if dispute.respond_by > at(UNTIL) else "fired"
                assert states["dispute_response_due", dispute.respond_by] == due
            if dispute.state == "evidence_due":
                assert states["evidence_due", dispute.evidence_by] == "pending"
            if not dispute.is_open:
                assert "pending" not in states.values()

    rehearsed([*start, *events], said, check)


def _milestones(dispute: Dispute) -> list[Milestone]:
    return list(Milestone.objects.filter(order=dispute.order_id, subject=dispute.subject))


@given(STARTS, EVENTS, SAID)
def test_a_buyer_in_dispute_hears_only_of_his_money(start: Events, events: Events, said: dict[str, Any]) -> None:
    result = replay(*start, *events, **said)
    for row in result["messages"]:
        sent = datetime.fromisoformat(row["at"])
        if row["purpose"] not in TOLD_IN_DISPUTE and sent <= at(UNTIL):
            assert _state_at(result, sent) != "disputed"


def _state_at(result: dict[str, Any], instant: datetime) -> str:
    """The order's state after the events of an instant."""
    moves = of(result["transitions"], of="order")
    return next((row["to"] for row in reversed(moves) if datetime.fromisoformat(row["at"]) <= instant), "")


@given(STARTS, EVENTS, SAID)
def test_each_advice_says_something_new(start: Events, events: Events, said: dict[str, Any]) -> None:
    def check(order: Order, result: dict[str, Any]) -> None:
        rows = {(row.rule, row.recommendation, row.liability) for row in TABLE}
        assert {(row["rule"], row["recommendation"], row["liability"]) for row in result["advice"]} <= rows
        for dispute in order.disputes.all():
            words = [(row.rule, row.missing) for row in dispute.advice.all()]
            assert words
            assert all(words[place] != words[place + 1] for place in range(len(words) - 1))

    rehearsed([*start, *events], said, check)


@given(STARTS, EVENTS, SAID)
def test_every_list_is_in_time_order(start: Events, events: Events, said: dict[str, Any]) -> None:
    result = replay(*start, *events, **said)
    for name in ("transitions", "messages", "actions", "advice", "violations", "refused"):
        instants = [datetime.fromisoformat(row["at"]) for row in result[name]]
        assert instants == sorted(instants)
