"""Rehearsed: the contact milestones and the buyer's hours (rules C). Shipped on 5 March, 07:00 in São Paulo."""

import pytest

from tests.cast import actions, command, fact, mails, milestones, moves, of, paid, replay, shipped, tracking, z

pytestmark = pytest.mark.django_db
DAY_30, DAY_45, DAY_60 = "04-04 10:00", "04-19 10:00", "05-04 10:00"
OPENS_30 = "04-04 12:00"


def test_the_three_stages_move_on_their_day_and_write_when_the_window_opens() -> None:
    answer = replay(paid(), shipped(), until="05-10 00:00")
    assert moves(answer)[2:] == [
        (z(DAY_30), "contact_30", "contact_30"),
        (z(DAY_45), "contact_45", "contact_45"),
        (z(DAY_60), "contact_60", "contact_60"),
    ]
    written = [mail for mail in mails(answer) if mail[1].startswith("contact")]
    assert written == [
        (z(OPENS_30), "contact_30"),
        (z("04-19 12:00"), "contact_45"),
        (z("05-04 12:00"), "contact_60"),
    ]
    assert [row["rule"] for row in answer["milestones"] if row["kind"].startswith("contact")] == ["C1", "C2", "C3"]


def test_the_second_stage_asks_for_the_choice_and_the_third_for_the_refund() -> None:
    answer = replay(paid(), shipped(), until="05-10 00:00")
    choice, refund = of(answer["actions"], kind="record_choice"), of(answer["actions"], kind="refund")
    assert [(row["at"], row["rule"], row["due_at"]) for row in choice] == [(z(DAY_45), "C2", z(DAY_60))]
    assert [(row["at"], row["rule"], row["due_at"]) for row in refund] == [(z(DAY_60), "C3", z("05-19 10:00"))]


def test_the_third_message_offers_what_has_not_gone_back_yet() -> None:
    answer = replay(paid(), shipped(), fact("05-01 00:00", "refund_issued", amount="4.00"), until="05-10 00:00")
    body = of(answer["messages"], purpose="contact_60")[0]["body"]
    assert "20,00" in body
    assert "24,00" not in body


def test_taobao_has_one_stage_after_three_days() -> None:
    answer = replay(paid(), shipped(), policy="taobao-cn", until="06-10 00:00")
    contact = [row for row in answer["milestones"] if row["kind"].startswith("contact")]
    assert [(row["kind"], row["due_at"], row["outcome"]) for row in contact] == [
        ("contact_30", z("03-08 10:00"), "fired")
    ]


def test_a_parcel_that_comes_between_the_day_and_the_window_leaves_the_message_unsent() -> None:
    answer = replay(paid(), shipped(), fact("04-04 11:00", "delivered"), until="04-05 00:00")
    assert milestones(answer, "contact_30") == [(z(DAY_30), "fired", "")]
    assert ("contact_30", "contact_30") in [move[1:] for move in moves(answer)]
    assert of(answer["messages"], purpose="contact_30") == []


@pytest.mark.parametrize(
    ("event", "reason"),
    [("delivered", "delivered"), ("refund_issued", "refunded"), ("cancelled", "cancelled"), ("completed", "completed")],
)
def test_what_cannot_be_undone_cancels_the_stages_at_once(event: str, reason: str) -> None:
    answer = replay(paid(), shipped(), fact("04-03 10:00", event), until="06-10 00:00")
    for kind in ("contact_30", "contact_45", "contact_60"):
        row = of(answer["milestones"], kind=kind)[0]
        assert (row["outcome"], row["at"], row["reason"]) == ("cancelled", z("04-03 10:00"), reason)


def test_the_day_itself_is_too_late_for_a_stage_when_the_parcel_came_at_its_instant() -> None:
    answer = replay(paid(), shipped(), fact(DAY_30, "delivered"), until=DAY_30)
    assert milestones(answer, "contact_30") == [(z(DAY_30), "cancelled", "delivered")]


@pytest.mark.parametrize(
    ("left", "leaves"),
    [
        ("03-05 12:00", "04-04 12:00"),  # 09:00 of her clock is in
        ("03-05 11:59", "04-04 12:00"),
        ("03-05 22:59", "04-04 22:59"),
        ("03-05 23:00", "04-05 12:00"),  # 20:00 is out
    ],
)
def test_nine_is_in_and_twenty_is_out(left: str, leaves: str) -> None:
    answer = replay(paid(), shipped(left), until="04-06 00:00")
    assert of(answer["messages"], purpose="contact_30")[0]["at"] == z(leaves)


