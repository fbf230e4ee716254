"""What a person saw when he pressed a button: where the order has moved on since, he is told before it is done."""

import hashlib

from desk.access import DeskRequest
from desk.row_ids import read_id
from orders.models import Order, TimelineEvent
from orders.models.timeline import EventKind

SEEN = "seen"  # the form's field
DECISIVE = (
    "state", "state_since", "paid_at", "shipped_at", "delivered_at", "disputed_at", "refunded_at", "refunded_amount",
    "payment_checking_since", "protection_ends_at", "buyer_choice", "total",
)  # fmt: skip
TOLD_KINDS = [EventKind.FACT, EventKind.COMMAND, EventKind.REFUSED, EventKind.MILESTONE]


def stamp(order: Order) -> str:
    """What of the order decides what a button does to it, with the last event that the page shows."""
    digest = hashlib.sha256(repr([getattr(order, name) for name in DECISIVE]).encode()).hexdigest()
    return f"{order.timeline_length}-{digest[:16]}"


def has_moved(request: DeskRequest, order: Order) -> bool:
    """Whether the order is another one than the form was made for; a form without a stamp asks nothing."""
    seen = request.POST.get(SEEN, "")
    return bool(seen) and seen.partition("-")[2] != stamp(order).partition("-")[2]


def events_since(request: DeskRequest, order: Order) -> list[TimelineEvent]:
    """What happened to the order since the form was made, the latest first."""
    last = read_id(request.POST.get(SEEN, "").partition("-")[0])
    if last is None:
        return []
    rows = order.timeline.filter(sequence__gt=last, kind__in=TOLD_KINDS)
    return list(rows.select_related("private").order_by("-sequence")[:10])
