"""Writing changed rows back: only the columns that changed, and many rows in one go instead of one query for each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection, models

from orders.services.asking import ready_cursor

Changed = Sequence[tuple[models.Model, Any]]  # rows with what their guard held when they were read


class ChangedMeanwhile(Exception):
    """A row is not as it was when it was read: somebody wrote it without holding its lock."""


@cache
def _names(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


def stored_values(row: models.Model) -> dict[str, Any]:
    """What a row holds now, by column: to be compared with what it holds later. What was not read is left out."""
    held = row.__dict__
    return {name: held[name] for name in _names(type(row)) if name in held}


def rewrite(rows: Iterable[tuple[models.Model, Mapping[str, Any]]], *, guard: str) -> None:
    """Write what differs from the values that were stored; rows that changed in the same columns go together.

    `guard` is a column that must hold in the database what was stored. Raises ChangedMeanwhile where one does not.
    """
    alike: dict[tuple[type[models.Model], tuple[str, ...]], list[tuple[models.Model, Any]]] = defaultdict(list)
    for row, stored in rows:
        held = row.__dict__
        changed = tuple(name for name, value in stored.items() if held[name] != value)
        if changed:
            alike[type(row), changed].append((row, stored[guard]))
    for (model, changed), together in alike.items():
        _update(model, changed, together, guard)


def _update(model: type[models.Model], changed: Sequence[str], rows: Changed, guard: str) -> None:
    columns: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
    fields = [columns[name] for name in [*changed, model._meta.pk.attname, guard]]
    values = [
        [*(field.get_db_prep_save(row.__dict__[field.attname], connection) for field in fields[:-1]), before]
        for row, before in rows
    ]
    if connection.vendor == "postgresql" and len(rows) > 1:
        written = _update_together(model, fields, values)
    else:
        written = _update_each(model, fields, values)
    if written != len(rows):
        raise ChangedMeanwhile(f"{len(rows) - written} of {len(rows)} rows of {model._meta.label}")


def _update_each(model: type[models.Model], fields: Sequence[Any], values: Sequence[Sequence[Any]]) -> int:
    """A statement for each row; the last two fields say which row, and what it must hold."""
    quote = connection.ops.quote_name
    *own, pk, guard = (f"{quote(field.column)} = %s" for field in fields)
    statement = f"UPDATE {quote(model._meta.db_table)} SET {', '.join(own)} WHERE {pk} AND {guard}"  # noqa: S608
    written = 0
    with ready_cursor() as cursor:
        for row in values:
            cursor.execute(statement, row)
            written += cursor.rowcount
    return written


def _update_together(model: type[models.Model], fields: Sequence[Any], values: Sequence[Sequence[Any]]) -> int:
    """One statement for all rows, at a fraction of what one for each costs the server."""
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    names = [quote(field.column) for field in fields]
    # The first row tells the columns' types. No lengths: a cast would cut off what an assignment refuses.
    typed = ", ".join(f"CAST(%s AS {field.db_type(connection).partition('(')[0]})" for field in fields)
    plain = ", ".join(["%s"] * len(fields))
    rows = ", ".join([f"({typed})", *[f"({plain})"] * (len(values) - 1)])
    given = [f"value_{position}" for position in range(len(names))]  # the guard may be among what changed
    own = ", ".join(f"{name} = new.{value}" for name, value in zip(names[:-2], given, strict=False))
    which = " AND ".join(f"{table}.{name} = new.{value}" for name, value in zip(names[-2:], given[-2:], strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {own} FROM (VALUES {rows}) AS new ({', '.join(given)}) WHERE {which}",  # noqa: S608
            [value for row in values for value in row],
        )
        return int(cursor.rowcount)
