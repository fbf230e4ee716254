"""What sources answered when they were asked for a parcel's number (S5, T6)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from orders.events import EventType
from orders.models import TimelineEvent
from orders.models.timeline import EventKind


@dataclass(frozen=True, slots=True)
class Lookup:
    """One source's latest answer, and when it gave it (UTC)."""

    source: str
    found: bool
    at: datetime


def lookups_of(orders: Sequence[int]) -> dict[int, list[Lookup]]:
    """Of each order every source that was asked, with its latest answer."""
    asked = TimelineEvent.objects.filter(order__in=orders, type=EventType.TRACKING_LOOKUP) if orders else []
    events: dict[int, list[TimelineEvent]] = defaultdict(list)
    for event in asked:
        events[event.order_id].append(event)
    return {order: read_lookups(rows) for order, rows in events.items()}


def read_lookups(events: Iterable[TimelineEvent]) -> list[Lookup]:
    """Every source that was asked, with its latest answer, among the events of one order."""
    asked = [event for event in events if event.type == EventType.TRACKING_LOOKUP and event.kind != EventKind.REFUSED]
    latest: dict[str, Lookup] = {}
    for event in sorted(asked, key=lambda event: (event.at, event.sequence)):
        latest[event.data["source"]] = Lookup(event.data["source"], event.data["found"], event.at)
    return list(latest.values())
