"""Which kinds of rows an order and its store have: most have few, and a page asks only for those that are there."""

from collections.abc import Collection, Sequence
from functools import cache

from django.db import connection
from django.db.models import Model

from orders.models import Order

Kinds = Collection[type[Model]]


def kinds_of(order: Order, models: Sequence[type[Model]]) -> Kinds:
    """Those of the models that have a row whose `order` is this one, or whose `store` is its; one question for all."""
    owners = {"order": order.pk, "store": order.store_id}
    with connection.cursor() as cursor:
        cursor.execute(_question(tuple(models), connection.vendor), [owners[_owner(model)] for model in models])
        found = cursor.fetchone()
    return {model for model, is_there in zip(models, found, strict=True) if is_there}


@cache
def _question(models: tuple[type[Model], ...], _vendor: str) -> str:
    """Written by hand, and once: a dozen questions would each be put together anew for every page."""
    looks = [
        f"EXISTS(SELECT 1 FROM {_table(model)} WHERE {_column(model)} = %s)"  # noqa: S608  the models' own names
        for model in models
    ]
    return f"SELECT {', '.join(looks)}"


def _table(model: type[Model]) -> str:
    return str(connection.ops.quote_name(model._meta.db_table))


def _column(model: type[Model]) -> str:
    field = model._meta.get_field(_owner(model))
    return str(connection.ops.quote_name(str(getattr(field, "column", ""))))


@cache
def _owner(model: type[Model]) -> str:
    """Whose the rows are: an order's, else a store's."""
    return "order" if any(field.name == "order" for field in model._meta.concrete_fields) else "store"
