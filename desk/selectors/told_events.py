"""A store's events in the order in which they were written, for programs that missed what they were told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, QuerySet

from orders.models import Store, TimelineEvent
from orders.webhook_types import hears, webhook_type

LOOK = 10_000  # events of all stores that one page looks through: a page of a small store may be short, never slow
# What was recorded later may still be joined by an event with a smaller id, whose transaction has not ended.
SETTLED = timedelta(minutes=10)
STEP = 1_000  # events: so many in a row may have been recorded with an instant of the past, as a scenario's are


@dataclass(frozen=True)
class EventPage:
    """Events with their types, and the id after which the next page begins; None: nothing more for now."""

    rows: Sequence[tuple[str, TimelineEvent]]
    after: int | None


def list_events(store: Store, after: int, *, types: Collection[str], most: int, now: datetime) -> EventPage:
    """What happened after the event with this id, oldest first, as far as it is settled."""
    all_after = TimelineEvent.objects.filter(pk__gt=after)
    end, is_last = _end(all_after, after + LOOK, now)
    mine = all_after.filter(pk__lte=end, order__store=store).select_related("order").order_by("pk")
    found = list(mine[:most])
    told = [(type_, event) for event in found if (type_ := webhook_type(event.kind, event.type))]
    shown = [(type_, event) for type_, event in told if hears(list(types), type_)]
    if len(found) == most:
        return EventPage(shown, found[-1].pk)
    return EventPage(shown, None if is_last else end)


def _end(all_after: QuerySet[TimelineEvent], end: int, now: datetime) -> tuple[int, bool]:
    """The last id that is settled, and whether those after it are not.

    What follows the ids that are looked through counts, too: none of them may be seen yet, and all may still come.
    """
    following = all_after.filter(pk__gt=end).order_by("pk").values_list("pk", flat=True).first()
    rows = all_after.filter(pk__lte=end if following is None else following)
    lately = rows.filter(recorded_at__gt=now - SETTLED, recorded_at__lt=now + SETTLED)
    first = lately.order_by("pk").values_list("pk", flat=True).first()
    return (min(first - 1, end), True) if first else (end, following is None)


def after_what_came_before(since: datetime) -> int:
    """The id after which everything lies that was recorded `since` (UTC), or a little earlier: ids rise with time."""
    low, high = 0, TimelineEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
    while low < high:
        middle = (low + high) // 2
        if _is_reached(since, middle + 1):
            high = middle
        else:
            low = middle + 1
    return low


def _is_reached(since: datetime, end: int) -> bool:
    """Whether anything was recorded by then up to this id; a few in a row may have been so with the past's instants."""
    last = TimelineEvent.objects.filter(pk__lte=end).order_by("-pk")[:STEP]
    latest = last.aggregate(latest=Max("recorded_at"))["latest"]
    return latest is not None and latest >= since - SETTLED
