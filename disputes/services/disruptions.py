"""Disruptions (T9): recorded once, changed, and asked for what they explain; telling the buyers is `disputes.telling`."""

from orders.models import Disruption, Order


def disruptions_of(order: Order) -> list[Disruption]:
    """The disruptions that touched the order's parcel, the first to touch it first; what is over still explains."""
    return list(Disruption.objects.filter(touched_orders__order=order).order_by("touched_orders__at", "pk"))
