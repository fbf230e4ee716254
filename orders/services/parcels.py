"""What happens to an order's parcels: shipped, seen by a carrier, delivered, and what a carrier takes back."""

from datetime import datetime

from orders.events import Event, EventType
from orders.lifecycle import OrderState
from orders.models import Order, Shipment, TimelineEvent, TrackingEvent
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger
from orders.services.ways_back import way_back
from orders.tracking_statuses import TrackingStatus, is_scan, reached_destination


def is_known_shipment(ledger: OrderLedger, event: Event) -> bool:
    """Whether this parcel's leaving has been told before."""
    number = event.text("tracking_number")
    return any(parcel.tracking_number == number and parcel.shipped_at == event.at for parcel in ledger.shipments)


def note_shipment(ledger: OrderLedger, event: Event) -> None:
    """A parcel left. The first one moves the order and starts its clock; after delivery it moves nothing (G6)."""
    shipment = Shipment(
        order=ledger.order,
        carrier=event.text("carrier")[:500],
        tracking_number=event.text("tracking_number")[:64],
        shipped_at=event.at,
    )
    ledger.add(shipment)
    if not ledger.move(ledger.order.ship, event.at):
        ledger.order.shipped_at = ledger.order.shipped_at or event.at


def is_known_delivery(ledger: OrderLedger, event: Event) -> bool:
    """Whether this very delivery has been told before."""
    return ledger.order.delivered_at == event.at


def note_delivery(ledger: OrderLedger, event: Event) -> None:
    """The order's parcels arrived, whichever they were."""
    for shipment in ledger.shipments:
        _mark_delivered(shipment, event.at)
    _deliver(ledger, event.at)


def is_known_tracking(ledger: OrderLedger, event: Event) -> bool:
    """Whether a carrier's same news of the same parcel has been told before."""
    row = _tracking_event(ledger, event)
    return row.identity() in {other.identity() for other in ledger.rows_of(TrackingEvent)}


def note_tracking(ledger: OrderLedger, event: Event) -> None:
    """A carrier's news of one parcel; an unknown text is kept and not guessed at, a correction voids (T10)."""
    row = _tracking_event(ledger, event)
    ledger.add(row)
    if event.data.get("corrects"):
        take_back(ledger, row)
    _take_in(ledger.order, row)
    if row.status == TrackingStatus.DELIVERED:
        _deliver_parcel(ledger, row.shipment, event.at)


def note_lookup(ledger: OrderLedger, event: Event) -> None:
    """A source was asked for the parcel: when enough of them know nothing of it, it is untraceable (T6)."""
    answers = latest_lookups(ledger)
    needed = ledger.policy.value("T6", "sources")
    is_unknown = bool(needed) and len(answers) >= needed and not any(answers.values())
    if ledger.order.first_scan_at or not is_unknown:
        ledger.order.untraceable_at = None
    else:
        ledger.order.untraceable_at = ledger.order.untraceable_at or event.at


def latest_lookups(ledger: OrderLedger) -> dict[str, bool]:
    """Each source that was asked for the parcel, with its latest answer."""
    asked = [event for event in ledger.rows_of(TimelineEvent) if event.type == EventType.TRACKING_LOOKUP]
    told = [event for event in asked if event.kind in {EventKind.FACT, EventKind.COMMAND}]
    return {event.data["source"]: event.data["found"] for event in sorted(told, key=lambda row: (row.at, row.sequence))}


def _tracking_event(ledger: OrderLedger, event: Event) -> TrackingEvent:
    return TrackingEvent(
        order=ledger.order,
        shipment=_find_shipment(ledger, event.text("tracking_number")),
        at=event.at,
        status=event.text("status"),
        description=event.text("description"),
        location=event.text("location")[:500],
        source=event.text("source")[:500],
        detail=event.text("detail")[:40],
        is_unknown=bool(event.data.get("unknown")),
        recorded_at=ledger.now,
    )


