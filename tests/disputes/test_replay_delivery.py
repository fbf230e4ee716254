"""Rehearsed: protection, delivery and after (rules G), and bad reviews (R10)."""

import pytest

from tests.cast import actions, after, command, fact, mails, milestones, moves, of, paid, replay, shipped, tracking, z

pytestmark = pytest.mark.django_db
DAY_55 = "04-29 10:00"


def delivered(when: str = "03-20 13:00") -> dict[str, object]:
    return fact(when, "delivered")


def extended(when: str, until: str) -> dict[str, object]:
    return fact(when, "receipt_extended", protection_ends_at=z(until))


# --- G1 ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("promised_days", "checked"),
    [
        (60, DAY_55),  # protection until day 75
        (47, DAY_55),  # until day 62: both on day 55
        (46, "04-28 10:00"),  # until day 61, less 7
        (30, "04-12 10:00"),  # until day 45, less 7
    ],
)
@pytest.mark.parametrize("policy", ["aliexpress-br", "taobao-cn"])
def test_the_protection_is_checked_on_day_55_or_a_week_before_its_end(
    policy: str, promised_days: int, checked: str
) -> None:
    answer = replay(paid(), shipped(), policy=policy, promised_days=promised_days, until=checked)
    assert milestones(answer, "protection_check") == [(z(checked), "fired", "")]
    assert actions(answer, "extend_receipt_time") == [(z(checked), "G1")]


def test_an_extension_is_asked_for_before_the_protection_ends() -> None:
    answer = replay(paid(), shipped(), until=DAY_55)
    assert of(answer["actions"], kind="extend_receipt_time")[0]["due_at"] == z("05-19 10:00")


def test_after_an_extension_it_is_checked_again_a_week_before_the_later_end() -> None:
    answer = replay(paid(), shipped(), extended("04-30 10:00", "06-18 10:00"), until="06-11 10:00")
    assert milestones(answer, "protection_check") == [(z(DAY_55), "fired", ""), (z("06-11 10:00"), "fired", "")]
    assert actions(answer, "extend_receipt_time") == [(z(DAY_55), "G1"), (z("06-11 10:00"), "G1")]
    assert answer["order"]["protection_ends_at"] == z("06-18 10:00")


def test_an_extension_before_day_55_leaves_that_day_and_adds_the_later_one() -> None:
    answer = replay(paid(), shipped(), extended("03-20 10:00", "06-18 10:00"), until="06-11 10:00")
    assert milestones(answer, "protection_check") == [(z(DAY_55), "fired", ""), (z("06-11 10:00"), "fired", "")]


def test_every_later_end_has_its_check() -> None:
    answer = replay(
        paid(),
        shipped(),
        extended("04-30 10:00", "06-18 10:00"),
        extended("06-12 10:00", "07-18 10:00"),
        until="07-12 00:00",
    )
    assert [row[:2] for row in milestones(answer, "protection_check")] == [
        (z(DAY_55), "fired"),
        (z("06-11 10:00"), "fired"),
        (z("07-11 10:00"), "fired"),
    ]


def test_an_extension_that_comes_again_before_its_check_moves_it() -> None:
    answer = replay(
        paid(),
        shipped(),
        extended("04-30 10:00", "06-18 10:00"),
        extended("05-12 10:00", "07-18 10:00"),
        until="07-12 00:00",
    )
    fired = [row[0] for row in milestones(answer, "protection_check") if row[1] == "fired"]
    assert fired == [z(DAY_55), z("07-11 10:00")]


@pytest.mark.parametrize("over", ["delivered", "refund_issued", "completed", "cancelled"])
def test_no_protection_is_checked_once_the_order_is_over(over: str) -> None:
    answer = replay(paid(), shipped(), fact("04-28 00:00", over), until="06-10 00:00")
    assert milestones(answer, "protection_check")[0][1] == "cancelled"
    assert actions(answer, "extend_receipt_time") == []


