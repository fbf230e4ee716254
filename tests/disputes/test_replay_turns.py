"""Rehearsed: what comes first when several things happen at one instant, and facts in any order."""

from itertools import permutations

import pytest

from tests.cast import broken, command, fact, milestones, moves, paid, replay, shipped, tracking, z

pytestmark = pytest.mark.django_db


def test_events_at_one_instant_keep_the_files_order() -> None:
    answer = replay(paid("03-05 10:00"), shipped("03-05 10:00"), until="03-05 10:00")
    assert [move[1] for move in moves(answer)] == ["paid", "shipped"]
    assert broken(answer) == []
    answer = replay(shipped("03-05 10:00"), paid("03-05 10:00"), until="03-05 10:00")
    assert [move[1] for move in moves(answer)] == ["shipped"]
    assert broken(answer) == ["P2"]


def test_a_scenarios_events_may_stand_in_any_order() -> None:
    events = [paid(), shipped(), tracking("03-20 00:00", "arrived"), fact("04-10 00:00", "delivered")]
    answers = [replay(*order) for order in permutations(events)]
    assert all(answer == answers[0] for answer in answers)


def test_the_orders_own_dates_are_facts_too() -> None:
    dated = replay(
        paid_at=z("03-02 13:00"),
        shipped_at=z("03-05 10:00"),
        delivered_at=z("04-10 00:00"),
        tracking_number="LX123456785CN",
        carrier="China Post",
    )
    assert dated == replay(paid(), shipped(), fact("04-10 00:00", "delivered"))


def test_at_one_instant_paid_comes_before_shipped_and_delivered() -> None:
    same = z("03-05 10:00")
    answer = replay(paid_at=same, shipped_at=same, delivered_at=same, until="03-05 10:00")
    assert [move[1] for move in moves(answer)] == ["paid", "shipped", "delivered"]
    assert broken(answer) == []


def test_an_event_comes_before_the_timers_of_its_instant() -> None:
    answer = replay(paid(), shipped(), fact("04-04 10:00", "delivered"), until="04-04 10:00")
    assert [move[1] for move in moves(answer)] == ["paid", "shipped", "delivered"]


def test_timers_of_one_instant_fire_in_the_order_of_the_rules() -> None:
    # The promise (S6), the first stage (C1) and the wait for the country (T3) all end on day 30.
    answer = replay(paid(), shipped(), promised_days=30, until="04-04 10:00")
    fired = [row["kind"] for row in answer["milestones"] if row["at"] == z("04-04 10:00")]
    assert fired == ["promise_end", "contact_30", "not_in_destination"]


def test_every_list_is_in_time_order() -> None:
    answer = replay(paid("03-12 13:00"), shipped("03-20 13:00"), fact("05-01 00:00", "delivered"))
    for name in ("transitions", "messages", "actions", "violations", "refused", "advice"):
        instants = [row["at"] for row in answer[name]]
        assert instants == sorted(instants)
    dues = [row["due_at"] for row in answer["milestones"]]
    assert dues == sorted(dues)


@pytest.mark.parametrize("late", [fact("03-01 00:00", "payment_confirmed"), fact("02-20 00:00", "shipped")])
def test_a_fact_from_before_the_order_is_recorded(late: dict[str, object]) -> None:
    assert len(moves(replay(late, until="03-03 00:00"))) == 1


def test_a_refused_command_changes_nothing_but_the_record() -> None:
    calm = replay(paid(), shipped(), until="04-10 00:00")
    asked = replay(paid(), shipped(), command("03-20 00:00", "payment_confirmed"), until="04-10 00:00")
    assert [row["type"] for row in asked["refused"]] == ["payment_confirmed"]
    assert {**asked, "refused": []} == calm


def test_rehearsing_twice_gives_the_same_answer() -> None:
    events = [paid(), shipped(), tracking("03-20 00:00", "duty_due"), fact("05-25 00:00", "refund_issued")]
    assert replay(*events) == replay(*events)


def test_until_before_the_order_leaves_it_waiting_for_payment() -> None:
    answer = replay(paid(), until="03-01 00:00")
    assert (answer["order"]["state"], moves(answer)) == ("payment_pending", [])
    assert milestones(answer, "payment_expiry")[0][1] == "pending"