def _take_in(order: Order, row: TrackingEvent) -> None:
    if order.last_tracking_at is None or row.at >= order.last_tracking_at:
        order.last_tracking_at = row.at
        order.tracking_detail = row.detail if row.status else order.tracking_detail
        order.tracking_status = row.status or order.tracking_status
        order.tracking_location = row.location or order.tracking_location
    if row.status and is_scan(TrackingStatus(row.status)):
        order.first_scan_at = min(row.at, order.first_scan_at or row.at)
        order.untraceable_at = None
    if row.status and reached_destination(TrackingStatus(row.status)):
        order.arrived_at = min(row.at, order.arrived_at or row.at)


def _find_shipment(ledger: OrderLedger, number: str) -> Shipment | None:
    matching = [shipment for shipment in ledger.shipments if not number or shipment.tracking_number == number]
    return matching[-1] if matching else None


def _deliver_parcel(ledger: OrderLedger, shipment: Shipment | None, at: datetime) -> None:
    """Of several parcels the last to arrive delivers the order."""
    if shipment is not None:
        _mark_delivered(shipment, at)
    if all(shipment.delivered_at for shipment in ledger.shipments):
        _deliver(ledger, at)


def _mark_delivered(shipment: Shipment, at: datetime) -> None:
    if shipment.delivered_at is None:
        shipment.delivered_at = at
        if shipment.pk:
            shipment.save()


def _deliver(ledger: OrderLedger, at: datetime) -> None:
    if not ledger.move(ledger.order.deliver, at):
        ledger.order.delivered_at = ledger.order.delivered_at or at


# --- corrections (T10) ------------------------------------------------------------------------------------------------
def take_back(ledger: OrderLedger, correction: TrackingEvent) -> None:
    """Void what the carrier said last before its correction, and see the parcel as if it had never been said."""
    voided = _corrected(ledger, correction)
    if voided is None:
        return
    voided.voided_at = correction.at
    if voided.pk:
        voided.save(update_fields=["voided_at"])
    _read_anew(ledger)
    if voided.status == TrackingStatus.DELIVERED:
        _take_delivery_back(ledger, voided, correction.at)


def _corrected(ledger: OrderLedger, correction: TrackingEvent) -> TrackingEvent | None:
    """The latest news before the correction: of the same source, where that one has said anything of the parcel."""
    earlier = [
        row
        for row in ledger.rows_of(TrackingEvent)
        if row is not correction
        and _is_same_parcel(row.shipment, correction.shipment)
        and row.at <= correction.at
        and row.voided_at is None
        and row.status
    ]
    own = [row for row in earlier if row.source == correction.source]
    return max(own or earlier, key=lambda row: row.at, default=None)


def _is_same_parcel(one: Shipment | None, other: Shipment | None) -> bool:
    """By the row where both are stored: a ledger and a tracking event may hold two objects of one parcel."""
    return one is other or (one is not None and other is not None and one.pk is not None and one.pk == other.pk)


def _read_anew(ledger: OrderLedger) -> None:
    """What the order knows of its parcels, from the news that stands."""
    order = ledger.order
    order.last_tracking_at = order.first_scan_at = order.arrived_at = None
    order.tracking_status = order.tracking_detail = order.tracking_location = ""
    for row in sorted(ledger.rows_of(TrackingEvent), key=lambda row: row.at):
        if row.voided_at is None:
            _take_in(order, row)


def _take_delivery_back(ledger: OrderLedger, voided: TrackingEvent, at: datetime) -> None:
    """The parcel is on its way again, unless somebody else told of its delivery too."""
    for shipment in ledger.shipments:
        if shipment.delivered_at == voided.at and (
            voided.shipment is None or _is_same_parcel(voided.shipment, shipment)
        ):
            shipment.delivered_at = None
            if shipment.pk:
                shipment.save()
    order = ledger.order
    if order.delivered_at != voided.at:
        return
    order.delivered_at = None
    if order.state == OrderState.DELIVERED:
        ledger.move(way_back(ledger, at), at)
