"""What happened in the store, event by event, for programs that were not told of it."""

from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Field, Query, Router, Schema

from desk.api.cursors import PageQuery, read_key, write_key
from desk.api.guarding import ApiRequest, Bearer
from desk.api.values import Instant
from desk.selectors.told_events import after_what_came_before, list_events
from orders.models import ApiScope
from orders.webhook_bodies import body_of
from orders.webhook_types import WEBHOOK_TYPES

router = Router(tags=["events"], auth=Bearer(ApiScope.ORDERS_READ, ApiScope.WEBHOOKS_MANAGE))


class EventQuery(PageQuery):
    """Which events."""

    types: Annotated[
        list[Literal[WEBHOOK_TYPES]],  # type: ignore[valid-type]
        Field(max_length=100, description="those of these types; none: all"),
    ] = []
    since: Annotated[
        Instant | None, Field(description="without a cursor: begin with what was recorded then, or a little earlier")
    ] = None


class StoreEventOut(Schema):
    """An event as webhooks post it, and the cursor of what comes after it."""

    type: str
    timestamp: str
    data: dict[str, Any]
    cursor: str


class EventPage(Schema):
    """A page of events, the oldest first; a page may be short, or empty, and not be the last."""

    items: list[StoreEventOut]
    next_cursor: str | None


@router.get("/events", response=EventPage, summary="List events")
def list_store_events(request: ApiRequest, asked: Query[EventQuery]) -> Any:
    """What happened, in the order in which it was written down: what a webhook was not told is read here.

    Go on with `next_cursor` until it is null; the `cursor` of the last event that you read is where you go on the next
    time. An event is listed ten minutes after it was recorded; until then it may be told by webhook alone. The past of
    orders that come in by a file is listed, too, though no webhook is told of it: `recorded_at` is long after `at`.
    """
    now, store = timezone.now(), request.token.store
    after = 0
    if asked.cursor:
        (after,) = read_key(asked.cursor, ("id",))
    elif asked.since:
        after = after_what_came_before(asked.since)
    page = list_events(store, after, types=asked.types, most=asked.limit, now=now)
    return {
        "items": [
            {**body_of(type_, event, store=store.slug, at=now), "cursor": write_key([event.pk])}
            for type_, event in page.rows
        ],
        "next_cursor": write_key([page.after]) if page.after is not None else None,
    }
