"""Rehearsed: how a dispute ends, and where it leaves its order (D11)."""

from typing import Any

import pytest

from tests.cast import actions, broken, fact, milestones, moves, of, paid, replay, shipped, z
from tests.disputes.claims import accepted, disputed, noticed, opened, states, steps, verdict, withdrawn

pytestmark = pytest.mark.django_db


def refund(when: str, **keys: Any) -> dict[str, Any]:
    return fact(when, "refund_issued", **keys)


@pytest.mark.parametrize("outcome", ["won", "settled"])
def test_the_verdict_moves_the_dispute_then_the_order(outcome: str) -> None:
    answer = disputed(opened(), noticed(), verdict("04-20 00:00", outcome, amount="5.00"), until="04-20 00:00")
    assert [(row["of"], row["from"], row["to"], row["by"]) for row in answer["transitions"][-2:]] == [
        ("dispute", "evidence_due", outcome, "verdict"),
        ("order", "disputed", "contact_45", "verdict"),
    ]


@pytest.mark.parametrize("before", [[], [noticed("04-12 00:00")]])
@pytest.mark.parametrize(
    ("end", "state"),
    [
        (accepted("04-14 00:00"), "accepted"),
        (withdrawn("04-14 00:00"), "withdrawn"),
        *((verdict("04-14 00:00", outcome), outcome) for outcome in ("won", "lost", "settled")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_end_closes_the_dispute_and_cancels_its_dates(
    before: list[dict[str, Any]], end: dict[str, Any], state: str
) -> None:
    answer = disputed(opened(), *before, end, until="05-30 00:00")
    assert answer["dispute"]["state"] == state
    for kind in ("dispute_response_due", "dispute_response_reminder", "escalation", "evidence_due"):
        assert "pending" not in {row[1] for row in milestones(answer, kind)}
    assert milestones(answer, "evidence_due") == ([(z("04-15 00:00"), "cancelled", state)] if before else [])


@pytest.mark.parametrize("end", [withdrawn, lambda when: verdict(when, "won"), lambda when: verdict(when, "settled")])
def test_a_stage_that_falls_due_as_the_dispute_ends_has_its_turn(end: Any) -> None:
    answer = disputed(opened("04-01 00:00"), end("04-04 10:00"), until="04-05 00:00")
    assert milestones(answer, "contact_30") == [(z("04-04 10:00"), "fired", "")]
    assert moves(answer)[-1] == (z("04-04 10:00"), "contact_30", "contact_30")
    assert [row["at"] for row in of(answer["messages"], purpose="contact_30")] == [z("04-04 12:00")]


def test_a_dispute_that_opens_as_a_stage_falls_due_cancels_it() -> None:
    answer = disputed(opened("04-04 10:00"), until="04-05 00:00")
    assert milestones(answer, "contact_30") == [(z("04-04 10:00"), "cancelled", "dispute_open")]


@pytest.mark.parametrize("end", [accepted("04-14 00:00"), verdict("04-14 00:00", "lost")])
def test_the_refund_ends_a_lost_dispute(end: dict[str, Any]) -> None:
    answer = disputed(opened(), end, refund("04-16 00:00", amount="24.00"), until="04-16 00:00")
    assert moves(answer)[-1] == (z("04-16 00:00"), "refunded", "refund_issued")
    assert [row["purpose"] for row in answer["messages"]][-1] == "refund_issued"


def test_a_lost_dispute_over_a_part_is_paid_off_by_that_part() -> None:
    events = [opened(amount="10.00"), verdict("04-14 00:00", "lost"), refund("04-16 00:00", amount="10.00")]
    answer = disputed(*events, until="04-16 00:00")
    assert moves(answer)[-1] == (z("04-16 00:00"), "contact_30", "refund_issued")


def test_the_platforms_refund_is_its_word_on_an_open_dispute() -> None:
    answer = disputed(opened(), refund("04-12 00:00", amount="24.00"), until="04-12 00:00")
    assert (states(answer), answer["order"]["state"]) == (["opened", "accepted"], "refunded")
    assert steps(answer)[-1] == (z("04-12 00:00"), "accepted", "refund_issued")


def test_a_refund_of_all_that_is_claimed_closes_the_dispute() -> None:
    answer = disputed(opened(amount="10.00"), refund("04-12 00:00", amount="10.00"), until="04-12 00:00")
    assert (answer["dispute"]["state"], answer["order"]["state"]) == ("accepted", "contact_30")


def test_a_refund_below_the_claim_is_an_event() -> None:
    answer = disputed(opened(), refund("04-12 00:00", amount="4.00"), until="04-12 00:00")
    assert (answer["dispute"]["state"], answer["order"]["state"]) == ("opened", "disputed")


def test_a_refund_without_an_amount_is_the_whole() -> None:
    answer = disputed(opened(amount="10.00"), refund("04-12 00:00"), until="04-12 00:00")
    assert (answer["dispute"]["state"], answer["order"]["state"]) == ("accepted", "refunded")


def test_a_settled_dispute_and_its_partial_refund_leave_the_order_where_it_was() -> None:
    events = [opened(), noticed(), verdict("04-20 00:00", "settled", amount="8.00")]
    answer = disputed(*events, refund("04-21 00:00", amount="8.00"), until="04-21 00:00")
    assert (answer["dispute"]["state"], moves(answer)[-1][1:]) == ("settled", ("contact_45", "verdict"))


def test_a_parcel_that_comes_meanwhile_shows_when_the_dispute_ends() -> None:
    events = [opened(), fact("04-12 00:00", "delivered"), verdict("04-14 00:00", "won")]
    answer = disputed(*events, until="04-14 00:00")
    assert moves(answer)[-1] == (z("04-14 00:00"), "delivered", "verdict")
    assert actions(answer, "keep_delivery_proof") == [(z("04-12 00:00"), "G2")]
    assert milestones(answer, "promise_end") == [(z("05-04 10:00"), "cancelled", "delivered")]


def test_an_order_whose_time_passed_meanwhile_is_completed() -> None:
    events = [fact("04-09 00:00", "delivered"), opened(), withdrawn("04-25 00:00")]
    answer = disputed(*events, until="05-30 00:00")
    assert moves(answer)[-1] == (z("04-25 00:00"), "completed", "dispute_withdrawn")
    assert milestones(answer, "completion") == [(z("04-24 00:00"), "cancelled", "dispute_open")]


@pytest.mark.parametrize("end", [withdrawn("04-14 00:00"), verdict("04-14 00:00", "won")])
def test_an_order_that_never_shipped_is_paid_again(end: dict[str, Any]) -> None:
    answer = replay(paid(), opened(), end, until="04-14 00:00")
    assert answer["order"]["state"] == "paid"


def test_an_order_that_the_platform_cancels_meanwhile_is_cancelled_after_it() -> None:
    answer = replay(paid(), opened(), fact("04-12 00:00", "cancelled"), withdrawn("04-14 00:00"), until="06-10 00:00")
    assert (moves(answer)[-1], broken(answer)) == ((z("04-14 00:00"), "cancelled", "dispute_withdrawn"), [])


def test_a_parcel_that_leaves_meanwhile_is_on_its_way_after_the_dispute() -> None:
    answer = replay(paid(), opened("03-04 00:00"), shipped(), withdrawn("03-10 00:00"), until="04-05 00:00")
    assert [move[1] for move in moves(answer)][2:] == ["shipped", "contact_30"]


def test_funds_that_arrive_meanwhile_count_after_the_dispute() -> None:
    answer = replay(opened("03-03 00:00"), paid("03-04 00:00"), withdrawn("03-05 00:00"), until="03-05 00:00")
    assert moves(answer)[-1] == (z("03-05 00:00"), "paid", "dispute_withdrawn")


def test_a_new_dispute_follows_a_closed_one() -> None:
    events = [opened(), withdrawn("04-12 00:00"), opened("04-14 00:00", reason="lost")]
    answer = disputed(*events, until="04-14 00:00")
    assert states(answer) == ["opened", "withdrawn", "opened"]
    assert answer["dispute"]["respond_by"] == z("04-19 00:00")
    assert [row["rule"] for row in answer["advice"]] == ["A12", "A12"]
