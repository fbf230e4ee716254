"""Checking an order's chain of hashes: that no event was changed, left out, put in or taken off its end."""

from collections.abc import Iterator

from orders.models import Order, TimelineEvent
from orders.models.timeline import chain_name, private_digest


def verify_timeline(order: Order) -> str:
    """What is wrong with the order's chain, at which event; an empty string when it is whole."""
    head, sequence = "", 0
    for sequence, event in enumerate(_events(order), start=1):
        if event.sequence != sequence:
            return f"event {sequence} is missing"
        if event.previous_hash != head:
            return f"event {sequence} ({event.type}) does not follow the one before it"
        if event.compute_hash(chain_name(order)) != event.hash:
            return f"event {sequence} ({event.type}) was changed"
        if problem := _private_problem(event):
            return f"event {sequence} ({event.type}): {problem}"
        head = event.hash
    if (order.timeline_length, order.timeline_head) != (sequence, head):
        return f"the last event should be number {order.timeline_length}: events after {sequence} are missing"
    return ""


def _events(order: Order) -> Iterator[TimelineEvent]:
    return TimelineEvent.objects.filter(order=order).select_related("private").order_by("sequence").iterator()


def _private_problem(event: TimelineEvent) -> str:
    """Erased personal data is no fault; changed data is."""
    private = getattr(event, "private", None)
    if private is not None and private_digest(private.salt, private.data) != event.private_digest:
        return "its personal data was changed"
    return ""
