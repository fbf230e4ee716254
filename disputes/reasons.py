"""Why buyers dispute: the reasons in their two families, and the causes of a customs hold (rules A)."""

from enum import StrEnum


class Reason(StrEnum):
    """A dispute's reason; another word is kept as it came and looked at by a person (A22)."""

    IN_TRANSIT = "in_transit"
    TRACKING_NOT_FOUND = "tracking_not_found"
    CUSTOMS_HOLD = "customs_hold"
    RETURNED_TO_SENDER = "returned_to_sender"
    WRONG_ADDRESS = "wrong_address"
    LOST = "lost"
    SIGNED_NOT_RECEIVED = "signed_not_received"
    VIRTUAL_GOODS = "virtual_goods"
    SHORT_SHIPMENT = "short_shipment"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    MISSING_PARTS = "missing_parts"
    DIFFERENT = "different"
    QUALITY = "quality"
    COUNTERFEIT = "counterfeit"


NOT_RECEIVED = {
    Reason.IN_TRANSIT,
    Reason.TRACKING_NOT_FOUND,
    Reason.CUSTOMS_HOLD,
    Reason.RETURNED_TO_SENDER,
    Reason.WRONG_ADDRESS,
    Reason.LOST,
    Reason.SIGNED_NOT_RECEIVED,
}
# Customs stopped the parcel for something that the seller did.
SELLERS_CAUSES = {
    "counterfeit",
    "undervalued",
    "missing_invoice",
    "missing_declaration",
    "prohibited",
    "destroyed",
}
BUYERS_CAUSES = {"buyer_not_clearing", "duty_unpaid"}
