"""The internal statuses of a parcel, in the order of its journey, whatever a carrier calls them."""

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


_ORDER = tuple(TrackingStatus)


def reached_destination(status: TrackingStatus) -> bool:
    """Say whether the parcel has been in the buyer's country: any status from `arrived` on (rule T12)."""
    return _ORDER.index(status) >= _ORDER.index(TrackingStatus.ARRIVED)


def is_scan(status: TrackingStatus) -> bool:
    """Say whether the carrier has handled the parcel: any status but `no_scan` (rule T12)."""
    return status != TrackingStatus.NO_SCAN
