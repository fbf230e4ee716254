"""Rehearsed: from the funds to the first scan (rules S)."""

import pytest

from tests.cast import (
    GOOD_CPF,
    actions,
    broken,
    command,
    fact,
    mails,
    milestones,
    moves,
    of,
    paid,
    replay,
    shipped,
    tracking,
    z,
)

pytestmark = pytest.mark.django_db
EXPRESS = {"shipping_service": "DHL"}
# What an order of Maria's on Taobao looks like: a postal parcel, her clock in Shanghai (hours 01:00 to 12:00 UTC).
TAOBAO = {"policy": "taobao-cn", "placed_at": z("03-02 02:00"), "buyer": {"timezone": "", "country": "CN"}}


# --- S1, S2 -----------------------------------------------------------------------------------------------------------
def test_a_commercial_parcel_without_a_tax_id_is_refused() -> None:
    answer = replay(paid(), command("03-03 12:00", "shipped"), until="03-03 12:00", **EXPRESS)
    assert [(row["type"], row["rule"]) for row in answer["refused"]] == [("shipped", "S1")]
    assert answer["order"]["state"] == "paid"


def test_a_commercial_carrier_makes_a_postal_order_commercial() -> None:
    answer = replay(paid(), command("03-03 12:00", "shipped", carrier="FedEx IP"), until="03-03 12:00")
    assert [row["rule"] for row in answer["refused"]] == ["S1"]


def test_a_commercial_parcel_without_a_tax_id_is_recorded_with_its_violation() -> None:
    answer = replay(paid(), shipped("03-03 12:00"), until="03-03 12:00", **EXPRESS)
    assert (answer["order"]["state"], broken(answer)) == ("shipped", ["S1"])


@pytest.mark.parametrize("number", [GOOD_CPF, "52998224725", "11.222.333/0001-81", "12.ABC.345/01DE-35"])
def test_a_commercial_parcel_ships_once_the_tax_id_is_there(number: str) -> None:
    answer = replay(
        paid(),
        fact("03-02 14:00", "tax_id_provided", tax_id=number),
        command("03-03 12:00", "shipped"),
        until="03-03 12:00",
        **EXPRESS,
    )
    assert (answer["order"]["state"], answer["refused"], broken(answer)) == ("shipped", [], [])


@pytest.mark.parametrize("number", ["529.982.247-26", "111.111.111-11", "12345", "00.000.000/0000-00"])
def test_a_wrong_tax_id_is_refused_and_as_a_fact_violates(number: str) -> None:
    answer = replay(
        command("03-02 13:00", "tax_id_provided", tax_id=number), fact("03-02 14:00", "tax_id_provided", tax_id=number)
    )
    assert [(row["type"], row["rule"]) for row in answer["refused"]] == [("tax_id_provided", "S1")]
    assert answer["violations"] == [{"at": z("03-02 14:00"), "rule": "S1"}]


def test_two_broken_rules_refuse_by_the_first_and_a_fact_names_both() -> None:
    answer = replay(command("03-02 13:00", "shipped"), shipped("03-03 12:00"), until="03-03 12:00", **EXPRESS)
    assert [row["rule"] for row in answer["refused"]] == ["P2"]
    assert answer["violations"] == [{"at": z("03-03 12:00"), "rule": "P2"}, {"at": z("03-03 12:00"), "rule": "S1"}]


@pytest.mark.parametrize(
    ("order", "asked"),
    [
        (EXPRESS, True),
        ({"total": "50.01"}, True),
        ({"total": "50.00"}, False),
        ({"total": "60.00", "currency": "BRL"}, False),  # no exchange rate: only warned of
        (EXPRESS | {"buyer": {"tax_id": GOOD_CPF}}, False),
        (EXPRESS | {"policy": "taobao-cn"}, False),
    ],
)
def test_the_tax_id_is_asked_for_where_the_parcel_needs_it(order: dict[str, object], asked: bool) -> None:
    answer = replay(until="03-02 12:00", **order)
    assert bool(of(answer["messages"], purpose="tax_id_request")) is asked


def test_a_tax_id_that_came_meanwhile_is_not_asked_for_any_more() -> None:
    answer = replay(
        fact("03-02 11:30", "tax_id_provided", tax_id=GOOD_CPF),
        placed_at=z("03-02 11:00"),
        until="03-03 12:00",
        **EXPRESS,
    )
    assert of(answer["messages"], purpose="tax_id_request") == []


def test_a_postal_parcel_of_high_value_ships_without_a_tax_id() -> None:
    answer = replay(paid(), command("03-03 12:00", "shipped"), total="99.00", until="03-03 12:00")
    assert (answer["order"]["state"], answer["refused"], broken(answer)) == ("shipped", [], [])


# --- S4 ---------------------------------------------------------------------------------------------------------------
def test_the_team_is_warned_at_half_the_handling_time_and_the_buyer_told_at_its_end() -> None:
    answer = replay(paid("03-02 13:00"), until="03-09 13:00")
    assert milestones(answer, "ship_warning") == [(z("03-06 01:00"), "fired", "")]
    assert milestones(answer, "ship_overdue") == [(z("03-09 13:00"), "fired", "")]
    assert actions(answer, "ship") == [(z("03-06 01:00"), "S4"), (z("03-09 13:00"), "S4")]
    assert of(answer["actions"], kind="ship")[0]["due_at"] == z("03-09 13:00")
    assert mails(answer)[-1] == (z("03-09 13:00"), "ship_delay")


def test_taobao_warns_after_a_day_and_is_overdue_after_two() -> None:
    answer = replay(paid("03-02 03:00"), until="03-05 00:00", **TAOBAO)
    assert milestones(answer, "ship_warning") == [(z("03-03 03:00"), "fired", "")]
    assert milestones(answer, "ship_overdue") == [(z("03-04 03:00"), "fired", "")]


