"""Rehearsed: from the platform's notice on, each empty slot of the checklist is asked for, once (rule E)."""

import pytest

from disputes.models import ActionItem
from tests.cast import alices_store, fact, of, paid, placed_order, shipped, z
from tests.disputes.claims import changed, disputed, exhibit, noticed, opened, slots, submitted, withdrawn

pytestmark = pytest.mark.django_db
SHOT, WAYBILL = "tracking_screenshot", "waybill_receipt"


@pytest.mark.parametrize(("policy", "due"), [("aliexpress-br", "04-18 08:00"), ("taobao-cn", "04-19 08:00")])
def test_each_missing_slot_is_asked_for_until_the_first_reminder(policy: str, due: str) -> None:
    answer = disputed(opened(), noticed(), until="04-30 00:00", policy=policy)
    assert slots(answer) == [(WAYBILL, z("04-17 08:00"), z(due)), (SHOT, z("04-17 08:00"), z(due))]
    assert {row["rule"] for row in of(answer["actions"], kind="provide_exhibit")} == {"E"}


def test_customs_has_the_longer_window_and_the_buyers_paper() -> None:
    answer = disputed(opened(reason="customs_hold"), noticed(), until="04-17 08:00")
    assert slots(answer) == [
        (slot, z("04-17 08:00"), z("04-22 08:00"))
        for slot in ("carrier_certificate", "invoice", "customs_declaration", "buyer_customs_paper")
    ]


def test_nothing_is_asked_for_before_the_notice_or_when_all_is_there() -> None:
    assert slots(disputed(opened(), until="04-17 08:00")) == []
    given = [exhibit("04-11 00:00", WAYBILL), exhibit("04-12 00:00", SHOT)]
    assert slots(disputed(opened(), *given, noticed(), until="04-30 00:00")) == []


def test_only_what_is_missing_at_the_notice_is_asked_for() -> None:
    answer = disputed(exhibit("03-10 00:00", WAYBILL), opened(), noticed(), until="04-30 00:00")
    assert [slot for slot, _at, _due in slots(answer)] == [SHOT]


def test_a_slot_that_opens_later_is_asked_for_then() -> None:
    answer = disputed(opened(), noticed(), fact("04-17 20:00", "delivered"), until="04-17 20:00")
    assert slots(answer)[-1] == ("delivery_proof", z("04-17 20:00"), z("04-18 08:00"))
    answer = disputed(opened(), noticed(), changed("04-17 20:00", reason="counterfeit"), until="04-17 20:00")
    assert [slot for slot, _at, _due in slots(answer)[2:]] == ["authorisation", "purchase_invoice", "listing_snapshot"]


def test_virtual_goods_have_no_defence() -> None:
    answer = disputed(opened(reason="virtual_goods"), noticed(), until="04-17 08:00")
    assert (slots(answer), answer["advice"][0]["missing"]) == ([], [])


def test_handing_in_is_asked_for_until_the_teams_own_deadline() -> None:
    answer = disputed(opened(), noticed(), until="04-17 08:00")
    assert of(answer["actions"], kind="submit_evidence") == [
        {"at": z("04-17 08:00"), "kind": "submit_evidence", "rule": "D4", "due_at": z("04-19 20:00")}
    ]


def stand(*events: dict[str, object]) -> dict[str, tuple[str, str]]:
    """What became of each slot's action."""
    placed_order(alices_store(), paid(), shipped(), opened(), noticed(), *events)
    asked = ActionItem.objects.filter(kind="provide_exhibit")
    return {item.data["slot"]: (item.state, item.reason) for item in asked}


def test_an_exhibit_settles_its_slot_alone() -> None:
    assert stand(exhibit("04-17 20:00", WAYBILL)) == {WAYBILL: ("settled", "provided"), SHOT: ("open", "")}


def test_handing_in_settles_what_is_left() -> None:
    reason = "evidence_submitted"
    assert stand(submitted("04-17 20:00")) == {WAYBILL: ("settled", reason), SHOT: ("settled", reason)}


def test_the_end_of_the_dispute_settles_what_is_left() -> None:
    reason = "dispute_withdrawn"
    assert stand(withdrawn("04-17 20:00")) == {WAYBILL: ("settled", reason), SHOT: ("settled", reason)}


def test_what_another_reason_asks_for_is_asked_for_no_more_when_it_changes() -> None:
    left = stand(changed("04-17 20:00", reason="virtual_goods"))
    assert {state for state, _reason in left.values()} == {"settled"}
