"""What other programs read of an event, posted or asked for: as the timeline has it, without what names a person."""

from datetime import datetime
from typing import Any

from orders.models import TimelineEvent


def body_of(type_: str, event: TimelineEvent | None, *, store: str, at: datetime) -> dict[str, Any]:
    """The event, of the store of this name; without one it is a test, raised `at` (UTC)."""
    data: dict[str, Any] = {"store": store}
    if event is not None:
        data |= {
            "order": {"id": event.order_id, "order_number": event.order.order_number},
            "event": {
                "sequence": event.sequence,
                "at": _instant(event.at),
                "recorded_at": _instant(event.recorded_at),
                "kind": event.kind,
                "type": event.type,
                "rule": event.rule,
                "actor": event.actor,
                "data": event.data,
            },
        }
    return {"type": type_, "timestamp": _instant(event.at if event else at), "data": data}


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
