"""Disruptions (T9): whether a cause that the seller knows of touches an order's parcel.

A buyer's place or a carrier that we do not know excludes nothing: he is better told of a delay once too often.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orders.events import Event
from orders.models import Order, Shipment
from orders.zones import state_code

_COUNTRY = re.compile(r"[A-Z]{2}")
_PAIR = re.compile(r"[A-Z]{2}-([A-Z]{2})")  # from one country to another


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What decides whether a parcel is touched: where it goes, with whom, where it was seen last.

    `has_arrived` says that it has been in the buyer's country.
    """

    country: str
    state: str
    city: str
    carriers: frozenset[str]
    location: str
    has_arrived: bool


def touches(event: Event, order: Order, shipments: Sequence[Shipment], *, now: datetime) -> bool:
    """Whether the order's parcel is on its way now, and nothing known of it says that it is elsewhere."""
    if not order.shipped_at or order.delivered_at or order.refunded_at or order.cancelled_at:
        return False
    return lasts(event, now) and is_held_up(event, whereabouts(order, shipments))


def lasts(event: Event, now: datetime) -> bool:
    """Whether it has begun and is not over."""
    start, end = event.data.get("from"), event.data.get("to")
    return not (start and start > now) and not (end and end < now)


def is_held_up(event: Event, parcel: Whereabouts) -> bool:
    """Whether a parcel that is on its way stands where the disruption is.

    A region is a country, a state or a city of the buyer's; a state's code ("SP", "BR-SP") stands for its name too. A
    route is a place that the parcel was seen at last, or a pair of countries ("CN-BR") while it has not reached the
    second. An empty one is everywhere.
    """
    return (
        _is_in_region(event.text("region"), parcel)
        and _is_carried_by(event.text("carrier"), parcel)
        and _is_on_route(event.text("route"), parcel)
    )


def whereabouts(order: Order, shipments: Sequence[Shipment]) -> Whereabouts:
    """What is known of an order's parcel."""
    return Whereabouts(
        country=order.buyer.country,
        state=order.buyer.state,
        city=order.buyer.city,
        carriers=frozenset(shipment.carrier for shipment in shipments),
        location=order.tracking_location,
        has_arrived=order.arrived_at is not None,
    )


def plain(text: str) -> str:
    """The text without accents, case and outer blanks: "São Paulo " and "SAO PAULO" are one place."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).strip()


def _is_in_region(region: str, parcel: Whereabouts) -> bool:
    if not region:
        return True
    if not parcel.state and not parcel.city and not _COUNTRY.fullmatch(region):
        return True
    code = state_code(parcel.country, parcel.state)
    places = {parcel.country, parcel.state, parcel.city, code}
    places |= {f"{parcel.country}-{state}" for state in (parcel.state, code) if state}
    return plain(region) in {plain(place) for place in places if place}


def _is_carried_by(carrier: str, parcel: Whereabouts) -> bool:
    names = {plain(name) for name in parcel.carriers if name}
    return not carrier or not names or plain(carrier) in names


def _is_on_route(route: str, parcel: Whereabouts) -> bool:
    if pair := _PAIR.fullmatch(route):
        return not parcel.has_arrived and parcel.country in {"", pair[1]}
    return not route or _names_place(parcel.location, route)


def _names_place(location: str, place: str) -> bool:
    """Whether the words of a place stand in a location; "Para" does not stand in "Parana"."""
    wanted = plain(place)
    before = r"(?<![a-z0-9])" if re.match(r"[a-z0-9]", wanted) else ""
    after = r"(?![a-z0-9])" if re.search(r"[a-z0-9]$", wanted) else ""
    return re.search(f"{before}{re.escape(wanted)}{after}", plain(location)) is not None
