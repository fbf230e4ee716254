"""The timeline is append-only: the database itself refuses to change or delete an event, by whatever road."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from orders.models import Order, TimelineEvent
from tests.cast import alices_store, paid, placed_order

pytestmark = pytest.mark.django_db
EVENTS = "orders_timelineevent"


@pytest.fixture
def order(db: None) -> Order:
    return placed_order(alices_store(), paid())


def rows() -> list[dict[str, object]]:
    return list(TimelineEvent.objects.order_by("pk").values())


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


ROADS: dict[str, Callable[[], object]] = {
    "save": lambda: TimelineEvent.objects.latest("pk").save(),
    "update": lambda: TimelineEvent.objects.update(rule="P9"),
    "bulk_update": lambda: TimelineEvent.objects.bulk_update(TimelineEvent.objects.all(), ["rule"]),
    "upsert": lambda: TimelineEvent.objects.bulk_create(
        TimelineEvent.objects.all(),
        update_conflicts=True,
        unique_fields=["order", "sequence"],
        update_fields=["rule"],
    ),
    "delete": lambda: TimelineEvent.objects.latest("pk").delete(),
    "delete all": lambda: TimelineEvent.objects.all().delete(),
    "SQL update": lambda: execute(f"UPDATE {EVENTS} SET rule = 'P9' WHERE sequence = 1"),
    "SQL delete": lambda: execute(f"DELETE FROM {EVENTS} WHERE sequence = 1"),
}


@pytest.mark.parametrize("road", ROADS)
def test_an_event_is_neither_changed_nor_deleted(order: Order, road: str) -> None:
    before = rows()
    assert before
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ROADS[road]()
    assert rows() == before


@pytest.mark.postgresql
@pytest.mark.parametrize("sql", [f"TRUNCATE {EVENTS} CASCADE", "TRUNCATE orders_order CASCADE"])
def test_the_table_is_not_emptied_at_once(order: Order, sql: str) -> None:
    before = rows()
    execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the order's own rows still owe
    # Of an order's rows several kinds stay: which says so first is the database's to choose.
    with pytest.raises(DatabaseError, match="append-only|never changed"), transaction.atomic():
        execute(sql)
    assert rows() == before


def test_a_new_event_is_taken(order: Order) -> None:
    before = len(rows())
    TimelineEvent.objects.create(
        order=order, sequence=99, at=order.placed_at, recorded_at=order.placed_at, kind="note", type="note", hash="0"
    )
    assert len(rows()) == before + 1
