"""A store's events, page by page, for programs that were not told of them: all of them, once, in their order."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.selectors.told_events import LOOK, after_what_came_before, list_events
from orders.models import ApiScope, Order, Store, TimelineEvent
from orders.webhook_types import webhook_type
from tests.cast import at, happens, paid, placed_order, shipped
from tests.desk.api.conftest import Program, program_of

pytestmark = pytest.mark.django_db
LATER = at("03-20 10:00")


def told() -> list[int]:
    """The ids of what other programs are told of."""
    return [row.pk for row in TimelineEvent.objects.order_by("pk") if webhook_type(row.kind, row.type)]


def read_all(program: Program, **query: Any) -> list[dict[str, Any]]:
    """All pages."""
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = program.get("/events", cursor=cursor, **query).json()
        items, cursor = items + page["items"], page["next_cursor"]
    return items


def test_every_event_comes_once_in_the_order_in_which_it_was_written(erp: Program, underway: Order) -> None:
    items = read_all(erp, limit=2)
    assert [row["data"]["event"]["sequence"] for row in items] == [
        row.sequence for row in TimelineEvent.objects.filter(pk__in=told()).order_by("pk")
    ]
    assert items[0]["type"] == "order.placed"
    assert "Maria" not in str(items)
    rest = read_all(erp, limit=2, types="order.shipped")
    assert [row["type"] for row in rest] == ["order.shipped"]
    assert erp.get("/events", cursor=items[-1]["cursor"]).json() == {"items": [], "next_cursor": None}


def test_nothing_of_another_store_comes_and_nobody_without_a_scope_asks(
    rival: Program, store: Store, underway: Order
) -> None:
    assert read_all(rival) == []
    assert program_of(store, ApiScope.MESSAGES_READ).get("/events").status_code == 403
    assert program_of(store, ApiScope.WEBHOOKS_MANAGE).get("/events").status_code == 200
    assert rival.get("/events", cursor="bm90").status_code == 422


def test_a_page_that_looked_through_enough_of_other_stores_goes_on(
    store: Store, underway: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed_order(Store.objects.get(slug="charlie"), paid(), shipped(), number="9")
    last = placed_order(store, number="10")
    monkeypatch.setattr("desk.selectors.told_events.LOOK", 3)
    found, after, pages = [], 0, 0
    while after is not None:
        page = list_events(store, after, types=(), most=50, now=LATER)
        found, after, pages = found + [event.pk for _type, event in page.rows], page.after, pages + 1
    ids = set(TimelineEvent.objects.filter(order__store=store).values_list("pk", flat=True)) & set(told())
    assert found == sorted(ids)
    assert TimelineEvent.objects.get(pk=found[-1]).order_id == last.pk
    assert pages >= 4
    assert LOOK > 1000


def test_what_others_may_still_come_before_is_held_back(store: Store, underway: Order) -> None:
    oldest, newest = TimelineEvent.objects.earliest("pk"), TimelineEvent.objects.latest("pk")
    just_now = oldest.recorded_at + timedelta(minutes=1)
    assert list_events(store, 0, types=(), most=50, now=just_now).rows == []
    page = list_events(store, 0, types=(), most=50, now=newest.recorded_at + timedelta(minutes=11))
    assert [event.pk for _type, event in page.rows] == told()


def test_what_nobody_sees_yet_is_not_passed_by_for_what_comes_after_it(
    store: Store, underway: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.selectors.told_events.LOOK", 3)
    last = TimelineEvent.objects.latest("pk")
    said = {"order": underway, "sequence": 99, "at": LATER, "kind": "note", "type": "note", "hash": "0"}
    TimelineEvent.objects.create(pk=last.pk + 20, recorded_at=LATER, **said)  # those between may still come
    for minutes, after in ((1, None), (11, last.pk + 3)):
        now = LATER + timedelta(minutes=minutes)
        assert list_events(store, last.pk, types=(), most=50, now=now).after == after


def test_events_begin_at_an_instant(erp: Program, underway: Order) -> None:
    happens(underway, {"type": "buyer_message", "at": "2026-03-09T10:00:00Z", "text": "hi"}, now="03-09 10:00")
    items = read_all(erp, since="2026-03-08T00:00:00Z")
    assert {row["data"]["event"]["recorded_at"] for row in items} == {"2026-03-09T10:00:00Z"}
    assert read_all(erp, since=(timezone.now() + timedelta(days=3650)).isoformat()) == []


def test_events_begin_at_an_instant_though_later_ones_were_recorded_with_the_past(underway: Order) -> None:
    happens(underway, {"type": "buyer_message", "at": "2026-03-09T10:00:00Z", "text": "hi"}, now="03-09 10:00")
    wanted = TimelineEvent.objects.get(type="buyer_message")
    for minute in range(20):
        note = {"type": "buyer_message", "at": f"2026-03-05T11:{minute:02}:00Z", "text": "of a scenario"}
        happens(underway, note, now="03-05 12:00")
    assert after_what_came_before(at("03-08 00:00")) == wanted.pk - 1


def test_a_page_costs_the_same_however_long_it_is(erp: Program, store: Store, underway: Order) -> None:
    counts = []
    for number in ("5", "6"):
        with CaptureQueriesContext(connection) as asked:
            assert erp.get("/events").status_code == 200
        counts.append(len(asked))
        placed_order(store, paid(), shipped(), number=number)
    assert counts[0] == counts[1]
