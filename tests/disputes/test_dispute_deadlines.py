"""Rehearsed: a dispute's dates in both packs: answer, escalation, evidence, reminders, margins (D1, D3–D8)."""

from datetime import datetime
from typing import Any

import pytest

from disputes.firing import fire_due
from disputes.models import ActionItem, Dispute
from disputes.reconciling import reconcile_orders
from orders.models import Order
from tests.cast import (
    actions,
    after,
    alices_store,
    at,
    broken,
    clock_at,
    happens,
    milestones,
    of,
    paid,
    placed_order,
    shipped,
    z,
)
from tests.disputes.claims import (
    NOTICED,
    OPENED,
    changed,
    disputed,
    noticed,
    of_kind,
    offered,
    opened,
    states,
    steps,
    submitted,
)

pytestmark = pytest.mark.django_db
PACKS = pytest.mark.parametrize(
    ("policy", "days", "reminders", "margin"), [("aliexpress-br", 5, [48, 24, 6], 12), ("taobao-cn", 2, [24, 6], 6)]
)


@PACKS
def test_the_answer_is_due_so_long_after_the_opening(policy: str, days: int, reminders: list[int], margin: int) -> None:
    answer = disputed(opened(), until=OPENED, policy=policy)
    due = after(OPENED, days=days)
    assert answer["dispute"] == {
        "state": "opened",
        "respond_by": z(due),
        "evidence_by": None,
        "work_by": z(after(due, hours=-margin)),
    }
    assert milestones(answer, "dispute_response_due") == [(z(due), "pending", "")]
    wanted = [(z(after(due, hours=-hours)), "pending", "") for hours in reminders]
    assert milestones(answer, "dispute_response_reminder") == wanted
    assert {row["rule"] for row in of(answer["milestones"], kind="dispute_response_reminder")} == {"D6"}
    assert milestones(answer, "escalation") == [(z(after(OPENED, days=7)), "pending", "")]


@PACKS
def test_silence_is_noted_and_loud_and_moves_nothing(policy: str, days: int, reminders: list[int], margin: int) -> None:
    due = after(OPENED, days=days)
    answer = disputed(opened(), until=due, policy=policy)
    assert states(answer) == ["opened"]
    assert milestones(answer, "dispute_response_due") == [(z(due), "fired", "")]
    assert [row[1] for row in milestones(answer, "dispute_response_reminder")] == ["fired"] * len(reminders)
    assert actions(answer, "answer_dispute") == [(z(OPENED), "D1"), (z(due), "D1")]


def test_at_its_very_instant_an_answer_is_in_time() -> None:
    answer = disputed(opened(), offered("04-15 08:00"), until="04-15 08:00")
    assert milestones(answer, "dispute_response_due") == [(z("04-15 08:00"), "cancelled", "negotiating")]


def test_an_answer_after_silence_still_counts() -> None:
    answer = disputed(opened(), offered("04-16 00:00"), until="04-17 08:00")
    assert states(answer) == ["opened", "negotiating"]
    assert milestones(answer, "escalation") == [(z("04-17 08:00"), "fired", "")]


def test_an_answer_cancels_what_would_have_reminded_of_it() -> None:
    answer = disputed(opened(), offered("04-14 00:00"), until="04-20 00:00")
    assert milestones(answer, "dispute_response_reminder") == [
        (z("04-13 08:00"), "fired", ""),
        (z("04-14 08:00"), "cancelled", "negotiating"),
        (z("04-15 02:00"), "cancelled", "negotiating"),
    ]


def test_a_buyers_change_opens_the_dispute_again_and_moves_its_dates() -> None:
    answer = disputed(opened(), offered(), changed("04-13 00:00", amount="12.00"), until="04-13 00:00")
    assert steps(answer)[-1] == (z("04-13 00:00"), "opened", "dispute_changed")
    assert (answer["dispute"]["state"], answer["dispute"]["respond_by"]) == ("opened", z("04-18 00:00"))
    pending = [row[0] for row in milestones(answer, "dispute_response_reminder") if row[1] == "pending"]
    assert pending == [z("04-16 00:00"), z("04-17 00:00"), z("04-17 18:00")]


