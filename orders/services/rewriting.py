"""Writing changed rows back: only the columns that changed, and many rows in one go instead of one query for each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models


class ChangedMeanwhile(Exception):
    """A row is not as it was when it was read: somebody wrote it without holding its lock."""


def stored_values(row: models.Model) -> dict[str, Any]:
    """What a row holds now, by column: to be compared with what it holds later."""
    return {field.attname: row.__dict__[field.attname] for field in row._meta.concrete_fields}


def rewrite(rows: Iterable[tuple[models.Model, Mapping[str, Any]]], *, guard: str) -> None:
    """Write what differs from the values that were stored; rows that changed in the same columns go together.

    `guard` is a column that must hold in the database what was stored. Raises ChangedMeanwhile where one does not.
    """
    alike: dict[tuple[type[models.Model], tuple[str, ...]], list[tuple[models.Model, Any]]] = defaultdict(list)
    for row, stored in rows:
        changed = tuple(name for name, value in stored.items() if getattr(row, name) != value)
        if changed:
            alike[type(row), changed].append((row, stored[guard]))
    for (model, changed), together in alike.items():
        _update(model, changed, together, guard)


def _update(
    model: type[models.Model], changed: Sequence[str], rows: Sequence[tuple[models.Model, Any]], guard: str
) -> None:
    columns: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
    fields = [columns[name] for name in changed]
    own: list[Any] = [*fields, model._meta.pk]
    quote = connection.ops.quote_name
    settings = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    where = f"{quote(own[-1].column)} = %s AND {quote(guard)} = %s"
    values = [
        [*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in own), before]
        for row, before in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {quote(model._meta.db_table)} SET {settings} WHERE {where}", values)  # noqa: S608
        if cursor.rowcount != len(rows):
            raise ChangedMeanwhile(f"{len(rows) - cursor.rowcount} of {len(rows)} rows of {model._meta.label}")
