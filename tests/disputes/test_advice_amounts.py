"""Rehearsed: A14's amount: missing / ordered quantity of the disputed item, times that item's amount."""

from typing import Any

import pytest

from tests.cast import of, paid, replay, shipped
from tests.disputes.claims import exhibit, opened, rules

pytestmark = pytest.mark.django_db
LAMPS = {"sku": "A1", "title": "USB lamp", "quantity": 4, "unit_price": "6.00"}
CABLES = {"sku": "B2", "title": "Cable", "quantity": 3, "unit_price": "5.00"}
PROOFS = ["unit_weight_photo", "parcel_weight_photo", "waybill_receipt", "carrier_weight_certificate"]


def short(*items: dict[str, Any], total: str | None = "39.00", **claim: Any) -> dict[str, Any]:
    order: dict[str, Any] = {"items": list(items or (LAMPS, CABLES)), "total": total}
    claimed = opened(reason="short_shipment", **claim)
    return replay(paid(), shipped(), claimed, until="04-10 08:00", **order)


def amount(*items: dict[str, Any], **said: Any) -> str | None:
    (advice,) = short(*items, **said)["advice"]
    assert (advice["rule"], advice["recommendation"], advice["liability"]) == ("A14", "partial_refund", "seller")
    assert advice.get("currency") == ("USD" if "amount" in advice else None)
    found: str | None = advice.get("amount")
    return found


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ({"item": "A1", "missing_quantity": 1}, "6.00"),
        ({"item": "B2", "missing_quantity": 1}, "5.00"),
        ({"item": 2, "missing_quantity": 2}, "10.00"),
        ({"item": "2", "missing_quantity": 3}, "15.00"),
        ({"missing_quantity": 1}, "5.57"),  # 39.00 / 7
        ({"missing_quantity": 7}, "39.00"),
        ({"item": "A1", "missing_quantity": 9}, "24.00"),  # no more is missing than was ordered
        ({"item": "A1"}, None),
        ({}, None),
        ({"item": "Z9", "missing_quantity": 1}, None),  # no such item
    ],
)
def test_the_amount_is_the_missing_share(claim: dict[str, Any], expected: str | None) -> None:
    assert amount(**claim) == expected


def test_a_sku_that_looks_like_a_position_is_a_sku() -> None:
    cables = CABLES | {"sku": "1"}
    assert amount(LAMPS, cables, item="1", missing_quantity=1) == "5.00"


def test_an_item_on_several_lines_is_one_item() -> None:
    assert amount(LAMPS, LAMPS | {"quantity": 2, "unit_price": "9.00"}, item="A1", missing_quantity=1) == "7.00"


def test_an_items_price_that_is_not_known_gives_no_amount() -> None:
    assert amount({"sku": "A1", "quantity": 4}, CABLES, item="A1", missing_quantity=1) is None


def test_the_orders_total_is_that_of_its_only_item() -> None:
    assert amount({"sku": "A1", "quantity": 4}, total="24.00", item="A1", missing_quantity=1) == "6.00"


def test_an_order_without_a_total_gives_no_amount() -> None:
    assert amount(total=None, missing_quantity=1) is None
    assert amount(total=None, item="A1", missing_quantity=1) == "6.00"


def test_a_third_of_a_cent_is_rounded_half_up() -> None:
    assert amount({"sku": "A1", "quantity": 8, "unit_price": "0.01"}, item="A1", missing_quantity=4) == "0.04"
    assert amount({"sku": "A1", "quantity": 8}, total="0.01", missing_quantity=4) == "0.01"


def test_the_offer_that_it_asks_for_names_the_amount() -> None:
    action = of(short(item="A1", missing_quantity=1)["actions"], kind="counter_offer")
    assert [(row["rule"], row["amount"], row["currency"]) for row in action] == [("A14", "6.00", "USD")]


def test_all_four_proofs_turn_it() -> None:
    shown = [exhibit(f"04-1{day} 00:00", kind) for day, kind in enumerate(PROOFS, start=1)]
    answer = replay(paid(), shipped(), opened(reason="short_shipment", missing_quantity=1), *shown, until="04-15 00:00")
    assert rules(answer) == ["A14", "A14", "A14", "A14", "A13"]
    assert [row["missing"] for row in answer["advice"]] == [PROOFS[day:] for day in range(5)]
    assert "amount" not in answer["advice"][-1]