def test_a_change_of_an_unanswered_claim_moves_its_dates_too() -> None:
    answer = disputed(opened(), changed("04-14 00:00", amount="12.00"), until="04-14 00:00")
    assert states(answer) == ["opened"]
    assert milestones(answer, "dispute_response_due") == [(z("04-19 00:00"), "pending", "")]
    assert [row[:2] for row in milestones(answer, "dispute_response_reminder")] == [
        (z("04-13 08:00"), "fired"),
        (z("04-17 00:00"), "pending"),
        (z("04-18 00:00"), "pending"),
        (z("04-18 18:00"), "pending"),
    ]


def test_a_change_after_silence_starts_a_new_deadline() -> None:
    answer = disputed(opened(), changed("04-16 00:00", amount="12.00"), until="04-21 00:00")
    assert milestones(answer, "dispute_response_due") == [
        (z("04-15 08:00"), "fired", ""),
        (z("04-21 00:00"), "fired", ""),
    ]


def test_the_day_of_the_escalation_is_shown_and_moves_nothing() -> None:
    answer = disputed(opened(), until="04-17 08:00")
    assert milestones(answer, "escalation") == [(z("04-17 08:00"), "fired", "")]
    assert (states(answer), of(answer["milestones"], kind="escalation")[0]["rule"]) == (["opened"], "D3")


@pytest.mark.parametrize(
    ("policy", "reason", "rule", "days"),
    [
        ("aliexpress-br", "in_transit", "D4", 3),
        ("aliexpress-br", "customs_hold", "D5", 7),
        ("taobao-cn", "in_transit", "D4", 3),
        ("taobao-cn", "customs_hold", "D4", 3),
    ],
)
def test_the_evidence_is_due_so_long_after_the_notice(policy: str, reason: str, rule: str, days: int) -> None:
    answer = disputed(opened(reason=reason), noticed(), until=NOTICED, policy=policy)
    due = after(NOTICED, days=days)
    margin = 12 if policy == "aliexpress-br" else 6
    assert (answer["dispute"]["evidence_by"], answer["dispute"]["work_by"]) == (z(due), z(after(due, hours=-margin)))
    row = of(answer["milestones"], kind="evidence_due")[0]
    assert (row["rule"], row["due_at"], row["outcome"]) == (rule, z(due), "pending")
    assert [row["rule"] for row in of_kind(answer, "submit_evidence")] == [rule]


def test_the_notice_ends_the_dates_of_the_answer() -> None:
    answer = disputed(opened(), noticed("04-12 00:00"), until="04-12 00:00")
    for kind in ("dispute_response_due", "dispute_response_reminder", "escalation"):
        assert {row[1:] for row in milestones(answer, kind)} == {("cancelled", "evidence_due")}


@pytest.mark.parametrize(("policy", "hours"), [("aliexpress-br", [48, 24, 6]), ("taobao-cn", [24, 6])])
def test_the_reminders_before_the_evidence_are_the_packs(policy: str, hours: list[int]) -> None:
    answer = disputed(opened(), noticed(), until="05-01 00:00", policy=policy)
    due = after(NOTICED, days=3)
    wanted = [(z(after(due, hours=-before)), "fired", "") for before in hours]
    assert milestones(answer, "evidence_reminder") == wanted


def test_handing_in_cancels_the_reminders_that_are_left() -> None:
    answer = disputed(opened(), noticed(), submitted("04-19 10:00"), until="04-30 00:00")
    left = [row for row in milestones(answer, "evidence_reminder") if row[1] == "cancelled"]
    assert left == [(z("04-20 02:00"), "cancelled", "evidence_submitted")]
    assert milestones(answer, "evidence_due") == [(z("04-20 08:00"), "cancelled", "evidence_submitted")]


