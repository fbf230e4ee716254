"""Disruptions (T9): whether a cause that the seller knows of touches an order's parcel."""

from collections.abc import Sequence
from datetime import datetime

from orders.events import Event
from orders.models import Order, Shipment


def touches(event: Event, order: Order, shipments: Sequence[Shipment], *, now: datetime) -> bool:
    """Whether the parcel is on its way now, and nothing known of it says that it is elsewhere.

    A region is a country, a state ("SP" or "BR-SP") or a city of the buyer's; an empty one is everywhere. What we do
    not know of a buyer excludes nothing: he is better told of a delay once too often.
    """
    if not order.shipped_at or order.delivered_at or order.refunded_at or order.cancelled_at:
        return False
    start, end = event.data.get("from"), event.data.get("to")
    if (start and start > now) or (end and end < now):
        return False
    return _is_in_region(event.text("region"), order) and _is_carried_by(event.text("carrier"), shipments)


def _is_in_region(region: str, order: Order) -> bool:
    buyer = order.buyer
    places = {buyer.country, buyer.state, buyer.city, f"{buyer.country}-{buyer.state}"}
    known = {place.casefold() for place in places if place}
    unknown = not buyer.state and not buyer.city
    return not region or region.casefold() in known or (unknown and not _is_country(region))


def _is_country(region: str) -> bool:
    return len(region) == 2 and region.isupper()


def _is_carried_by(carrier: str, shipments: Sequence[Shipment]) -> bool:
    names = {shipment.carrier.casefold() for shipment in shipments if shipment.carrier}
    return not carrier or not names or carrier.casefold() in names
