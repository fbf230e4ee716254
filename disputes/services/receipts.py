"""Signed but not received (T5): who may have the parcel decides whom the team asks first."""

from datetime import datetime

from disputes.models import ActionKind
from disputes.services.actions import raise_action
from orders.events import Event
from orders.models import TrackingEvent
from orders.services.ledger import OrderLedger
from orders.tracking_statuses import TrackingDetail, TrackingStatus
from orders.triage import TrackingQueue

SUBJECT = f"tracking:{TrackingQueue.NOT_RECEIVED}"
# Where the buyer himself can look; of the others only the carrier knows whom he gave the parcel.
WITHIN_REACH = {
    TrackingDetail.NEIGHBOUR,
    TrackingDetail.PROPERTY_DESK,
    TrackingDetail.LOCKER,
    TrackingDetail.PICKUP_POINT,
    TrackingDetail.PO_BOX,
    TrackingDetail.LEFT_AT_DOOR,
}


def ask_for_parcel(ledger: OrderLedger, event: Event) -> None:
    """Ask the team to send the buyer where the parcel was left, or to have the carrier say who signed for it."""
    signer = signed_by(ledger, event)
    kind = ActionKind.CONTACT_BUYER if signer in WITHIN_REACH else ActionKind.VERIFY_DELIVERY
    raise_action(ledger, kind, rule="T5", subject=SUBJECT, data={"signed_by": signer})


def signed_by(ledger: OrderLedger, event: Event) -> str:
    """Who has the parcel: as the buyer or a person says, else as the carrier says; empty where nobody knows.

    A signature late in the evening that names nobody is taken for the courier's own scribble (seed-000).
    """
    if said := event.text("signed_by"):
        return said
    news = [
        row for row in ledger.rows_of(TrackingEvent) if row.status == TrackingStatus.DELIVERED and not row.voided_at
    ]
    latest = max(news, key=lambda row: row.at, default=None)
    if latest and latest.detail:
        return latest.detail
    delivered_at = ledger.order.delivered_at
    return TrackingDetail.COURIER if delivered_at and is_late(ledger, delivered_at) else ""


def is_late(ledger: OrderLedger, at: datetime) -> bool:
    """Whether it was evening at the buyer's: after the hour at which nobody writes to him any more (C)."""
    local = at.astimezone(ledger.order.buyer.zone(ledger.policy))
    return bool(local.time() >= ledger.policy.value("C", "closes"))