def test_nothing_is_protected_before_the_parcel_left() -> None:
    answer = replay(paid(), protection_ends_at=z("04-01 00:00"), ship_by=z("06-01 00:00"), until="06-01 00:00")
    assert milestones(answer, "protection_check") == []


def test_an_extension_of_an_order_not_under_way_is_refused_by_its_rule() -> None:
    answer = replay(paid(), command("03-20 10:00", "receipt_extended", protection_ends_at=z("06-18 10:00")))
    assert [(row["type"], row["rule"]) for row in answer["refused"]] == [("receipt_extended", "G1")]


# --- G2, G3, G4 -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("policy", ["aliexpress-br", "taobao-cn"])
def test_after_delivery_comes_the_proof_the_funds_the_review_and_the_end(policy: str) -> None:
    answer = replay(paid(), shipped(), delivered("03-20 11:00"), policy=policy, buyer={"timezone": "Etc/UTC"})
    assert actions(answer, "keep_delivery_proof") == [(z("03-20 11:00"), "G2")]
    assert actions(answer, "release_funds") == [(z("03-20 11:00"), "G2")]
    assert mails(answer)[-2:] == [(z("03-20 11:00"), "delivered"), (z("03-23 11:00"), "review_request")]
    assert moves(answer)[-1] == (z("04-04 11:00"), "completed", "completion")


def test_the_second_word_of_one_delivery_is_no_news() -> None:
    answer = replay(
        paid(),
        shipped(),
        tracking("03-20 13:00", "delivered"),
        delivered("03-20 14:00"),
        delivered("03-21 14:00"),
        until="03-22 00:00",
    )
    assert len(of(answer["messages"], purpose="delivered")) == 1
    assert len(actions(answer, "release_funds")) == 1
    assert len(actions(answer, "keep_delivery_proof")) == 1


def test_the_platform_completes_an_order_before_its_time() -> None:
    answer = replay(paid(), shipped(), delivered(), fact("03-22 00:00", "completed"), until="06-10 00:00")
    assert moves(answer)[-1] == (z("03-22 00:00"), "completed", "completed")
    assert milestones(answer, "completion") == [(z("04-04 13:00"), "cancelled", "completed")]


def test_the_platform_completes_an_order_that_it_never_saw_delivered() -> None:
    answer = replay(paid(), shipped(), fact("04-10 00:00", "completed"), until="06-10 00:00")
    assert answer["order"]["state"] == "completed"
    assert milestones(answer, "review_request") == []
    assert milestones(answer, "contact_45") == [(z("04-19 10:00"), "cancelled", "completed")]


def test_no_review_is_asked_for_with_an_open_dispute() -> None:
    opened = fact("03-21 00:00", "dispute_opened", reason="quality", amount="5.00")
    answer = replay(paid(), shipped(), delivered(), opened, until="03-24 00:00")
    assert milestones(answer, "review_request") == [(z("03-23 13:00"), "cancelled", "dispute_open")]
    assert of(answer["messages"], purpose="review_request") == []


# --- G5, G6 -----------------------------------------------------------------------------------------------------------
def test_a_parcel_that_comes_after_the_refund_is_thanked_for_and_repayment_asked_once() -> None:
    answer = replay(
        paid(), shipped(), fact("03-10 13:00", "refund_issued"), delivered("03-20 13:00"), until="06-10 00:00"
    )
    assert answer["order"]["state"] == "refunded"
    assert mails(answer)[-1] == (z("03-20 13:00"), "repayment_request")
    assert actions(answer, "ask_repayment") == [(z("03-20 13:00"), "G5")]
    assert actions(answer, "release_funds") == []
    for kind in ("review_request", "completion"):
        assert [row for row in milestones(answer, kind) if row[1] == "fired"] == []


def test_repayment_is_asked_for_once_though_delivery_is_told_twice() -> None:
    answer = replay(
        paid(),
        shipped(),
        fact("03-10 13:00", "refund_issued"),
        tracking("03-20 13:00", "delivered"),
        delivered("03-20 15:00"),
        until="06-10 00:00",
    )
    assert len(of(answer["messages"], purpose="repayment_request")) == 1
    assert len(actions(answer, "ask_repayment")) == 1


