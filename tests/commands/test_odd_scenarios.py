"""Scenarios that are odd but valid are rehearsed; those that are neither are refused with one line."""

import json
from pathlib import Path
from typing import Any

import pytest

from disputes.rehearsing import RuleSet, rehearse
from disputes.scenarios import UnusableScenario, load_scenario
from tests.cast import after, at, command, fact, paid, scenario, shipped, tracking

LONG = "ç" * 50_000
BARE = {"order_number": "1", "placed_at": "2026-03-02T12:00:00Z"}
HOURLY = [after("03-06 00:00", hours=hour) for hour in range(200)]
NO_DISPUTE_YET = (
    fact("03-06 00:00", "dispute_withdrawn"),
    fact("03-06 01:00", "platform_notice"),
    fact("03-06 02:00", "evidence_submitted"),
    fact("03-06 03:00", "evidence_added") | {"kind": "something"},
    fact("03-06 04:00", "verdict", outcome="won"),
    fact("03-06 05:00", "repaid"),
    fact("03-06 06:00", "refund_issued", amount=23.5),
    fact("03-06 07:00", "review_received", stars=1),
)
BARE_DISPUTE = ("dispute_opened", "dispute_changed", "counter_offer", "platform_notice", "dispute_accepted")


def with_order(*events: dict[str, Any], **order: Any) -> dict[str, Any]:
    """A scenario of which only the order's number and date are sure."""
    return {"policy": "aliexpress-br", "order": BARE | order, "events": list(events), "until": "2026-06-01T00:00:00Z"}


ODD: dict[str, dict[str, Any]] = {
    "no events at all": {key: value for key, value in with_order().items() if key != "events"},
    "no end": with_order() | {"until": None},
    "nulls": with_order(buyer=None, items=None, total=None, currency=None, promised_days=None, payment_method=None),
    "nulls in the buyer": with_order(paid(), buyer={"name": None, "email": None, "language": None, "timezone": None}),
    "nulls in an event": with_order(paid(), fact("03-03 12:00", "shipped", carrier=None, tracking_number=None)),
    "numbers where texts are usual": with_order(order_number=8012345678901234, currency="USD", buyer={"name": 5}),
    "floats of money": with_order(total=23.5, currency="USD", items=[{"quantity": 2, "unit_price": 11.75}]),
    "texts of money": with_order(total="23.5", currency="USD", items=[{"unit_price": "11", "unit_cost": "3.2"}]),
    "an amount as a float": with_order(paid(), fact("03-05 00:00", "refund_issued", amount=23.5)),
    "facts that say so": with_order(paid() | {"as": "fact"}, shipped() | {"as": "fact"}),
    "before it was placed": scenario(
        paid("02-01 00:00"), shipped("02-02 00:00"), tracking("02-03 00:00"), fact("02-04 00:00", "delivered")
    ),
    "an end before the beginning": scenario(paid(), until="01-01 00:00"),
    "all at one instant": scenario(*[fact("03-02 13:00", kind) for kind in ("delivered", "shipped", "completed")]),
    "unordered": scenario(shipped(), paid()),
    "two hundred pieces of news": scenario(paid(), shipped(), *[tracking(hour, location=hour) for hour in HOURLY]),
    "two hundred letters": scenario(paid(), *[fact(hour, "buyer_message", text=f"oi {hour}") for hour in HOURLY]),
    "other scripts": scenario(
        paid(),
        shipped(carrier="中国邮政", tracking_number="LX😀١٢٣"),
        fact("03-07 00:00", "buyer_message", text="Cadê? 😡\u202e\u200f"),
        order_number="订单-１２３",
        buyer={"name": "Zoë 😀 O’Brien 玛丽亚", "email": "zoë@exämple.com"},
        items=[{"sku": "灯", "title": "台灯 “лампа” <b>&amp;"}],
    ),
    "line breaks": scenario(paid(), shipped(), buyer={"name": "Maria\nBcc: eve@example.com", "email": "a@b.co\nX: y"}),
    "five hundred items": with_order(items=[{"sku": str(number)} for number in range(500)]),
    "an unknown language": with_order(paid(), buyer={"language": "tlh"}),
    "keys that nobody knows": with_order(paid() | {"mood": "good"}, colour="red") | {"comment": [1]},
    "dated columns": with_order(paid_at="2026-03-02T13:00:00Z", shipped_at="2026-03-05", delivered_at="2026-03-20"),
    "a dispute's events without a dispute": scenario(paid(), shipped(), *NO_DISPUTE_YET),
    "a dispute that says nothing": scenario(
        paid(), shipped(), *[fact(after("03-10 00:00", days=day), kind) for day, kind in enumerate(BARE_DISPUTE)]
    ),
    "a dispute that says too much": scenario(
        paid(), shipped(), fact("03-10 00:00", "dispute_opened", reason=LONG, amount=1e9, missing_quantity=99, item=77)
    ),
    "commands out of place": scenario(
        *[command("03-03 00:00", kind) for kind in ("completed", "delivered", "dispute_accepted", "evidence_submitted")]
    ),
    "a period that ends before it begins": scenario(
        paid(), shipped(), fact("03-06 00:00", "disruption", **{"from": "2026-03-20", "to": "2026-03-01"})
    ),
    "fractions and offsets": with_order(placed_at="2026-03-02T20:00:00.5+08:00") | {"until": "2026-06-01"},
}  # fmt: skip


def answer_of(path: Path, policy: str) -> dict[str, Any]:
    """What the command's worker does with a file."""
    read = load_scenario(path)
    return rehearse(read.record, read.events, rules=RuleSet(policy), until=read.until or at("06-01 00:00"))


@pytest.mark.django_db
@pytest.mark.parametrize("policy", ["aliexpress-br", "taobao-cn"])
@pytest.mark.parametrize("name", ODD)
def test_an_odd_scenario_is_rehearsed(tmp_path: Path, name: str, policy: str) -> None:
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(ODD[name], ensure_ascii=False), encoding="utf-8")
    answer = answer_of(path, policy)
    assert answer["order"]["state"]
    assert json.dumps(answer, ensure_ascii=False).encode()


WRONG: dict[str, dict[str, Any]] = {
    "order.total": with_order(total="NaN"),
    "order.items[0].unit_price": with_order(items=[{"unit_price": "-1"}]),
    "order.items": with_order(items={"sku": "A1"}),
    "order.buyer": with_order(buyer=["Maria"]),
    "order.buyer.timezone": with_order(buyer={"timezone": "Mars/Olympus"}),
    "order.placed_at": with_order(placed_at="2026-02-30"),
    "order.promised_days": with_order(promised_days=-1),
    "until": with_order() | {"until": "9999-12-31T23:59:59Z"},
    "events": with_order() | {"events": {"type": "delivered"}},
    "events[1]: at": with_order(paid(), {"type": "delivered"}),
    "events[0]: stars": with_order(fact("03-03 00:00", "review_received", stars=6)),
    "events[0]: amount": with_order(fact("03-03 00:00", "repaid", amount="a lot")),
    "events[0]: as": with_order(paid() | {"as": "wish"}),
    "events[0]: not an object": with_order() | {"events": ["delivered"]},
}  # fmt: skip


@pytest.mark.parametrize("place", WRONG)
def test_a_value_that_cannot_be_used_is_named_with_its_place(tmp_path: Path, place: str) -> None:
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(WRONG[place]), encoding="utf-8")
    with pytest.raises(UnusableScenario) as caught:
        load_scenario(path)
    message = str(caught.value)
    assert place in message.replace("`", "")
    assert message.startswith("scenario.json: ")
    assert "\n" not in message
