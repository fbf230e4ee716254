"""The internal statuses of a parcel, in the order of its journey, and their details, whatever a carrier calls them."""

from enum import StrEnum


class TrackingStatus(StrEnum):
    """What a tracking event says about the parcel."""

    NO_SCAN = "no_scan"
    IN_TRANSIT = "in_transit"
    EXPORT_CUSTOMS = "export_customs"
    ARRIVED = "arrived"
    CUSTOMS = "customs"
    DUTY_DUE = "duty_due"
    RELEASED = "released"
    OUT_FOR_DELIVERY = "out_for_delivery"
    PICKUP_WAITING = "pickup_waiting"
    FAILED_ATTEMPT = "failed_attempt"
    RETURNING = "returning"
    RETURNED = "returned"
    DELIVERED = "delivered"
    LOST = "lost"
    EXPIRED = "expired"


class TrackingDetail(StrEnum):
    """Why, by whom or where: what a carrier's words say beyond the status (rules T4, T5)."""

    NONE = ""
    # no scan
    NOT_FOUND = "not_found"  # the carrier does not know the number
    CANCELLED = "cancelled"  # the shipment was called off before it was posted
    # in transit
    DECLARED_AHEAD = "declared_ahead"  # papers lodged at import customs; the parcel itself may not have left
    CUSTOMS_UNSAID = "customs_unsaid"  # some customs did something; the words do not tell which country's
    MISROUTED = "misrouted"
    DELAYED = "delayed"
    STOP_REQUESTED = "stop_requested"  # the sender asked that it be not delivered
    PROHIBITED = "prohibited"  # the carrier does not carry what is in it
    # customs and duties
    INSPECTION = "inspection"
    ANVISA = "anvisa"  # the Brazilian health authority
    DATA_MISSING = "data_missing"
    HELD = "held"
    TAX_REVIEW = "tax_review"
    SEIZED = "seized"
    ENTRY_REFUSED = "entry_refused"
    EXIT_REFUSED = "exit_refused"
    DUTY_AWAITING = "duty_awaiting"
    DESPACHO_FEE = "despacho_fee"  # the fee of the Brazilian post for presenting the parcel to customs
    DUTY_PENDING = "duty_pending"  # paid, but not confirmed yet
    DUTY_FAILED = "duty_failed"
    DUTY_EXPIRED = "duty_expired"
    DUTY_PAID = "duty_paid"
    NOT_TAXED = "not_taxed"
    # failed attempts (T4), and why a parcel goes back
    UNPACKING_REFUSED = "unpacking_refused"
    REFUSED = "refused"
    ABSENT = "absent"
    UNREACHABLE = "unreachable"
    WRONG_ADDRESS = "wrong_address"
    ADDRESSEE_UNKNOWN = "addressee_unknown"  # unknown there, or moved
    CLOSED = "closed"
    OUT_OF_AREA = "out_of_area"
    DOCUMENT_MISSING = "document_missing"
    CARRIER_PROBLEM = "carrier_problem"
    # returns
    NOT_COLLECTED = "not_collected"
    AT_REQUEST = "at_request"  # the buyer's
    SENDER_REQUEST = "sender_request"
    BY_CUSTOMS = "by_customs"
    # deliveries (T5), and where a parcel waits
    IN_PERSON = "in_person"
    NEIGHBOUR = "neighbour"
    PROPERTY_DESK = "property_desk"
    LOCKER = "locker"
    PICKUP_POINT = "pickup_point"
    PO_BOX = "po_box"
    LEFT_AT_DOOR = "left_at_door"
    SIGNED_BY_OTHER = "signed_by_other"
    COURIER = "courier"
    # losses
    STOLEN = "stolen"
    DAMAGED = "damaged"
    DESTROYED = "destroyed"
    NOT_LOCATED = "not_located"


_ORDER = tuple(TrackingStatus)


def reached_destination(status: TrackingStatus) -> bool:
    """Say whether the parcel has been in the buyer's country: any status from `arrived` on (rule T12)."""
    return _ORDER.index(status) >= _ORDER.index(TrackingStatus.ARRIVED)


def is_scan(status: TrackingStatus) -> bool:
    """Say whether the carrier has handled the parcel: any status but `no_scan` (rule T12)."""
    return status != TrackingStatus.NO_SCAN
