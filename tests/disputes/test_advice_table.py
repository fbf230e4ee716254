"""Table A, row by row: which row wins, what it recommends and who is liable; literal, in the printed order."""

from typing import Any

import pytest

from disputes.advising import TABLE, Advice, CaseFacts, advise, turning_points
from disputes.reasons import NOT_RECEIVED, Reason
from orders.tracking_statuses import TrackingStatus

PRINTED = [f"A{number}" for number in (*range(1, 12), 21, 23, *range(12, 21), 22)]
FOUR = {"unit_weight_photo", "parcel_weight_photo", "waybill_receipt", "carrier_weight_certificate"}


def case(reason: str, **said: Any) -> CaseFacts:
    """A shipped parcel within its promised time, of which nothing has been heard yet."""
    exhibits = frozenset(said.pop("exhibits", ()))
    facts: dict[str, Any] = {
        "customs_cause": "",
        "lookups": {},
        "has_scan": False,
        "tracking_status": "",
        "is_shipped": True,
        "is_delivered": False,
        "is_promise_over": False,
        "missing_quantity": None,
        "ordered_quantity": 4,
        "ordered_amount": None,
    }
    return CaseFacts(reason=reason, exhibits=exhibits, **(facts | said))


def words(reason: str, **said: Any) -> str:
    advice = advise(case(reason, **said))
    return f"{advice.rule} {advice.recommendation} {advice.liability}"


SELLERS = ["counterfeit", "undervalued", "missing_invoice", "missing_declaration", "prohibited", "destroyed"]
BUYERS = ["buyer_not_clearing", "duty_unpaid"]
FAMILY = ["in_transit", "wrong_address", "lost", "signed_not_received"]
CERTIFIED = {"exhibits": {"carrier_certificate"}}
PROVEN = {"is_delivered": True, "exhibits": {"delivery_proof"}}
ROWS: list[tuple[str, str, dict[str, Any]]] = [
    ("A1 accept_refund seller", "virtual_goods", {}),
    ("A1 accept_refund seller", "virtual_goods", PROVEN),
    *(("A2 accept_refund seller", "customs_hold", {"customs_cause": cause}) for cause in SELLERS),
    *(("A2 accept_refund seller", "customs_hold", CERTIFIED | {"customs_cause": cause}) for cause in SELLERS),
    *(("A3 contest buyer", "customs_hold", CERTIFIED | {"customs_cause": cause}) for cause in BUYERS),
    *(("A4 request_carrier_certificate undetermined", "customs_hold", {"customs_cause": cause}) for cause in BUYERS),
    *(("A5 request_buyer_proof undetermined", "customs_hold", {"customs_cause": cause}) for cause in ("", "storm")),
    ("A5 request_buyer_proof undetermined", "customs_hold", PROVEN | {"is_promise_over": True}),
    ("A6 verify_tracking undetermined", "tracking_not_found", {}),
    ("A6 verify_tracking undetermined", "tracking_not_found", {"lookups": {"a": True}}),
    ("A6 verify_tracking undetermined", "tracking_not_found", {"is_shipped": False, "is_promise_over": True}),
    ("A7 accept_refund seller", "tracking_not_found", {"lookups": {"a": False, "b": False}}),
    ("A7 accept_refund seller", "tracking_not_found", {"lookups": {"a": False, "b": False}, "has_scan": True}),
    ("A8 contest buyer", "tracking_not_found", {"lookups": {"a": False, "b": True}}),
    ("A8 contest buyer", "tracking_not_found", PROVEN | {"lookups": {"a": True, "b": True}}),
    ("A9 contest buyer", "tracking_not_found", PROVEN | {"lookups": {"a": True, "b": True}, "is_promise_over": True}),
    ("A11 accept_refund seller", "tracking_not_found", {"lookups": {"a": True, "b": True}, "is_promise_over": True}),
    *(("A9 contest buyer", reason, PROVEN | {"is_promise_over": True}) for reason in FAMILY),
    *(("A10 verify_delivery undetermined", reason, {"is_delivered": True}) for reason in FAMILY),
    *(("A11 accept_refund seller", reason, {"is_promise_over": True}) for reason in FAMILY),
    ("A9 contest buyer", "returned_to_sender", PROVEN),
    ("A10 verify_delivery undetermined", "returned_to_sender", {"is_delivered": True, "is_promise_over": True}),
    ("A11 accept_refund seller", "returned_to_sender", {"is_promise_over": True}),
    ("A11 accept_refund seller", "lost", {"is_promise_over": True, "is_shipped": False}),
    ("A21 verify_carrier_reason undetermined", "returned_to_sender", {}),
    ("A21 verify_carrier_reason undetermined", "returned_to_sender", {"is_shipped": False}),
    *(("A23 accept_refund seller", reason, {"is_shipped": False}) for reason in FAMILY),
    *(("A12 contest undetermined", reason, {}) for reason in FAMILY),
    ("A12 contest undetermined", "in_transit", {"exhibits": {"delivery_proof"}}),
    *(("A22 review_manually undetermined", "in_transit", {"tracking_status": status})
      for status in ("returning", "returned", "lost", "expired")),
    ("A13 contest buyer", "short_shipment", {"exhibits": FOUR}),
    *(("A14 partial_refund seller", "short_shipment", {"exhibits": FOUR - {kind}}) for kind in sorted(FOUR)),
    *(("A15 request_buyer_photo undetermined", reason, {})
      for reason in ("damaged", "wrong_item", "missing_parts", "different", "quality")),
    *(("A16 reship seller", reason, {"exhibits": {"buyer_photo"}}) for reason in ("wrong_item", "missing_parts")),
    ("A17 partial_refund seller", "damaged", {"exhibits": {"buyer_photo"}}),
    *(("A18 counter_offer undetermined", reason, {"exhibits": {"buyer_photo"}}) for reason in ("different", "quality")),
    ("A19 contest buyer", "counterfeit", {"exhibits": {"authorisation", "purchase_invoice"}}),
    ("A20 accept_refund seller", "counterfeit", {}),
    ("A20 accept_refund seller", "counterfeit", {"exhibits": {"authorisation"}}),
    ("A20 accept_refund seller", "counterfeit", {"exhibits": {"purchase_invoice", "listing_snapshot"}}),
    *(("A22 review_manually undetermined", reason, PROVEN) for reason in ("", "changed_mind", "IN_TRANSIT")),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "reason", "said"), ROWS)
