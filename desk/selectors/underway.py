"""The newest orders whose parcels are on their way: what a page takes its examples and its suggestions from."""

from collections.abc import Sequence

from django.db.models import QuerySet

from orders.lifecycle import UNDERWAY
from orders.models import Order, Store
from orders.uniting import first_ids


def newest_underway(stores: Sequence[Store], count: int, **conditions: str) -> list[int]:
    """The ids of the `count` newest that meet the conditions, as far as the states tell who is newer.

    Each state is walked by its own index, in the order in which orders go through them: the newest orders of all have
    not left yet, and there are many.
    """
    found: list[int] = []
    for state in UNDERWAY:
        asked = {"state": state, **conditions}

        def rows_of(some: Sequence[Store], asked: dict[str, str] = asked) -> QuerySet[Order]:
            orders: QuerySet[Order] = Order.objects.filter(store__in=some, **asked)
            return orders

        found += first_ids(rows_of, stores, ("-placed_at", "-pk"), count - len(found))
        if len(found) == count:
            break
    return found
