"""Statements that PostgreSQL keeps, and those that it must not."""

import pytest
from django.db import connection

from config.environment import database_settings
from orders.models import Order
from orders.services.ledger import open_timeline
from tests.cast import alices_store, at, placed_order

KEPT = "SELECT sum(generic_plans + custom_plans) FROM pg_prepared_statements WHERE statement LIKE 'SELECT %FOR UPDATE'"


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_question_is_kept_by_the_database_when_it_is_asked_often() -> None:
    order: Order = placed_order(alices_store())
    for _time in range(6):
        open_timeline(order.pk, order.store, now=at("03-02 12:00"), actor="test")
    with connection.cursor() as cursor:
        cursor.execute(KEPT)
        assert cursor.fetchone()[0] >= 3


def test_nothing_is_kept_when_the_address_is_that_of_a_pooler() -> None:
    url = "postgres://prazo@pooler/prazo"
    kept, not_kept = (database_settings(address) for address in (url, f"{url}?prepare_threshold=None"))
    assert kept["OPTIONS"]["prepare_threshold"] > 0
    assert not_kept["OPTIONS"]["prepare_threshold"] is None
