"""Every playbook from open to close, as people work by it: which step comes next, and how the case ends."""

from typing import Any

import pytest

from disputes.models import AfterSaleCase
from disputes.playbooks import load_playbooks
from tests.cast import fact, paid, shipped, tracking
from tests.disputes.cases import AGAIN, BACK, DELIVERED, opened, order_of, scan, turn

pytestmark = pytest.mark.django_db
REFUND = {"granted": "24.00", "arrives_at": "2026-04-20T12:00:00Z"}
MONEY_BACK = ("03-28 10:00", "fact", fact("03-28 10:00", "refund_issued", amount="24.00"))
PHOTO = ("03-21 09:00", "fact", fact("03-21 09:00", "evidence_added") | {"kind": "buyer_photo"})
CALLED = ("04-20 10:00", "call_back", {"buyer_says": "has_it"})
ON_THE_WAY = [paid(), shipped()]
LATE = [paid(), shipped(), tracking("03-10 09:00"), fact("05-06 10:00", "delivered")]

Turns = list[tuple[str, str, dict[str, Any]]]
# Kind and what it is about; the order's facts; what is said at the opening; the turns; the steps that came next
# after each; and the result.
STORIES: dict[str, tuple[list[dict[str, Any]], dict[str, Any], Turns, list[str], str]] = {
    "refund_before_shipping": (
        [paid()],
        {"buyer_reason": "changed_mind"},
        [
            ("03-20 10:10", "offer", {"offer": "a coupon", "offer_outcome": "declined"}),
            ("03-20 10:20", "approve", REFUND),
            MONEY_BACK,
        ],
        ["approve", "refunded", ""],
        "refunded",
    ),
    "refund_after_shipping": (
        ON_THE_WAY,
        {"buyer_reason": "too_slow"},
        [
            ("03-20 11:00", "locate", {}),
            ("03-20 12:00", "intercept", {"intercept": "requested"}),
            ("03-21 12:00", "intercept", {"intercept": "confirmed"}),
            ("03-21 13:00", "approve", REFUND),
            MONEY_BACK,
        ],
        ["intercept", "intercept", "approve", "refunded", ""],
        "refunded",
    ),
    "return fast": (
        DELIVERED,
        {"buyer_reason": "quality"},
        [
            ("03-20 11:00", "review", {"fault": "seller", "eligibility": "fast_refund"}),
            ("03-20 12:00", "address", {"return_address": "Shenzhen"}),
            ("03-21 12:00", "number", BACK),
            scan("03-22 08:00", BACK),
            ("03-22 09:00", "approve", REFUND),
            MONEY_BACK,
            scan("03-29 08:00", BACK, "delivered"),
            ("03-30 08:00", "inspect", {"inspection": "conforming"}),
        ],
        ["address", "number", "approve", "approve", "back_arrived", "back_arrived", "inspect", ""],
        "refunded",
    ),
    "return standard": (
        DELIVERED,
        {"buyer_reason": "changed_mind"},
        [
            ("03-20 11:00", "review", {"fault": "buyer", "eligibility": "standard"}),
            ("03-20 12:00", "address", {"return_address": "Shenzhen"}),
            ("03-21 12:00", "number", BACK),
            scan("03-22 08:00", BACK),
            scan("03-23 08:00", BACK, location="Shenzhen"),
            ("03-23 09:00", "approve", REFUND),
            ("03-24 09:00", "back_arrived", {}),
            ("03-24 10:00", "inspect", {"inspection": "conforming"}),
            MONEY_BACK,
        ],
        ["address", "number", "approve", "approve", "approve", "back_arrived", "inspect", "refunded", ""],
        "refunded",
    ),
    "return none": (
        DELIVERED,
        {"buyer_reason": "changed_mind"},
        [
            ("03-20 11:00", "review", {"fault": "buyer", "eligibility": "none"}),
            ("03-20 12:00", "approve", REFUND | {"reason": "a buyer of many years"}),
            ("03-20 12:00", "address", {"return_address": "Shenzhen"}),
            ("03-21 12:00", "number", BACK),
            scan("03-23 08:00", BACK, "delivered"),
            ("03-24 10:00", "inspect", {"inspection": "damaged"}),
            ("03-25 10:00", "negotiate", {"answer": "half of it", "proposal": "all of it"}),
            MONEY_BACK,
        ],
        ["address", "address", "number", "back_arrived", "inspect", "negotiate", "refunded", ""],
        "refunded",
    ),
    "exchange": (
        DELIVERED,
        {"buyer_reason": "wrong_order", "item": "A1"},
        [
            ("03-20 11:00", "review", {"fault": "buyer"}),
            ("03-20 12:00", "approve", {"remedy": "exchange"}),
            ("03-20 13:00", "double_check", {"is_double_checked": "yes"}),
            ("03-20 14:00", "reship", AGAIN),
            ("03-20 15:00", "address", {"return_address": "Shenzhen"}),
            ("03-21 12:00", "number", BACK),
            scan("04-10 08:00", AGAIN, "delivered"),
            CALLED,
            scan("04-21 08:00", BACK, "delivered"),
            ("04-22 10:00", "inspect", {"inspection": "conforming"}),
        ],
        [
            *("approve", "double_check", "reship", "address", "number", "call_back", "call_back"),
            *("back_arrived", "inspect", ""),
        ],
        "exchanged",
    ),
    "wrong_item": (
        DELIVERED,
        {"item": "A1"},
        [
            ("03-20 11:00", "apologise", {}),
            PHOTO,
            ("03-21 10:00", "check", {"fault": "seller"}),
            ("03-21 11:00", "approve", {"remedy": "reship"}),
            ("03-21 12:00", "double_check", {"is_double_checked": "no"}),
            ("03-21 13:00", "double_check", {"is_double_checked": "yes"}),
            ("03-22 12:00", "reship", AGAIN | {"cost": "3.10"}),
            ("03-22 13:00", "gift", {"offer": "a small one", "cost": "0.50"}),
            ("03-22 14:00", "pick_up", {"carrier": "SF"}),
            scan("04-10 08:00", AGAIN, "delivered"),
            ("04-11 10:00", "call_back", {"buyer_says": "no_answer"}),
            CALLED,
        ],
        [
            *("photo", "check", "approve", "double_check", "double_check", "reship", "call_back", "call_back"),
            *("call_back", "call_back", "call_back", ""),
        ],
        "reshipped",
    ),
    "missing_item": (
        DELIVERED,
        {"quantity": "1"},
        [
            PHOTO,
            ("03-21 10:00", "apologise", {"answer": "sorry"}),
            ("03-21 10:00", "check", {"fault": "seller"}),
            ("03-21 11:00", "approve", {"remedy": "refund", "granted": "6.00"}),
            ("03-28 10:00", "fact", fact("03-28 10:00", "refund_issued", amount="6.00")),
            CALLED,
        ],
        ["apologise", "check", "approve", "call_back", "call_back", ""],
        "refunded",
    ),
    "damage before signing": (
        [paid(), shipped(), tracking("03-19 09:00", "out_for_delivery")],
        {"is_signed": "no", "quantity": "4"},
        [
            ("03-20 11:00", "apologise", {}),
            ("03-20 12:00", "advise_refusal", {}),
            ("03-20 13:00", "talk_to_carrier", {"answer": "they take it back"}),
            ("03-21 11:00", "approve", {"remedy": "reship"}),
            ("03-21 13:00", "double_check", {"is_double_checked": "yes"}),
            ("03-22 12:00", "reship", AGAIN),
            scan("04-10 08:00", AGAIN, "delivered"),
            CALLED,
        ],
        ["advise_refusal", "talk_to_carrier", "approve", "double_check", "reship", "call_back", "call_back", ""],
        "reshipped",
    ),
    "damage after signing, more than three": (
        DELIVERED,
        {"is_signed": "yes", "quantity": "4"},
        [
            ("03-20 11:00", "apologise", {}),
            PHOTO,
            ("03-21 10:00", "explain", {"fault": "carrier"}),
            ("03-21 11:00", "approve", {"remedy": "compensation", "granted": "5.00"}),
            ("03-21 12:00", "pick_up", BACK | {"cost": "2.00"}),
            ("03-22 12:00", "pay", {}),
            CALLED,
        ],
        ["explain", "explain", "approve", "pick_up", "call_back", "call_back", ""],
        "compensated",
    ),
    "taste": (
        DELIVERED,
        {},
        [
            ("03-20 11:00", "listen", {"words": "too sweet"}),
            ("03-20 12:00", "explain", {"answer": "try it cold"}),
            ("03-22 10:00", "call_back", {"buyer_says": "not_satisfied"}),
            ("03-22 11:00", "feedback", {"feedback": "too sweet for many"}),
            ("03-25 10:00", "call_back", {"buyer_says": "satisfied"}),
        ],
        ["explain", "call_back", "call_back", "call_back", ""],
        "solved",
    ),
    "usage": (
        DELIVERED,
        {},
        [
            ("03-20 11:00", "listen", {"words": "no light"}),
            ("03-20 12:00", "explain", {"answer": "page 3"}),
            ("03-20 13:00", "guide", {"answer": "a video of the switch"}),
            ("03-22 10:00", "call_back", {"buyer_says": "satisfied"}),
        ],
        ["explain", "guide", "call_back", ""],
        "solved",
    ),
    "delay_compensation": (
        LATE,
        {},
        [("05-07 10:00", "approve", {}), ("05-08 10:00", "pay", {})],
        ["paid", ""],
        "compensated",
    ),
    "carrier_fee paid": (
        DELIVERED,
        {"has_paid_fee": "yes", "amount": "4.00"},
        [
            ("03-20 11:00", "call_carrier", {"answer": "a mistake of theirs"}),
            ("03-20 12:00", "approve", {"granted": "4.00"}),
            ("03-21 12:00", "pay", {}),
            CALLED,
        ],
        ["approve", "call_back", "call_back", ""],
        "compensated",
    ),
    "carrier_fee not paid": (
        DELIVERED,
        {"has_paid_fee": "no"},
        [
            ("03-20 11:00", "tell_not_to_pay", {}),
            ("03-20 12:00", "call_carrier", {"answer": "a mistake of theirs"}),
            CALLED,
        ],
        ["call_carrier", "call_back", ""],
        "solved",
    ),
}


def test_every_kind_has_its_story() -> None:
    assert {name.split()[0] for name in STORIES} == set(load_playbooks())


@pytest.mark.parametrize("name", STORIES)
def test_a_case_goes_from_open_to_close_as_its_playbook_says(name: str) -> None:
    facts, given, turns, nexts, result = STORIES[name]
    kind = name.split()[0]
    policy = {"policy": "taobao-cn"} if kind == "delay_compensation" else {}
    case = opened(order_of(*facts, **policy), kind, "05-06 12:00" if policy else "03-20 10:00", **given)
    came: list[str] = []
    for told in turns:
        case = turn(case, told)
        came.append(case.step)
    assert (came, case.result, case.state) == (nexts, result, "closed")
    assert AfterSaleCase.objects.get().closed_at is not None
