"""When an order's parcel normally arrives, in words for the team (T1)."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.models import Order, Shipment
from orders.services.arrivals import expected_span


def arrival_words(order: Order, parcels: list[Shipment]) -> str:
    """The estimate with what it rests on; empty once the parcel is there, or where nothing is known."""
    is_over = order.delivered_at or order.refunded_at or order.cancelled_at
    span = None if is_over else expected_span(order, parcels[-1].carrier if parcels else "")
    if span is None:
        return ""
    words = {"from": span.earliest, "to": span.latest, "n": span.parcels}
    if not span.parcels:
        return _("Normally between %(from)s and %(to)s days after shipping, by the pack's word.") % words
    return (
        ngettext(
            "Normally between %(from)s and %(to)s days after shipping, learnt from %(n)s parcel of this store.",
            "Normally between %(from)s and %(to)s days after shipping, learnt from %(n)s parcels of this store.",
            span.parcels,
        )
        % words
    )
