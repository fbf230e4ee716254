"""Whatever happens, in whatever order: a rehearsal ends, says the same twice, and keeps the promises to the buyer."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import example, given
from hypothesis import strategies as st

from disputes.rehearsing import Rehearsal, RuleSet, _start, answer
from disputes.scenarios import read_scenario
from orders.models import Order
from orders.services.verification import verify_timeline
from orders.tracking_statuses import TrackingStatus
from tests.cast import GOOD_CPF, PLACED, at, replay, scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
AFTER_DELIVERY = {"delivered", "review_request", "refund_issued", "repayment_request"}
DAYS = st.one_of(st.integers(-2 * 24, 100 * 24), st.sampled_from([0, 168, 24 * 30, 24 * 45, 24 * 60]))


def _with(kind: str, **keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(kind), **keys})


AMOUNTS = st.sampled_from(["0", "4.00", "24.00", "99.99"])
FACTS = st.one_of(
    *(_with(kind) for kind in ("payment_checking", "payment_confirmed", "cancelled", "completed", "delivered")),
    *(_with(kind) for kind in ("cancellation_requested", "cancellation_refused")),
    _with("shipped", tracking_number=st.sampled_from(["", "LX1", "LX2"]), carrier=st.sampled_from(["", "DHL", "Post"])),
    _with("tax_id_provided", tax_id=st.sampled_from([GOOD_CPF, "1"])),
    _with("buyer_choice", choice=st.sampled_from(["wait", "refund", "partial_refund"])),
    _with(
        "tracking",
        status=st.sampled_from(["", *TrackingStatus]),
        tracking_number=st.sampled_from(["", "LX1", "LX2"]),
        description=st.sampled_from(["", "delivered", "Objeto entregue ao destinatário"]),
    ),
    _with("tracking_lookup", source=st.sampled_from(["a", "b"]), found=st.booleans()),
    _with("disruption", region=st.sampled_from(["", "SP", "PT"]), cause=st.just("snow")),
    _with("buyer_message", text=st.text(max_size=5)),
    _with("refund_issued", amount=AMOUNTS),
    _with("refund_issued"),
    *(_with(kind, amount=AMOUNTS) for kind in ("repaid", "funds_released")),
    _with("review_received", stars=st.integers(1, 5), text=st.text(max_size=5)),
)


def _at(event: dict[str, Any], hours: int, extra: dict[str, str]) -> dict[str, Any]:
    return {**event, "at": (at(PLACED) + timedelta(hours=hours)).isoformat(), **extra}


EXTENSIONS = st.builds(
    lambda hours, more: _at(
        {"type": "receipt_extended", "protection_ends_at": (at(PLACED) + timedelta(hours=hours + more)).isoformat()},
        hours,
        {},
    ),
    DAYS,
    st.integers(-500, 2000),
)
AS = st.sampled_from([{}, {}, {}, {"as": "command"}])
EVENTS = st.lists(st.one_of(st.builds(_at, FACTS, DAYS, AS), EXTENSIONS), max_size=12)
ORDERS = st.fixed_dictionaries(
    {
        "policy": st.sampled_from(["aliexpress-br", "taobao-cn"]),
        "total": st.sampled_from(["24.00", None, "90.00"]),
        "shipping_service": st.sampled_from(["postal", "DHL", ""]),
        "promised_days": st.sampled_from([None, 7, 60]),
    }
)


@given(EVENTS, ORDERS)
def test_any_sequence_of_facts_is_rehearsed_and_twice_the_same(
    events: list[dict[str, Any]], order: dict[str, Any]
) -> None:
    assert replay(*events, **order) == replay(*events, **order)


@given(EVENTS, ORDERS)
def test_any_sequence_of_facts_leaves_a_whole_timeline(events: list[dict[str, Any]], order: dict[str, Any]) -> None:
    read = read_scenario(scenario(*events, **order), "scenario")
    with transaction.atomic():
        rehearsal: Rehearsal = _start(read.record, RuleSet(read.policy_name))
        rehearsal.run(read.events, until=at("06-10 00:00"))
        stored = Order.objects.get()
        assert verify_timeline(stored) == ""
        assert answer(rehearsal)["order"]["state"] == stored.state
        transaction.set_rollback(True)


@example(
    [_at({"type": "delivered"}, -1, {})],
    {"policy": "aliexpress-br", "total": "24.00", "shipping_service": "postal", "promised_days": None},
)
@given(EVENTS, ORDERS)
def test_any_sequence_of_facts_keeps_the_promises_to_the_buyer(
    events: list[dict[str, Any]], order: dict[str, Any]
) -> None:
    result = replay(*events, **order)
    for purpose in ("order_received", "contact_30", "contact_45", "contact_60", "review_request"):
        assert sum(row["purpose"] == purpose for row in result["messages"]) <= 1
    came = min((row["at"] for row in result["transitions"] if row["to"] == "delivered"), default=None)
    late = [row["purpose"] for row in result["messages"] if came and row["at"] > came]
    assert set(late) <= AFTER_DELIVERY
    hours = {int(row["at"][11:13]) for row in result["messages"]}
    assert hours <= set(range(12, 23))


@given(EVENTS, ORDERS)
def test_any_sequence_of_facts_fires_nothing_early_and_leaves_nothing_overdue(
    events: list[dict[str, Any]], order: dict[str, Any]
) -> None:
    for row in replay(*events, **order)["milestones"]:
        if row["outcome"] == "fired":
            assert row["due_at"] <= row["at"]
        assert row["outcome"] != "pending" or row["due_at"] > "2026-06-10T00:00:00Z"
        assert row["outcome"] != "cancelled" or (row["at"] and row["reason"])