def test_a_reason_that_changes_after_the_notice_brings_its_own_window() -> None:
    events = [opened(), noticed(), changed("04-18 00:00", reason="customs_hold", customs_cause="undervalued")]
    answer = disputed(*events, until="04-18 00:00")
    assert (answer["dispute"]["state"], answer["dispute"]["evidence_by"]) == ("evidence_due", z("04-24 08:00"))
    row = of(answer["milestones"], kind="evidence_due")[0]
    assert (row["rule"], row["due_at"], row["outcome"]) == ("D5", z("04-24 08:00"), "pending")
    assert [row["due_at"] for row in of_kind(answer, "submit_evidence")] == [z("04-19 20:00"), z("04-23 20:00")]


def test_a_shorter_window_that_is_over_already_is_missed_at_once() -> None:
    answer = disputed(
        opened(reason="customs_hold"), noticed(), changed("04-22 00:00", reason="in_transit"), until="04-22 00:00"
    )
    assert steps(answer)[-1] == (z("04-22 00:00"), "evidence_missed", "evidence_due")


def test_a_deadline_without_evidence_is_missed_and_loud() -> None:
    answer = disputed(opened(), noticed(), until="04-20 08:00")
    assert steps(answer)[-1] == (z("04-20 08:00"), "evidence_missed", "evidence_due")
    assert actions(answer, "submit_evidence")[-1] == (z("04-20 08:00"), "D8")
    assert answer["order"]["state"] == "disputed"


def test_a_moment_before_the_deadline_nothing_is_missed() -> None:
    assert states(disputed(opened(), noticed(), until="04-20 07:59"))[-1] == "evidence_due"


def test_evidence_at_the_very_instant_is_in_time() -> None:
    answer = disputed(opened(), noticed(), submitted("04-20 08:00"), until="04-21 00:00")
    assert (states(answer)[-1], broken(answer)) == ("evidence_submitted", [])


def test_a_second_notice_after_the_evidence_opens_a_second_window() -> None:
    events = [opened(), noticed(), submitted("04-18 00:00"), noticed("04-22 08:00")]
    answer = disputed(*events, submitted("04-26 08:00"), until="04-27 00:00")
    assert answer["dispute"]["evidence_by"] == z("04-25 08:00")
    assert states(answer)[-3:] == ["evidence_due", "evidence_missed", "evidence_submitted"]
    assert broken(answer) == ["D8"]


def test_a_lost_date_of_a_dispute_is_planned_again_within_the_hour() -> None:
    order = placed_order(alices_store(), paid(), shipped(), opened())
    before = dates_of(order)
    order.milestones.filter(kind__startswith="dispute_response").delete()
    reconcile_orders(at("04-10 09:00"))
    assert dates_of(order) == before


def dates_of(order: Order) -> list[tuple[str, datetime, str]]:
    return list(order.milestones.filter(subject="dispute:1").values_list("kind", "due_at", "state"))


@pytest.mark.parametrize(
    ("late", "stands"),
    [
        ([opened()], ["opened"]),
        ([opened(), noticed("04-11 08:00")], ["evidence_missed"]),
    ],
)
def test_a_deadline_that_passed_before_we_heard_of_it_is_missed_aloud(
    late: list[dict[str, Any]], stands: list[str]
) -> None:
    order = placed_order(alices_store(), paid(), shipped())
    for event in late:
        happens(order, event, now="04-20 08:00")
    fire_due(clock_at("04-20 08:01"), until=at("04-20 08:02"))
    assert [dispute.state for dispute in Dispute.objects.all()] == stands
    loud = ActionItem.objects.filter(state="open", data__loud=True)
    assert loud.count() == 1
    assert not order.milestones.filter(kind__endswith="reminder", subject="dispute:1", state="fired").exists()