def test_the_first_row_that_applies_wins(expected: str, reason: str, said: dict[str, Any]) -> None:
    assert words(reason, **said) == expected


def test_the_rows_stand_as_printed_and_each_is_reached() -> None:
    assert [row.rule for row in TABLE] == PRINTED
    assert {expected.split()[0] for expected, _reason, _said in ROWS} == set(PRINTED)


@pytest.mark.parametrize("status", ["", *TrackingStatus])
def test_a_parcel_is_on_its_way_unless_its_way_ends_elsewhere(status: str) -> None:
    ends = {"returning", "returned", "lost", "expired"}
    assert case("in_transit", tracking_status=status).is_in_transit == (status not in ends)


def test_the_families_are_the_printed_ones() -> None:
    printed = "in_transit tracking_not_found customs_hold returned_to_sender wrong_address lost signed_not_received"
    assert set(printed.split()) == NOT_RECEIVED
    as_agreed = "virtual_goods short_shipment damaged wrong_item missing_parts different quality counterfeit"
    assert set(Reason) - NOT_RECEIVED == set(as_agreed.split())


def steps_of(reason: str, **said: Any) -> dict[str, str]:
    return {step: after.rule for step, after in turning_points(case(reason, **said))}


def test_the_steps_that_would_change_the_advice_are_told() -> None:
    assert steps_of("in_transit") == {"promise_over": "A11", "delivered": "A10"}
    assert steps_of("in_transit", is_delivered=True) == {"exhibit:delivery_proof": "A9"}
    assert steps_of("damaged") == {"exhibit:buyer_photo": "A17"}
    assert steps_of("short_shipment", exhibits=FOUR - {"waybill_receipt"}) == {"exhibit:waybill_receipt": "A13"}
    assert steps_of("virtual_goods") == {}


def test_only_a_short_shipment_has_an_amount_of_its_own() -> None:
    known = {"missing_quantity": 1, "ordered_amount": 24}
    amounts: dict[str, Advice] = {reason: advise(case(reason, **known)) for reason in Reason}
    assert {reason for reason, advice in amounts.items() if advice.amount is not None} == {"short_shipment"}
