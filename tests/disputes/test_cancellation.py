"""A buyer asks to cancel before the parcel leaves (P8): the clock, the two answers, and what no answer leads to."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disputes.intake import Intake
from disputes.models import ActionItem, ActionKind
from disputes.recording import record
from orders.events import Event, EventType
from orders.models import Order
from orders.models.timeline import PrivateData
from tests.cast import (
    PLACED,
    actions,
    after,
    alices_store,
    at,
    broken,
    command,
    fact,
    milestones,
    moves,
    paid,
    placed_order,
    replay,
    shipped,
    z,
)

pytestmark = pytest.mark.django_db
ASKED = "03-03 10:00"
END = after(ASKED, hours=48)


def asked(when: str = ASKED, **keys: Any) -> dict[str, Any]:
    return fact(when, "cancellation_requested", **keys)


def test_a_request_has_its_own_clock_and_asks_the_team_at_once() -> None:
    answer = replay(paid(), asked(reason="found it cheaper"), until=ASKED)
    assert milestones(answer, "cancellation_due") == [(z(END), "pending", "")]
    early = [z(after(END, hours=-hours)) for hours in (24, 6)]
    assert [row[0] for row in milestones(answer, "cancellation_reminder")] == early
    assert actions(answer, "answer_cancellation") == [(z(ASKED), "P8")]
    assert answer["order"]["state"] == "paid"


def test_silence_is_loud_and_only_the_platforms_word_cancels() -> None:
    answer = replay(paid(), asked(), until=after(END, hours=1))
    assert milestones(answer, "cancellation_due") == [(z(END), "fired", "")]
    assert actions(answer, "answer_cancellation") == [(z(ASKED), "P8"), (z(END), "P8")]
    assert answer["order"]["state"] == "paid"
    told = replay(paid(), asked(), fact(after(END, hours=2), "cancelled"), until=after(END, hours=3))
    assert told["order"]["state"] == "cancelled"


@pytest.mark.parametrize(
    ("end", "reason", "state"),
    [
        (command("03-04 10:00", "cancelled"), "cancelled", "cancelled"),
        (command("03-04 10:00", "cancellation_refused"), "cancellation_refused", "paid"),
        (command("03-04 10:00", "shipped", tracking_number="LX1", despite="P8"), "shipped", "shipped"),
        (fact("03-04 10:00", "refund_issued"), "refunded", "refunded"),
    ],
)
def test_the_answer_ends_the_clock(end: dict[str, Any], reason: str, state: str) -> None:
    answer = replay(paid(), asked(), end, until="03-04 10:00")
    assert milestones(answer, "cancellation_due") == [(z(END), "cancelled", reason)]
    assert (answer["order"]["state"], answer["refused"]) == (state, [])


def test_a_request_before_the_payment_counts_too_and_ends_with_the_order() -> None:
    answer = replay(asked(), command("03-04 10:00", "cancelled"), until="03-04 10:00")
    assert answer["order"]["state"] == "cancelled"
    assert broken(answer) == []


def test_after_shipping_a_request_is_kept_and_nothing_is_called_off() -> None:
    late = asked("03-06 10:00")
    answer = replay(paid(), shipped(), late, command("03-06 11:00", "cancelled"), until="03-06 11:00")
    assert milestones(answer, "cancellation_due") == []
    assert ("contact_buyer", "P8") in [(row["kind"], row["rule"]) for row in answer["actions"]]
    assert answer["refused"][0]["type"] == "cancelled"
    assert answer["order"]["state"] == "shipped"


def test_a_refusal_without_a_request_is_refused_by_its_rule() -> None:
    answer = replay(paid(), command("03-04 10:00", "cancellation_refused"), until="03-04 10:00")
    assert [(row["type"], row["rule"]) for row in answer["refused"]] == [("cancellation_refused", "P8")]


def test_a_second_request_after_a_refusal_has_a_clock_of_its_own() -> None:
    refused = command("03-03 12:00", "cancellation_refused")
    again = asked("03-04 10:00")
    rows = milestones(replay(paid(), asked(), refused, again, until="03-04 10:00"), "cancellation_due")
    assert rows == [(z(END), "cancelled", "cancellation_refused"), (z(after("03-04 10:00", hours=48)), "pending", "")]


def test_what_the_buyer_says_stays_out_of_the_chain() -> None:
    order = placed_order(alices_store(), paid(), asked(reason="I am Maria Souza, call me"))
    event = order.timeline.get(type="cancellation_requested")
    assert "reason" not in event.data
    assert PrivateData.objects.get(event=event).data == {"reason": "I am Maria Souza, call me"}


HEADER = "order_number,placed_at,paid_at,status,total,currency"
LINE = "801,2026-03-02T12:00Z,2026-03-02T13:00Z,{},24.00,USD"


def take(folder: Path, status: str, *, now: str) -> Order:
    path = folder / "orders.csv"
    path.write_text("\n".join([HEADER, LINE.format(status)]), encoding="utf-8")
    store = Order.objects.first().store if Order.objects.exists() else alices_store()  # type: ignore[union-attr]
    Intake(store, at(now), "test").import_orders(path, timezone="UTC", mapping=None)
    return Order.objects.get()


@pytest.mark.parametrize("word", ["买家申请取消", "IN_CANCEL"])
def test_a_file_tells_of_the_request_and_of_its_end(tmp_path: Path, word: str) -> None:
    order = take(tmp_path, word, now="03-03 10:00")
    assert order.is_cancelling
    assert order.cancellation_due_at == at("03-05 10:00")
    item = ActionItem.objects.get(kind=ActionKind.ANSWER_CANCELLATION)
    assert (item.state, item.due_at) == ("open", at("03-05 10:00"))
    order = take(tmp_path, "等待您发货", now="03-04 10:00")
    assert not order.is_cancelling
    assert ActionItem.objects.get(kind=ActionKind.ANSWER_CANCELLATION).state == "settled"


def test_a_file_tells_of_a_second_request_after_a_refusal_once(tmp_path: Path) -> None:
    for status, now in [("IN_CANCEL", "03-03 10:00"), ("等待您发货", "03-03 12:00"), ("IN_CANCEL", "03-04 10:00")]:
        order = take(tmp_path, status, now=now)
    assert (order.is_cancelling, order.cancellation_due_at) == (True, at("03-06 10:00"))
    refused = Event(EventType.CANCELLATION_REFUSED, at("03-04 12:00"), is_command=True)
    record(order.pk, refused, now=at("03-04 12:00"), actor="test")
    assert not take(tmp_path, "IN_CANCEL", now="03-04 14:00").is_cancelling


def test_an_older_file_does_not_call_off_a_request_that_a_person_entered(tmp_path: Path) -> None:
    store = alices_store()
    order = placed_order(store, paid(), asked(), number="801")
    again = take(tmp_path, "等待您发货", now="03-04 10:00")
    assert again.pk == order.pk
    assert again.is_cancelling


KINDS = ["payment_confirmed", "cancellation_requested", "cancellation_refused", "cancelled", "shipped", "delivered"]
KINDS += ["refund_issued", "dispute_opened", "dispute_withdrawn", "completed"]
STEP = st.tuples(st.sampled_from(KINDS), st.integers(0, 24 * 8), st.booleans())


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(STEP, max_size=7))
def test_whatever_happens_a_clock_runs_only_while_the_order_can_be_called_off(
    steps: list[tuple[str, int, bool]],
) -> None:
    events = [
        {"at": (at(PLACED) + timedelta(hours=hours)).isoformat(), "type": kind} | ({"as": "command"} if asks else {})
        for kind, hours, asks in sorted(steps, key=lambda step: step[1])
    ]
    answer = replay(*events, until="03-11 00:00")
    running = [row for row in milestones(answer, "cancellation_due") if row[1] == "pending"]
    if running:
        assert answer["order"]["state"] in {"payment_pending", "payment_expired", "paid", "disputed"}
    assert len(running) <= 1
    commanded = {event["at"][:16] for event in events if event.get("as")} - {
        e["at"][:16] for e in events if not e.get("as")
    }
    for when, state, by in moves(answer):
        if (state, by) == ("cancelled", "cancelled") and when[:16] in commanded:
            assert not any(earlier[1] in {"shipped", "delivered"} for earlier in moves(answer) if earlier[0] < when)
