"""Rule E: which exhibits each reason needs, in which order, and what is still missing."""

import pytest

from disputes.checklists import checklist, exhibit_kinds, missing_slots
from disputes.reasons import Reason

PRINTED = {
    "in_transit lost signed_not_received wrong_address": "waybill_receipt tracking_screenshot delivery_proof",
    "tracking_not_found": "tracking_screenshot carrier_letter",
    "customs_hold": "carrier_certificate invoice customs_declaration buyer_customs_paper",
    "returned_to_sender": "label_photo order_address carrier_letter",
    "short_shipment": "unit_weight_photo parcel_weight_photo waybill_receipt carrier_weight_certificate",
    "damaged wrong_item missing_parts different quality": "listing_snapshot packing_photo buyer_photo chat_record",
    "counterfeit": "authorisation purchase_invoice listing_snapshot",
    "virtual_goods": "",
}
TABLE = [(reason, slots.split()) for reasons, slots in PRINTED.items() for reason in reasons.split()]


def missing(reason: str, *exhibits: tuple[str, str], is_delivered: bool = True) -> list[str]:
    return missing_slots(checklist(reason, exhibits, is_delivered=is_delivered))


@pytest.mark.parametrize(("reason", "slots"), TABLE)
def test_each_reason_asks_for_its_slots_in_their_order(reason: str, slots: list[str]) -> None:
    assert missing(reason) == slots
    assert missing(reason, is_delivered=False) == [slot for slot in slots if slot != "delivery_proof"]


def test_every_reason_has_its_checklist() -> None:
    assert {reason for reason, _slots in TABLE} == set(Reason)
    assert missing("changed_mind") == []


@pytest.mark.parametrize(("reason", "slots"), [row for row in TABLE if row[0] != "tracking_not_found"])
def test_one_exhibit_fills_a_slot(reason: str, slots: list[str]) -> None:
    for slot in slots:
        assert missing(reason, (slot, "")) == [other for other in slots if other != slot]


@pytest.mark.parametrize(
    ("sources", "is_missing"),
    [
        ([], True),
        (["17track"], True),
        (["17track", "17track"], True),
        (["17track", ""], True),
        (["", ""], True),
        (["17track", "correios"], False),
        (["17track", "", "correios"], False),
    ],
)
def test_an_unknown_number_takes_screenshots_from_two_sources(sources: list[str], is_missing: bool) -> None:
    shots = [("tracking_screenshot", source) for source in sources]
    assert ("tracking_screenshot" in missing("tracking_not_found", *shots)) == is_missing


def test_what_is_the_buyers_to_give_is_told() -> None:
    (paper,) = [slot for slot in checklist("customs_hold", [], is_delivered=False) if slot.is_buyers]
    assert paper.kind == "buyer_customs_paper"


def test_every_kind_of_exhibit_is_known_once() -> None:
    kinds = exhibit_kinds()
    assert kinds == sorted({slot for _reason, slots in TABLE for slot in slots})
