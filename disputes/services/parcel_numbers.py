"""A parcel's number that was not known when it left: entered afterwards, and what waited for it goes on (M3)."""

from datetime import datetime

from django.db import transaction

from disputes.services.by_hand import resume_stopped
from messaging.models import Message
from orders.models import Shipment
from orders.models.timeline import EventKind
from orders.services.ledger import open_ledger, save_ledgers


class NumberKnown(ValueError):
    """The parcel has a number by now: another parcel is another shipping."""


def number_parcel(
    shipment_id: int, tracking_number: str, *, carrier: str = "", now: datetime, actor: str
) -> list[Message]:
    """Give a parcel that left without a number its number, and its carrier where that was not told either.

    Returns the messages to the buyer that had waited for it: they leave in his hours, or wait to be sent by hand.
    `now` is in UTC, `actor` is the user's id. Raises NumberKnown, and Shipment.DoesNotExist.
    """
    with transaction.atomic():
        order_id = Shipment.objects.values_list("order_id", flat=True).get(pk=shipment_id)
        ledger = open_ledger(order_id, now=now, actor=actor)
        parcel = next(row for row in ledger.shipments if row.pk == shipment_id)
        if parcel.tracking_number:
            raise NumberKnown(f"the parcel has the number {parcel.tracking_number!r} by now")
        parcel.tracking_number, parcel.carrier = tracking_number[:64], carrier[:500] or parcel.carrier
        parcel.save(update_fields=["tracking_number", "carrier"])
        said = {"tracking_number": parcel.tracking_number, "carrier": parcel.carrier}
        ledger.write(EventKind.FACT, "corrected", at=now, data={**said, "fields": sorted(said)})
        freed = resume_stopped(ledger)
        save_ledgers([ledger])
    return freed