@pytest.mark.parametrize(
    ("buyer", "leaves"),
    [
        ({"timezone": "America/Rio_Branco", "state": "SP"}, "04-04 14:00"),  # the buyer's own zone wins
        ({"timezone": "", "state": "Acre"}, "04-04 14:00"),
        ({"timezone": "", "state": "AM"}, "04-04 13:00"),
        ({"timezone": "", "state": "Fernando de Noronha"}, "04-04 12:00"),
        ({"timezone": "", "state": "são paulo"}, "04-04 12:00"),
        ({"timezone": "", "state": "nowhere"}, "04-04 12:00"),  # his country
        ({"timezone": "", "state": "", "country": "PT"}, "04-04 10:00"),
        ({"timezone": "", "state": "", "country": ""}, "04-04 12:00"),  # the pack's country
        ({"timezone": "", "state": "", "country": "ZZ"}, "04-04 16:00"),  # the pack's zone, Los Angeles
    ],
)
def test_the_buyers_clock_is_his_zones_his_states_his_countrys_or_the_packs(buyer: dict[str, str], leaves: str) -> None:
    answer = replay(paid(), shipped(), buyer=buyer, until="04-05 00:00")
    assert of(answer["messages"], purpose="contact_30")[0]["at"] == z(leaves)


def test_every_message_waits_for_the_window() -> None:
    answer = replay(
        paid(),
        shipped("03-05 02:00"),
        tracking("03-20 03:00", "duty_due"),
        tracking("03-25 03:00", "pickup_waiting", location="Agência Centro"),
        fact("03-28 03:00", "delivered"),
        fact("03-29 03:00", "refund_issued", amount="3.00"),
        placed_at=z("03-02 03:00"),
    )
    assert {at[11:] for at, _purpose in mails(answer)} == {"12:00:00Z"}
    assert len(mails(answer)) >= 6


def test_a_message_queued_in_time_is_listed_though_it_leaves_later() -> None:
    answer = replay(paid(), shipped(), until=DAY_30)
    assert mails(answer)[-1] == (z(OPENS_30), "contact_30")


def test_until_is_inclusive() -> None:
    assert replay(paid(), shipped(), until=DAY_30)["order"]["state"] == "contact_30"
    assert replay(paid(), shipped(), until="04-04 09:59")["order"]["state"] == "shipped"


def test_an_event_after_until_has_not_happened() -> None:
    assert replay(paid(), shipped(), fact(DAY_30, "delivered"), until="04-04 09:59")["order"]["state"] == "shipped"


# --- the buyer's choice -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("choice", ["refund", "partial_refund"])
def test_a_buyer_who_wants_his_money_back_becomes_a_refund_to_make(choice: str) -> None:
    answer = replay(paid(), shipped(), fact("04-20 13:00", "buyer_choice", choice=choice), until="04-21 00:00")
    assert actions(answer, "refund") == [(z("04-20 13:00"), "C2")]


def test_a_buyer_who_waits_asks_nothing_of_the_team() -> None:
    answer = replay(paid(), shipped(), fact("04-20 13:00", "buyer_choice", choice="wait"), until="04-21 00:00")
    assert actions(answer, "refund") == []


# --- shipped in other orders ------------------------------------------------------------------------------------------
def test_a_contact_stage_does_not_come_before_the_parcel_left() -> None:
    answer = replay(paid(), until="06-10 00:00")
    assert [row for row in answer["milestones"] if row["kind"].startswith("contact")] == []


def test_a_command_to_complete_an_order_under_way_is_refused_by_the_machine() -> None:
    answer = replay(paid(), shipped(), command("03-20 00:00", "completed"), until="03-20 00:00")
    assert [(row["type"], row["rule"]) for row in answer["refused"]] == [("completed", "")]
    assert answer["order"]["state"] == "shipped"


def test_the_platform_cancels_an_order_under_way_and_the_seller_may_not() -> None:
    answer = replay(
        paid(), shipped(), command("03-20 00:00", "cancelled"), fact("03-21 00:00", "cancelled"), until="03-22 00:00"
    )
    assert [row["at"] for row in answer["refused"]] == [z("03-20 00:00")]
    assert moves(answer)[-1] == (z("03-21 00:00"), "cancelled", "cancelled")
