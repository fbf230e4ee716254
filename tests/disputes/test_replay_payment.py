"""Rehearsed: from the order to the funds (rules P)."""

import pytest

from tests.cast import broken, command, fact, mails, milestones, moves, of, paid, replay, shipped, z

pytestmark = pytest.mark.django_db


def test_the_buyer_is_reminded_and_the_payment_expires_when_no_funds_come() -> None:
    answer = replay()
    assert moves(answer) == [(z("03-09 12:00"), "payment_expired", "payment_expiry")]
    assert mails(answer) == [
        (z("03-02 12:00"), "order_received"),
        (z("03-04 12:00"), "payment_reminder"),
        (z("03-09 12:00"), "payment_expired"),
    ]


def test_taobao_reminds_after_one_day_and_expires_after_three() -> None:
    answer = replay(policy="taobao-cn", placed_at=z("03-02 02:00"), buyer={"timezone": "", "country": "CN"})
    assert milestones(answer, "payment_reminder") == [(z("03-03 02:00"), "fired", "")]
    assert moves(answer) == [(z("03-05 02:00"), "payment_expired", "payment_expiry")]


def test_payment_milestones_end_when_the_funds_come() -> None:
    answer = replay(paid("03-03 12:00"))
    assert milestones(answer, "payment_reminder") == [(z("03-04 12:00"), "cancelled", "paid")]
    assert milestones(answer, "payment_expiry") == [(z("03-09 12:00"), "cancelled", "paid")]
    assert moves(answer) == [(z("03-03 12:00"), "paid", "payment_confirmed")]
    assert of(answer["milestones"], kind="payment_expiry")[0]["at"] == z("03-03 12:00")


def test_funds_at_the_very_instant_of_expiry_are_in_time() -> None:
    answer = replay(paid("03-09 12:00"), until="03-09 12:00")
    assert moves(answer) == [(z("03-09 12:00"), "paid", "payment_confirmed")]


def test_neither_reminder_nor_expiry_comes_while_the_platform_checks_the_payment() -> None:
    answer = replay(fact("03-03 12:00", "payment_checking"))
    assert milestones(answer, "payment_reminder") == [(z("03-04 12:00"), "cancelled", "payment_checking")]
    assert milestones(answer, "payment_expiry") == [(z("03-09 12:00"), "cancelled", "payment_checking")]
    assert moves(answer) == []


def test_a_waiting_reminder_does_not_leave_once_the_platform_checks_the_payment() -> None:
    answer = replay(fact("03-03 11:30", "payment_checking"), placed_at=z("03-01 11:00"))
    assert milestones(answer, "payment_reminder") == [(z("03-03 11:00"), "fired", "")]
    assert of(answer["messages"], purpose="payment_reminder") == []


def test_the_funds_end_the_platforms_check() -> None:
    answer = replay(fact("03-02 12:30", "payment_checking"), paid("03-03 12:00"))
    assert answer["order"]["state"] == "paid"


@pytest.mark.parametrize(
    ("placed", "due"),
    [
        ("02-09 12:00", "02-18 12:00"),  # Carnival Monday and Tuesday
        ("02-07 12:00", "02-18 12:00"),  # a Saturday before it
        ("03-27 12:00", "04-06 12:00"),  # Good Friday
        ("05-28 12:00", "06-05 12:00"),  # Corpus Christi
        ("04-14 12:00", "04-22 12:00"),  # Tiradentes
        ("04-13 12:00", "04-20 12:00"),  # a Monday like any other
    ],
)
def test_payment_expires_on_a_brazilian_banking_day(placed: str, due: str) -> None:
    answer = replay(placed_at=z(placed), until="02-01 00:00")
    assert milestones(answer, "payment_expiry")[0][0] == z(due)


