"""Rehearsed: what an open dispute does to the order's own dates, and the order's way back (D9, D11)."""

import pytest

from tests.cast import broken, fact, milestones, moves, of, paid, replay, shipped, z

pytestmark = pytest.mark.django_db


def opened(when: str) -> dict[str, object]:
    return fact(when, "dispute_opened", reason="in_transit", amount="24.00")


def withdrawn(when: str) -> dict[str, object]:
    return fact(when, "dispute_withdrawn")


@pytest.mark.parametrize(
    "before",
    [
        [],
        [shipped()],
        [shipped(), fact("03-20 00:00", "delivered")],
        [shipped(), fact("03-20 00:00", "delivered"), fact("03-21 00:00", "completed")],
        [shipped(), fact("03-20 00:00", "refund_issued")],
    ],
)
def test_a_dispute_opens_on_any_order_that_was_paid(before: list[dict[str, object]]) -> None:
    answer = replay(paid(), *before, opened("03-25 00:00"), until="03-25 00:00")
    assert moves(answer)[-1] == (z("03-25 00:00"), "disputed", "dispute_opened")
    assert broken(answer) == []


def test_a_dispute_on_an_order_that_nobody_paid_is_recorded_with_its_violation() -> None:
    answer = replay(opened("03-03 00:00"), until="03-03 00:00")
    assert (answer["order"]["state"], broken(answer)) == ("disputed", ["D9"])


def test_an_open_dispute_cancels_what_falls_due_while_it_is_open() -> None:
    answer = replay(paid(), shipped(), opened("04-01 00:00"), until="04-10 00:00")
    row = of(answer["milestones"], kind="contact_30")[0]
    assert (row["outcome"], row["at"], row["reason"]) == ("cancelled", z("04-04 10:00"), "dispute_open")
    assert milestones(answer, "contact_45") == [(z("04-19 10:00"), "pending", "")]


def test_later_stages_fire_and_one_is_skipped() -> None:
    answer = replay(paid(), shipped(), opened("04-01 00:00"), withdrawn("04-03 00:00"), until="05-10 00:00")
    assert [move[1] for move in moves(answer)][2:] == ["disputed", "shipped", "contact_30", "contact_45", "contact_60"]
    answer = replay(paid(), shipped(), opened("04-01 00:00"), withdrawn("04-04 00:00"), until="05-10 00:00")
    assert milestones(answer, "contact_30")[0][1] == "fired"


def test_a_stage_that_fell_due_meanwhile_stays_cancelled_and_the_next_ones_come() -> None:
    answer = replay(paid(), shipped(), opened("04-01 00:00"), withdrawn("04-10 00:00"), until="05-10 00:00")
    assert [move[1:] for move in moves(answer)][2:] == [
        ("disputed", "dispute_opened"),
        ("contact_30", "dispute_withdrawn"),
        ("contact_45", "contact_45"),
        ("contact_60", "contact_60"),
    ]
    assert milestones(answer, "contact_30") == [(z("04-04 10:00"), "cancelled", "dispute_open")]
    assert of(answer["messages"], purpose="contact_30") == []


@pytest.mark.parametrize(
    ("over", "state"),
    [
        ("04-03 00:00", "shipped"),
        ("04-10 00:00", "contact_30"),
        ("04-20 00:00", "contact_45"),
        ("05-05 00:00", "contact_60"),
    ],
)
@pytest.mark.parametrize("end", ["dispute_withdrawn", "won", "settled"])
def test_a_dispute_that_ends_well_brings_the_order_back_to_its_day(over: str, state: str, end: str) -> None:
    event = withdrawn(over) if end == "dispute_withdrawn" else fact(over, "verdict", outcome=end)
    answer = replay(paid(), shipped(), opened("04-01 00:00"), event, until=over)
    assert answer["order"]["state"] == state


@pytest.mark.parametrize(("over", "state"), [("03-30 00:00", "delivered"), ("04-04 00:00", "completed")])
def test_a_delivered_order_goes_back_to_delivered_or_completed(over: str, state: str) -> None:
    answer = replay(
        paid(), shipped(), fact("03-20 00:00", "delivered"), opened("03-21 00:00"), withdrawn(over), until=over
    )
    assert answer["order"]["state"] == state


def test_a_parcel_that_comes_during_the_dispute_delivers_the_order_after_it() -> None:
    answer = replay(
        paid(),
        shipped(),
        opened("03-20 00:00"),
        fact("03-25 00:00", "delivered"),
        withdrawn("03-26 00:00"),
        until="03-26 00:00",
    )
    assert [move[1] for move in moves(answer)] == ["paid", "shipped", "disputed", "delivered"]


@pytest.mark.parametrize(
    "event", [fact("04-10 00:00", "verdict", outcome="lost"), fact("04-10 00:00", "dispute_accepted")]
)
def test_a_lost_or_accepted_dispute_stays_disputed_until_the_refund(event: dict[str, object]) -> None:
    answer = replay(paid(), shipped(), opened("04-01 00:00"), event, until="04-10 00:00")
    assert answer["order"]["state"] == "disputed"
    answer = replay(
        paid(),
        shipped(),
        opened("04-01 00:00"),
        event,
        fact("04-12 00:00", "refund_issued", amount="24.00"),
        until="04-12 00:00",
    )
    assert moves(answer)[-1] == (z("04-12 00:00"), "refunded", "refund_issued")


def test_a_refunded_order_whose_dispute_ends_is_refunded_still() -> None:
    answer = replay(
        paid(),
        shipped(),
        fact("03-20 00:00", "refund_issued"),
        opened("03-21 00:00"),
        withdrawn("03-25 00:00"),
        until="06-10 00:00",
    )
    assert answer["order"]["state"] == "refunded"


@pytest.mark.parametrize("before", [[], [paid()]])
def test_a_cancelled_order_whose_dispute_ends_is_cancelled_still(before: list[dict[str, object]]) -> None:
    answer = replay(
        *before, fact("03-05 00:00", "cancelled"), opened("03-21 00:00"), withdrawn("03-25 00:00"), until="06-10 00:00"
    )
    assert answer["order"]["state"] == "cancelled"


def test_a_message_that_waits_for_its_window_does_not_leave_into_a_dispute() -> None:
    answer = replay(paid(), shipped(), opened("04-04 11:00"), until="04-05 00:00")
    assert milestones(answer, "contact_30") == [(z("04-04 10:00"), "fired", "")]
    assert of(answer["messages"], purpose="contact_30") == []


def test_a_refund_below_the_total_leaves_the_dispute_open() -> None:
    answer = replay(
        paid(),
        shipped(),
        opened("04-01 00:00"),
        fact("04-02 00:00", "refund_issued", amount="4.00"),
        until="04-02 00:00",
    )
    assert answer["order"]["state"] == "disputed"
