"""Adding rows: to PostgreSQL many at once by COPY, few by an INSERT that is put into words once for each model."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from django_fsm import FSMField

from orders.services.asking import ready_cursor

FEW = 20  # rows: for fewer an INSERT is as good
# Fields and values that PostgreSQL gets as they are; whatever else there is, its field prepares it.
PLAIN_FIELDS = {
    models.BigAutoField,
    models.BooleanField,
    models.CharField,
    models.DateTimeField,
    models.DecimalField,
    models.EmailField,
    models.ForeignKey,
    models.OneToOneField,
    models.PositiveIntegerField,
    models.TextField,
    models.UUIDField,
    FSMField,
}
PLAIN_VALUES = {bool, datetime, Decimal, int, str, type(None), UUID}


def insert_rows(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Insert new rows, and give each its id. What they point to must be there already."""
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows)
        return
    if not rows:
        return
    _point_to_parents(model, rows)
    if len(rows) < FEW:
        with ready_cursor() as cursor:
            _insert(cursor, model, rows)
    else:
        with connection.cursor() as cursor, connection.wrap_database_errors:
            _copy(cursor, model, rows)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _point_to_parents(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """A row that was made before its parent was stored knows the parent, but not its id."""
    for field in [field for field in model._meta.concrete_fields if field.is_relation]:
        for row in rows:
            if (parent := row._state.fields_cache.get(field.name)) is not None:
                if parent.pk is None:
                    raise ValueError(f"{model._meta.label}: its {field.name} is not stored yet")
                row.__dict__[field.attname] = parent.pk


def _take_ids(cursor: Any, model: type[models.Model], rows: Sequence[models.Model]) -> None:
    table = model._meta.db_table
    key: Any = model._meta.pk
    words = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
    cursor.execute(words, [connection.ops.quote_name(table), key.column, len(rows)])
    for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
        row.pk = pk


def _copy(cursor: Any, model: type[models.Model], rows: Sequence[models.Model]) -> None:
    fields: Sequence[Any] = model._meta.concrete_fields
    if not model._meta.pk.is_relation:  # else the parent's id is the row's
        _take_ids(cursor, model, rows)
    table, columns, readers = insert_words(model, tuple(fields))
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([read(row) for read in readers])


def _insert(cursor: Any, model: type[models.Model], rows: Sequence[models.Model]) -> None:
    key: Any = model._meta.pk
    fields = tuple(field for field in model._meta.concrete_fields if field is not key or key.is_relation)
    table, columns, readers = insert_words(model, fields)
    values = ", ".join([f"({', '.join(['%s'] * len(readers))})"] * len(rows))
    cursor.execute(
        f"INSERT INTO {table} ({columns}) VALUES {values} RETURNING {connection.ops.quote_name(key.column)}",  # noqa: S608
        [read(row) for row in rows for read in readers],
    )
    for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
        row.pk = pk


@cache
def insert_words(
    model: type[models.Model], fields: tuple[Any, ...]
) -> tuple[str, str, list[Callable[[models.Model], Any]]]:
    """The table, its columns, and how each one's value is got."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    return quote(model._meta.db_table), columns, [_reader(field) for field in fields]


def _reader(field: Any) -> Callable[[models.Model], Any]:
    """How a field's value is got out of a row, as psycopg takes it."""
    name = field.attname

    def prepare(row: models.Model) -> Any:
        value: Any = field.pre_save(row, add=True)
        if isinstance(value, DatabaseDefault):  # COPY knows none
            value = vars(value)["expression"].value
        return field.get_db_prep_save(value, connection)

    def read(row: models.Model) -> Any:
        value = row.__dict__[name]
        return value if type(value) in PLAIN_VALUES else prepare(row)

    return read if type(field) in PLAIN_FIELDS else prepare