def test_the_banking_day_is_that_of_the_clock_in_sao_paulo() -> None:
    # 02:00 UTC on Ash Wednesday is still Carnival Tuesday in São Paulo.
    answer = replay(placed_at=z("02-11 02:00"), until="02-11 02:00")
    assert milestones(answer, "payment_expiry")[0][0] == z("02-19 02:00")


@pytest.mark.parametrize("policy", ["aliexpress-br", "taobao-cn"])
def test_funds_that_clear_late_bring_the_order_back(policy: str) -> None:
    answer = replay(paid("03-20 12:00"), policy=policy, until="03-20 12:00")
    assert [move[1:] for move in moves(answer)] == [
        ("payment_expired", "payment_expiry"),
        ("paid", "payment_confirmed"),
    ]
    assert broken(answer) == []
    assert milestones(answer, "ship_overdue")[0][1] == "pending"


@pytest.mark.parametrize("policy", ["aliexpress-br", "taobao-cn"])
def test_shipping_before_the_funds_is_refused_as_a_command(policy: str) -> None:
    answer = replay(command("03-03 12:00", "shipped"), policy=policy, until="03-03 12:00")
    assert moves(answer) == []
    refused = answer["refused"][0]
    assert (refused["at"], refused["type"], refused["rule"]) == (z("03-03 12:00"), "shipped", "P2")
    assert "funds" in refused["error"]


def test_shipping_before_the_funds_is_recorded_as_a_fact() -> None:
    answer = replay(shipped("03-03 12:00"), paid("03-20 12:00"), until="03-20 12:00")
    assert moves(answer) == [(z("03-03 12:00"), "shipped", "shipped")]
    assert answer["violations"] == [{"at": z("03-03 12:00"), "rule": "P2"}]
    assert milestones(answer, "payment_expiry") == [(z("03-09 12:00"), "cancelled", "shipped")]
    assert milestones(answer, "payment_reminder") == [(z("03-04 12:00"), "cancelled", "shipped")]


def test_delivery_before_the_funds_leaves_payment_pending_too() -> None:
    answer = replay(fact("03-03 12:00", "delivered"), until="03-04 00:00")
    assert moves(answer) == [(z("03-03 12:00"), "delivered", "delivered")]
    assert broken(answer) == ["P2"]
    assert milestones(answer, "payment_expiry") == [(z("03-09 12:00"), "cancelled", "delivered")]


def test_taobao_ships_before_the_balance_with_a_reason() -> None:
    answer = replay(
        command("03-03 12:00", "shipped", exception="deposit paid, balance on Friday"),
        policy="taobao-cn",
        until="03-03 12:00",
    )
    assert moves(answer) == [(z("03-03 12:00"), "shipped", "shipped")]
    assert (answer["refused"], answer["violations"]) == ([], [])


@pytest.mark.parametrize(("policy", "reason"), [("taobao-cn", "  "), ("aliexpress-br", "deposit paid")])
def test_there_is_no_exception_without_a_reason_or_a_rule_for_it(policy: str, reason: str) -> None:
    answer = replay(command("03-03 12:00", "shipped", exception=reason), policy=policy, until="03-03 12:00")
    assert [refused["rule"] for refused in answer["refused"]] == ["P2"]


def test_funds_confirmed_twice_move_the_order_once() -> None:
    answer = replay(paid("03-03 12:00"), paid("03-04 12:00"), until="03-04 12:00")
    assert moves(answer) == [(z("03-03 12:00"), "paid", "payment_confirmed")]
    assert milestones(answer, "ship_overdue")[0][0] == z("03-10 12:00")


def test_a_cancelled_order_that_is_paid_late_stays_cancelled() -> None:
    answer = replay(fact("03-03 12:00", "cancelled"), paid("03-04 12:00"), until="03-20 12:00")
    assert moves(answer) == [(z("03-03 12:00"), "cancelled", "cancelled")]
    assert of(answer["milestones"], outcome="fired") == []
    assert [mail[1] for mail in mails(answer)] == ["order_received"]