def test_shipping_that_is_told_after_delivery_moves_nothing_and_contacts_nobody() -> None:
    answer = replay(paid(), delivered("03-20 13:00"), shipped("03-21 13:00"), until="06-10 00:00")
    assert [move[1] for move in moves(answer)] == ["paid", "delivered", "completed"]
    assert [
        row["kind"] for row in answer["milestones"] if row["kind"].startswith("contact") and row["outcome"] == "fired"
    ] == []
    assert of(answer["messages"], purpose="shipped") == []


def test_review_and_end_count_from_delivery_though_the_funds_come_later() -> None:
    answer = replay(delivered("03-08 13:00"), paid("03-10 13:00"), until="06-10 00:00")
    assert milestones(answer, "review_request") == [(z("03-11 13:00"), "fired", "")]
    assert moves(answer) == [
        (z("03-08 13:00"), "delivered", "delivered"),
        (z("03-23 13:00"), "completed", "completion"),
    ]


# --- refunds ----------------------------------------------------------------------------------------------------------
def test_a_refund_below_the_total_is_an_event_and_not_the_state() -> None:
    answer = replay(paid(), shipped(), fact("03-20 13:00", "refund_issued", amount="4.00"), until="03-21 00:00")
    assert answer["order"]["state"] == "shipped"
    assert mails(answer)[-1] == (z("03-20 13:00"), "refund_issued")
    assert milestones(answer, "contact_30")[0][1] == "pending"


@pytest.mark.parametrize("amounts", [["24.00"], ["20.00", "4.00"], ["30.00"], [None]])
def test_refunds_that_reach_the_total_refund_the_order(amounts: list[str | None]) -> None:
    refunds = [
        fact(after("03-20 13:00", hours=hour), "refund_issued", **({"amount": amount} if amount else {}))
        for hour, amount in enumerate(amounts)
    ]
    answer = replay(paid(), shipped(), *refunds, until="03-21 00:00")
    assert answer["order"]["state"] == "refunded"
    assert milestones(answer, "contact_30")[0][1:] == ("cancelled", "refunded")


def test_a_completed_order_can_still_be_refunded() -> None:
    answer = replay(paid(), fact("03-05 00:00", "completed"), fact("03-20 13:00", "refund_issued"))
    assert moves(answer)[-1] == (z("03-20 13:00"), "refunded", "refund_issued")


def test_a_refund_is_told_with_its_amount() -> None:
    answer = replay(paid(), shipped(), fact("03-20 13:00", "refund_issued", amount="4.50"), until="03-21 00:00")
    assert "4,50" in of(answer["messages"], purpose="refund_issued")[0]["body"]


def test_repaid_money_leaves_the_order_refunded() -> None:
    answer = replay(
        paid(),
        shipped(),
        fact("03-10 13:00", "refund_issued"),
        delivered(),
        fact("03-25 00:00", "repaid", amount="24.00"),
    )
    assert answer["order"]["state"] == "refunded"


# --- R10 --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("policy", ["aliexpress-br", "taobao-cn"])
def test_a_bad_review_wants_a_reply_within_a_day(policy: str) -> None:
    review = fact("03-25 13:00", "review_received", stars=2, text="late")
    answer = replay(paid(), shipped(), delivered(), review, policy=policy, until="03-26 13:00")
    assert of(answer["actions"], kind="reply_review")[0]["due_at"] == z("03-26 13:00")
    assert milestones(answer, "review_reply_due") == [(z("03-26 13:00"), "fired", "")]
    assert [row["rule"] for row in of(answer["actions"], kind="reply_review")] == ["R10", "R10"]


def test_a_good_review_wants_nothing() -> None:
    review = fact("03-25 13:00", "review_received", stars=5, text="great")
    answer = replay(paid(), shipped(), delivered(), review, until="03-27 13:00")
    assert (actions(answer, "reply_review"), milestones(answer, "review_reply_due")) == ([], [])