def test_the_orders_own_handling_time_wins() -> None:
    answer = replay(paid("03-02 13:00"), ship_by=z("03-04 13:00"), until="03-04 13:00")
    assert milestones(answer, "ship_warning") == [(z("03-03 13:00"), "fired", "")]
    assert milestones(answer, "ship_overdue") == [(z("03-04 13:00"), "fired", "")]


def test_shipping_in_time_ends_both() -> None:
    answer = replay(paid(), shipped("03-05 10:00"), until="03-05 10:00")
    for kind in ("ship_warning", "ship_overdue"):
        assert [row[1:] for row in milestones(answer, kind)] == [("cancelled", "shipped")]


def test_a_parcel_that_leaves_before_the_window_opens_leaves_the_delay_untold() -> None:
    answer = replay(paid("03-02 12:30"), shipped("03-10 03:00"), ship_by=z("03-10 02:00"), until="03-11 00:00")
    assert milestones(answer, "ship_overdue") == [(z("03-10 02:00"), "fired", "")]
    assert of(answer["messages"], purpose="ship_delay") == []


# --- S5 ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("left", "due"),
    [
        ("03-05 10:00", "03-12 10:00"),  # a Thursday: Friday is the first day, Thursday the fifth
        ("03-06 10:00", "03-13 10:00"),  # a Friday
        ("02-12 10:00", "02-26 10:00"),  # Spring Festival from the 15th to the 23rd, Saturday the 14th is made up
        ("04-30 10:00", "05-11 10:00"),  # Labour Day from the 1st to the 5th, Saturday the 9th is made up
    ],
)
def test_the_first_scan_is_owed_after_five_chinese_working_days(left: str, due: str) -> None:
    answer = replay(paid("02-02 13:00"), shipped(left), placed_at=z("02-02 12:00"), until=left)
    assert milestones(answer, "first_scan")[0][0] == z(due)


def test_taobao_owes_the_first_scan_a_day_after_payment_though_nothing_was_declared() -> None:
    answer = replay(paid("03-02 03:00"), until="03-03 03:00", **TAOBAO)
    assert milestones(answer, "first_scan") == [(z("03-03 03:00"), "fired", "")]
    assert actions(answer, "verify_tracking") == [(z("03-03 03:00"), "S5")]


def test_a_scan_ends_the_wait_for_the_first_one() -> None:
    answer = replay(paid(), shipped(), tracking("03-06 00:00"), until="03-06 00:00")
    assert milestones(answer, "first_scan") == [(z("03-12 10:00"), "cancelled", "first_scan")]


def test_no_scan_is_no_scan() -> None:
    answer = replay(paid(), shipped(), tracking("03-06 00:00", "no_scan"), until="03-12 10:00")
    assert milestones(answer, "first_scan") == [(z("03-12 10:00"), "fired", "")]
    assert actions(answer, "verify_tracking") == [(z("03-12 10:00"), "S5")]


# --- S6, S7 -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("order", "promise", "protection"),
    [
        ({"promised_days": None}, "05-04 10:00", "05-19 10:00"),
        ({"promised_days": 30}, "04-04 10:00", "04-19 10:00"),
        ({"promised_at": z("04-01 00:00")}, "04-01 00:00", "04-16 00:00"),
        ({"promised_days": 30, "protection_ends_at": z("06-01 00:00")}, "04-04 10:00", "06-01 00:00"),
    ],
)
def test_the_promise_is_the_orders_own_or_the_packs(order: dict[str, object], promise: str, protection: str) -> None:
    answer = replay(paid(), shipped(), until="03-05 10:00", **order)
    assert milestones(answer, "promise_end") == [(z(promise), "pending", "")]
    assert answer["order"]["protection_ends_at"] == z(protection)


def test_taobao_promises_seven_days() -> None:
    answer = replay(
        paid("03-02 03:00"), shipped("03-03 03:00"), until="03-03 03:00", **(TAOBAO | {"promised_days": None})
    )
    assert milestones(answer, "promise_end") == [(z("03-10 03:00"), "pending", "")]


def test_the_buyer_hears_of_the_order_and_of_the_parcel() -> None:
    answer = replay(paid(), shipped("03-05 13:00"), until="03-05 13:00")
    assert mails(answer) == [(z("03-02 12:00"), "order_received"), (z("03-05 13:00"), "shipped")]
    assert "LX123456785CN" in answer["messages"][1]["body"]


def test_a_parcel_without_a_number_stops_the_mail_and_asks_the_team() -> None:
    answer = replay(paid(), shipped("03-05 13:00", tracking_number=""), until="03-05 13:00")
    assert [mail[1] for mail in mails(answer)] == ["order_received"]
    assert actions(answer, "contact_buyer") == [(z("03-05 13:00"), "M3")]


def test_shipping_twice_moves_the_order_once_and_keeps_its_clock() -> None:
    answer = replay(
        paid(), shipped("03-05 13:00"), shipped("03-09 13:00", tracking_number="LX000000000CN"), until="03-09 13:00"
    )
    assert [move[1] for move in moves(answer)] == ["paid", "shipped"]
    assert milestones(answer, "contact_30")[0][0] == z("04-04 13:00")
    assert [mail[1] for mail in mails(answer)] == ["order_received", "shipped", "shipped"]


def test_shipping_twice_by_command_is_refused_by_the_machine_alone() -> None:
    answer = replay(paid(), shipped(), command("03-09 13:00", "shipped", tracking_number="LX2"), until="03-09 13:00")
    assert [(row["type"], row["rule"]) for row in answer["refused"]] == [("shipped", "")]
