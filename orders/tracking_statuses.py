"""The internal tracking statuses, in the order in which a parcel usually meets them."""

from enum import StrEnum


class TrackingStatus(StrEnum):
    """What a carrier's event means, whoever the carrier is."""

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


_POSITION = {status: position for position, status in enumerate(TrackingStatus)}


def is_scan(status: TrackingStatus) -> bool:
    """Whether the carrier has had the parcel in its hands (T12)."""
    return status is not TrackingStatus.NO_SCAN


def reached_destination(status: TrackingStatus) -> bool:
    """Whether the status stands at `arrived` or after it (T12)."""
    return _POSITION[status] >= _POSITION[TrackingStatus.ARRIVED]
