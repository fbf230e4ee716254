"""Rehearsed: the advice is worked out again when a fact, an exhibit or the end of the promise changes it."""

from typing import Any

import pytest

from tests.cast import actions, fact, paid, replay, shipped, tracking, z
from tests.disputes.claims import (
    changed,
    disputed,
    exhibit,
    noticed,
    offered,
    opened,
    rules,
    said,
    submitted,
    withdrawn,
)

pytestmark = pytest.mark.django_db


def lookup(when: str, source: str, found: bool) -> dict[str, Any]:
    return fact(when, "tracking_lookup", source=source, found=found)


def changes(answer: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    return [(row["at"], row["rule"], row["missing"]) for row in answer["advice"]]


def test_the_first_advice_comes_with_the_dispute() -> None:
    answer = disputed(opened(), until="04-10 08:00")
    assert answer["advice"] == [
        {
            "at": z("04-10 08:00"),
            "recommendation": "contest",
            "liability": "undetermined",
            "rule": "A12",
            "missing": ["waybill_receipt", "tracking_screenshot"],
        }
    ]


def test_what_changes_nothing_adds_no_entry() -> None:
    events = [
        tracking("04-11 00:00"),
        offered("04-12 00:00"),
        exhibit("04-13 00:00", "chat_record"),
        changed("04-13 08:00", amount="3.00"),
        fact("04-13 09:00", "buyer_message", text="Where is it?"),
        noticed("04-17 08:00"),
        submitted("04-18 00:00"),
    ]
    assert rules(disputed(opened(), *events, until="04-30 00:00")) == ["A12"]


def test_the_end_of_the_promise_changes_it_at_its_instant() -> None:
    answer = disputed(opened(), until="05-04 10:00")
    assert [row[:2] for row in changes(answer)] == [(z("04-10 08:00"), "A12"), (z("05-04 10:00"), "A11")]
    assert rules(disputed(opened(), until="05-04 09:59")) == ["A12"]


def test_the_promise_is_over_from_its_instant_on() -> None:
    assert rules(disputed(opened("05-04 10:00"), until="05-04 10:00")) == ["A11"]
    assert rules(disputed(opened("05-04 09:59"), until="05-04 09:59")) == ["A12"]


@pytest.mark.parametrize("before", [fact("04-01 00:00", "refund_issued"), fact("04-01 00:00", "completed")])
def test_the_end_of_the_promise_counts_for_an_order_that_was_over_before_its_dispute(before: dict[str, Any]) -> None:
    answer = disputed(before, opened(), until="05-10 00:00")
    assert [row[:2] for row in changes(answer)] == [(z("04-10 08:00"), "A12"), (z("05-04 10:00"), "A11")]


def test_the_promise_decides_after_day_45_too() -> None:
    assert rules(disputed(opened("04-25 00:00"), until="04-25 00:00")) == ["A12"]
    assert rules(disputed(opened("04-25 00:00"), until="04-25 00:00", promised_days=45)) == ["A11"]


def test_a_delivery_and_then_its_proof_change_it() -> None:
    events = [opened(), tracking("04-12 00:00", "delivered"), exhibit("04-13 00:00", "delivery_proof")]
    answer = disputed(*events, until="04-13 00:00")
    assert changes(answer) == [
        (z("04-10 08:00"), "A12", ["waybill_receipt", "tracking_screenshot"]),
        (z("04-12 00:00"), "A10", ["waybill_receipt", "tracking_screenshot", "delivery_proof"]),
        (z("04-13 00:00"), "A9", ["waybill_receipt", "tracking_screenshot"]),
    ]


def test_a_proof_from_before_the_dispute_counts() -> None:
    events = [fact("04-01 00:00", "delivered"), exhibit("04-02 00:00", "delivery_proof"), opened()]
    answer = disputed(*events, until="04-10 08:00")
    assert changes(answer) == [(z("04-10 08:00"), "A9", ["waybill_receipt", "tracking_screenshot"])]


def test_each_exhibit_that_fills_a_slot_is_an_entry() -> None:
    events = [opened(), exhibit("04-11 00:00", "tracking_screenshot"), exhibit("04-12 00:00", "waybill_receipt")]
    answer = disputed(*events, exhibit("04-13 00:00", "waybill_receipt"), until="04-13 00:00")
    assert [row[2] for row in changes(answer)] == [["waybill_receipt", "tracking_screenshot"], ["waybill_receipt"], []]


def test_the_sources_that_were_asked_decide_about_an_unknown_number() -> None:
    events = [
        lookup("04-11 00:00", "17track", False),
        lookup("04-12 00:00", "17track", False),
        lookup("04-13 00:00", "correios", False),
        lookup("04-14 00:00", "correios", True),
    ]
    answer = disputed(opened(reason="tracking_not_found"), *events, until="04-14 00:00")
    assert [row[:2] for row in changes(answer)] == [
        (z("04-10 08:00"), "A6"),
        (z("04-13 00:00"), "A7"),
        (z("04-14 00:00"), "A8"),
    ]


def test_sources_asked_before_the_dispute_count() -> None:
    events = [lookup("04-01 00:00", "17track", True), lookup("04-02 00:00", "correios", False)]
    assert rules(disputed(*events, opened(reason="tracking_not_found"), until="04-10 08:00")) == ["A8"]


def test_a_screenshot_is_wanted_from_two_sources() -> None:
    shots = [
        exhibit("04-11 00:00", "tracking_screenshot", source="17track"),
        exhibit("04-12 00:00", "tracking_screenshot", source="17track"),
        exhibit("04-13 00:00", "tracking_screenshot"),
        exhibit("04-14 00:00", "tracking_screenshot", source="correios"),
    ]
    answer = disputed(opened(reason="tracking_not_found"), *shots, until="04-14 00:00")
    assert changes(answer) == [
        (z("04-10 08:00"), "A6", ["tracking_screenshot", "carrier_letter"]),
        (z("04-14 00:00"), "A6", ["carrier_letter"]),
    ]


def test_a_carriers_certificate_turns_a_customs_case() -> None:
    events = [opened(reason="customs_hold", customs_cause="duty_unpaid"), exhibit("04-12 00:00", "carrier_certificate")]
    answer = disputed(*events, until="04-12 00:00")
    assert said(answer) == [
        ("A4", "request_carrier_certificate", "undetermined"),
        ("A3", "contest", "buyer"),
    ]
    assert actions(answer, "request_carrier_certificate") == [(z("04-10 08:00"), "A4")]


def test_a_cause_that_becomes_known_changes_it() -> None:
    events = [opened(reason="customs_hold"), changed("04-12 00:00", customs_cause="undervalued")]
    assert rules(disputed(*events, until="04-12 00:00")) == ["A5", "A2"]


def test_a_reason_that_changes_changes_the_checklist_too() -> None:
    events = [opened(), changed("04-12 00:00", reason="counterfeit")]
    assert changes(disputed(*events, until="04-12 00:00"))[-1] == (
        z("04-12 00:00"),
        "A20",
        ["authorisation", "purchase_invoice", "listing_snapshot"],
    )


def test_a_parcel_that_leaves_meanwhile_is_contested() -> None:
    answer = replay(paid(), opened("03-04 00:00"), shipped(), until="03-06 00:00")
    assert said(answer) == [("A23", "accept_refund", "seller"), ("A12", "contest", "undetermined")]


@pytest.mark.parametrize("status", ["returning", "returned", "lost", "expired"])
def test_a_parcel_whose_way_ends_elsewhere_is_looked_at_by_a_person(status: str) -> None:
    answer = disputed(opened(), tracking("04-12 00:00", status), tracking("04-14 00:00"), until="04-14 00:00")
    assert rules(answer) == ["A12", "A22", "A12"]


@pytest.mark.parametrize("policy", ["aliexpress-br", "taobao-cn"])
def test_an_unknown_reason_is_reviewed_by_a_person(policy: str) -> None:
    answer = disputed(opened(reason="changed_mind"), until="04-10 08:00", policy=policy)
    assert changes(answer) == [(z("04-10 08:00"), "A22", [])]
    assert actions(answer, "review_manually") == [(z("04-10 08:00"), "A22")]


def test_advice_ends_with_the_dispute() -> None:
    answer = disputed(opened(), withdrawn("04-12 00:00"), tracking("04-13 00:00", "delivered"), until="05-30 00:00")
    assert rules(answer) == ["A12"]
