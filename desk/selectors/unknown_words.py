"""Carriers' words that nobody here knows: counted, with an example, the newest first. They are never guessed at."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet

from orders.models import Order, TrackingEvent, User

SHOWN = 100


@dataclass(frozen=True)
class Group:
    """One line of a carrier and how often it came; `latest_at` (UTC) is when we last learnt of it."""

    words: str
    source: str
    count: int
    latest_at: datetime
    example: Order | None


def list_unknown(user: User) -> list[Group]:
    """The newest unknown words in the user's stores, or in all of them where he is staff."""
    events = TrackingEvent.objects.all() if user.is_staff else TrackingEvent.objects.for_member(user)
    grouped: QuerySet[TrackingEvent, dict[str, object]] = (
        events.filter(is_unknown=True)
        .order_by()
        .values("description", "source")
        .annotate(count=Count("pk"), latest_at=Max("recorded_at"), example=Max("order_id"))
        .order_by("-latest_at")[:SHOWN]
    )
    rows = list(grouped)
    examples = Order.objects.select_related("store").in_bulk([row["example"] for row in rows])
    return [
        Group(row["description"], row["source"], row["count"], row["latest_at"], examples.get(row["example"]))  # type: ignore[arg-type]
        for row in rows
    ]
