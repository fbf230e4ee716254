"""Checking an order's chain of hashes, and the views of its days that the chain names: that nothing was changed,
left out, put in or taken off its end."""

from collections.abc import Iterator

from orders.models import Order, Snapshot, TimelineEvent
from orders.models.snapshots import content_digest
from orders.models.timeline import chain_name, private_digest

Named = set[tuple[str, str, str]]  # kind, occasion and hash of a snapshot, as an event names them


def verify_timeline(order: Order) -> str:
    """What is wrong with the order's chain, at which event; an empty string when it is whole."""
    head, sequence = "", 0
    named: Named = set()
    for sequence, event in enumerate(_events(order), start=1):
        if event.sequence != sequence:
            return f"event {sequence} is missing"
        if event.previous_hash != head:
            return f"event {sequence} ({event.type}) does not follow the one before it"
        if event.compute_hash(chain_name(order)) != event.hash:
            return f"event {sequence} ({event.type}) was changed"
        if problem := _private_problem(event):
            return f"event {sequence} ({event.type}): {problem}"
        if event.type == "snapshot":
            named.add((event.data["of"], event.data["occasion"], event.data["sha256"]))
        head = event.hash
    if (order.timeline_length, order.timeline_head) != (sequence, head):
        return f"the last event should be number {order.timeline_length}: events after {sequence} are missing"
    return _snapshot_problem(order, named)


def is_as_frozen(snapshot: Snapshot) -> bool:
    """Whether a view is what it was, and the order's timeline names it by its hash."""
    said = {"type": "snapshot", "data__of": snapshot.kind, "data__sha256": snapshot.sha256}
    events = TimelineEvent.objects.filter(order=snapshot.order_id, **said)
    return content_digest(snapshot.content) == snapshot.sha256 and events.exists()


def _snapshot_problem(order: Order, named: Named) -> str:
    """What is wrong with the views of the order's days that were kept."""
    kept: Named = set()
    for snapshot in Snapshot.objects.filter(order=order).order_by("pk").iterator():
        view = f"snapshot {snapshot.pk} ({snapshot.kind}, {snapshot.occasion})"
        if content_digest(snapshot.content) != snapshot.sha256:
            return f"{view} was changed"
        kept.add((snapshot.kind, snapshot.occasion, snapshot.sha256))
        if not kept <= named:
            return f"{view} is not on the timeline"
    missing = next(iter(sorted(named - kept)), None)
    return f"a snapshot is missing: {missing[0]}, {missing[1]}" if missing else ""


def _events(order: Order) -> Iterator[TimelineEvent]:
    return TimelineEvent.objects.filter(order=order).select_related("private").order_by("sequence").iterator()


def _private_problem(event: TimelineEvent) -> str:
    """Erased personal data is no fault; changed data is."""
    private = getattr(event, "private", None)
    if private is not None and private_digest(private.salt, private.data) != event.private_digest:
        return "its personal data was changed"
    return ""
