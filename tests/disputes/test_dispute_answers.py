"""Rehearsed: what the seller asks for in a dispute, and facts that a rule did not allow (D2, D8, D9)."""

from typing import Any

import pytest

from tests.cast import broken, command, fact, moves, paid, replay, shipped, z
from tests.disputes.claims import (
    accepted,
    changed,
    disputed,
    exhibit,
    noticed,
    offered,
    opened,
    refusals,
    states,
    submitted,
    verdict,
    withdrawn,
)

pytestmark = pytest.mark.django_db


def asked(event: dict[str, Any]) -> dict[str, Any]:
    return event | {"as": "command"}


def test_a_rejection_without_a_counter_offer_is_refused() -> None:
    answer = disputed(opened(), command("04-11 00:00", "counter_offer"), until="04-11 00:00")
    assert (refusals(answer), states(answer)) == ([("counter_offer", "D2")], ["opened"])


def test_a_rejection_without_a_counter_offer_that_happened_is_a_violation() -> None:
    answer = disputed(opened(), fact("04-11 00:00", "counter_offer"), until="04-11 00:00")
    assert answer["violations"] == [{"at": z("04-11 00:00"), "rule": "D2"}]


@pytest.mark.parametrize("offer", [{"amount": "0"}, {"amount": "0.00"}, {"amount": 0}, {"amount": "5.50"}])
def test_an_amount_is_a_counter_offer_nothing_too(offer: dict[str, Any]) -> None:
    answer = disputed(opened(), command("04-11 00:00", "counter_offer", **offer), until="04-11 00:00")
    assert (refusals(answer), broken(answer), states(answer)) == ([], [], ["opened", "negotiating"])


@pytest.mark.parametrize("remedy", ["reship", "return"])
def test_a_reship_or_a_return_is_a_counter_offer(remedy: str) -> None:
    answer = disputed(opened(), command("04-11 00:00", "counter_offer", remedy=remedy), until="04-11 00:00")
    assert states(answer) == ["opened", "negotiating"]


def test_a_second_offer_is_taken_while_negotiating() -> None:
    answer = disputed(opened(), asked(offered()), asked(offered("04-12 00:00", amount="3.00")), until="04-12 00:00")
    assert (refusals(answer), states(answer)) == ([], ["opened", "negotiating"])


COMMANDS = [
    changed("04-12 00:00", amount="3.00"),
    offered("04-12 00:00"),
    accepted("04-12 00:00"),
    withdrawn("04-12 00:00"),
    noticed("04-12 00:00"),
    submitted("04-12 00:00"),
    verdict("04-12 00:00", "won"),
]


@pytest.mark.parametrize("event", COMMANDS, ids=lambda event: str(event["type"]))
@pytest.mark.parametrize("before", [[], [opened(), withdrawn("04-11 00:00")]], ids=["none", "closed"])
def test_without_an_open_dispute_a_command_is_refused_and_a_fact_moves_nothing(
    before: list[dict[str, Any]], event: dict[str, Any]
) -> None:
    calm = disputed(*before, until="04-12 00:00")
    answer = disputed(*before, asked(event), until="04-12 00:00")
    assert refusals(answer) == [(event["type"], "")]
    assert {**answer, "refused": []} == calm
    assert disputed(*before, event, until="04-12 00:00") == calm


def test_the_buyers_own_step_is_no_command() -> None:
    answer = disputed(asked(opened()), until="04-12 00:00")
    assert (refusals(answer), answer["dispute"]) == ([("dispute_opened", "")], None)


def test_evidence_before_the_notice_cannot_be_handed_in() -> None:
    answer = disputed(opened(), asked(submitted("04-12 00:00")), until="04-12 00:00")
    assert (refusals(answer), states(answer)) == ([("evidence_submitted", "")], ["opened"])


def test_an_offer_after_the_notice_comes_too_late() -> None:
    answer = disputed(opened(), noticed(), asked(offered("04-18 00:00")), until="04-18 00:00")
    assert refusals(answer) == [("counter_offer", "")]


def test_evidence_after_its_deadline_is_refused_as_a_command() -> None:
    answer = disputed(opened(), noticed(), asked(submitted("04-20 08:01")), until="04-21 00:00")
    assert (refusals(answer), states(answer)[-1]) == ([("evidence_submitted", "D8")], "evidence_missed")


def test_evidence_after_its_deadline_that_was_handed_in_is_recorded() -> None:
    answer = disputed(opened(), noticed(), submitted("04-20 08:01"), until="04-21 00:00")
    assert states(answer)[-2:] == ["evidence_missed", "evidence_submitted"]
    assert answer["violations"] == [{"at": z("04-20 08:01"), "rule": "D8"}]


def test_evidence_handed_in_twice_breaks_no_rule() -> None:
    answer = disputed(opened(), noticed(), submitted("04-18 00:00"), submitted("04-25 00:00"), until="04-26 00:00")
    assert (broken(answer), states(answer)[-1]) == ([], "evidence_submitted")


def test_an_exhibit_may_be_added_at_any_time() -> None:
    answer = replay(asked(exhibit("03-03 00:00", "invoice")), until="03-03 00:00")
    assert (refusals(answer), answer["dispute"]) == ([], None)


DELIVERED = fact("03-20 00:00", "delivered")


@pytest.mark.parametrize(
    "before",
    [
        [],
        [shipped()],
        [shipped(), DELIVERED],
        [shipped(), DELIVERED, fact("03-21 00:00", "completed")],
        [shipped(), fact("03-20 00:00", "refund_issued")],
        [fact("03-20 00:00", "cancelled")],
    ],
)
def test_a_dispute_on_a_paid_order_breaks_no_rule(before: list[dict[str, Any]]) -> None:
    answer = replay(paid(), *before, opened(), until="04-10 08:00")
    assert (broken(answer), answer["order"]["state"], answer["dispute"]["state"]) == ([], "disputed", "opened")


@pytest.mark.parametrize(
    ("before", "rules"),
    [([], ["D9"]), ([fact("03-03 00:00", "cancelled")], ["D9"]), ([shipped()], ["P2", "D9"])],
)
def test_a_dispute_on_an_order_that_was_never_paid_breaks_d9(before: list[dict[str, Any]], rules: list[str]) -> None:
    answer = replay(*before, opened(), until="04-10 08:00")
    assert (broken(answer), answer["order"]["state"]) == (rules, "disputed")


def test_the_order_moves_before_its_dispute_opens() -> None:
    answer = disputed(opened(), until="04-10 08:00")
    assert answer["transitions"][-2:] == [
        {"at": z("04-10 08:00"), "by": "dispute_opened", "of": "order", "from": "contact_30", "to": "disputed"},
        {"at": z("04-10 08:00"), "by": "dispute_opened", "of": "dispute", "from": "", "to": "opened"},
    ]


def test_an_order_without_a_dispute_answers_none() -> None:
    answer = disputed(until="06-10 00:00")
    assert (answer["dispute"], answer["advice"], moves(answer)[-1][1]) == (None, [], "contact_60")
