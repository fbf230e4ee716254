"""The test database itself: real triggers in every test, and an empty one after each."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from orders.models.accounts import Store
from orders.models.orders import Buyer, Order
from orders.models.timeline import EventKind, TimelineEvent

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def make_event() -> TimelineEvent:
    """One event of one order."""
    store = Store.objects.create(slug="shop", name="Shop", policy_name="aliexpress-br")
    buyer = Buyer.objects.create(store=store)
    order = Order(store=store, buyer=buyer, order_number="1", policy_version=1, placed_at=NOW)
    order.state_since = NOW
    order.save()
    return TimelineEvent.objects.create(
        order=order, sequence=1, at=NOW, recorded_at=NOW, kind=EventKind.FACT, type="note", hash="0"
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_timeline_is_empty_when_the_next_test_starts(time: str) -> None:
    assert TimelineEvent.objects.count() == 0
    event = make_event()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.delete()
    assert TimelineEvent.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db
def test_chinese_is_text_when_the_database_is_postgresql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datctype FROM pg_database WHERE datname = current_database()")
        assert cursor.fetchone() == ("C.UTF-8",)
