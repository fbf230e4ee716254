"""Several questions to the database as one.

The first rows of several stores: each store's own index leads to its first ones, which are put together afterwards.
One walk through the rows of all stores would pass by all that do not match, or sort them all.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from orders.models import Store

MOST_UNITED = 20  # stores


def first_ids(
    rows_of: Callable[[Sequence[Store]], QuerySet[Any]], stores: Sequence[Store], order: Sequence[str], count: int
) -> list[int]:
    """The ids of the first `count` rows by `order`, whose first field an index has behind the store.

    `rows_of` gives the rows of some stores, in no order.
    """
    parts = [[store] for store in stores] if _can_unite() and 1 < len(stores) <= MOST_UNITED else [stores]
    key = order[0].removeprefix("-")
    first, *others = (rows_of(part).order_by(*order).values_list(key, "pk")[:count] for part in parts)
    rows = first.union(*others, all=True).order_by(*order)[:count] if others else first
    return [pk for _key, pk in rows]


def ask_together(questions: Sequence[QuerySet[Any, Any]]) -> list[Any]:
    """The rows of several short questions of the same columns, in no order: asked at once where the database can."""
    first, *others = questions
    return list(first.union(*others, all=True)) if _can_unite() else [row for rows in questions for row in rows]


def _can_unite() -> bool:
    """Whether each part of a union may be sorted and cut off, which SQLite refuses."""
    return bool(connection.features.supports_slicing_ordering_in_compound)
