"""Queries that are put into words once and asked many times: for one row, finding the words costs most of it.

PostgreSQL keeps them, too, with what it has planned for them: that is nine tenths of such a query's price there.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import psycopg
from django.db import connection, models
from django.db.models.expressions import Expression
from django.db.models.sql.subqueries import UpdateQuery

Row = TypeVar("Row", bound=models.Model)


def ready_cursor() -> Any:
    """A cursor for statements whose words are always the same: PostgreSQL plans one once for each connection.

    Values are sent beside the words, so that they need a type where the words do not tell it.
    """
    if connection.vendor != "postgresql" or connection.queries_logged:  # the log could not tell what was asked
        return connection.cursor()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    psycopg_connection: Any = connection.connection
    return connection._prepare_cursor(psycopg.Cursor(psycopg_connection))  # type: ignore[attr-defined]  # not in the stubs


class Blank(Expression):
    """A place in a query for a value that is named each time it is asked; `field` says of which kind it is."""

    def __init__(self, name: str, field: models.Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, _compiler: Any, _connection: Any) -> Any:
        """Django asks for it."""
        return "%s", [self]


class ReadyQuery:
    """A query of values with blanks, for the database that it is first asked of."""

    def __init__(self, rows: models.QuerySet[Any, Any]) -> None:
        self._compiler = rows.query.get_compiler(connection=connection)
        self._words, self._given = self._compiler.as_sql()
        self._converters = self._compiler.get_converters([column for column, *_rest in self._compiler.select or []])

    def ask(self, **values: Any) -> list[Sequence[Any]]:
        """The rows, for these values of the blanks."""
        with ready_cursor() as cursor:
            cursor.execute(self._words, filled(self._given, values))
            rows: Any = cursor.fetchall()
        return list(self._compiler.apply_converters(rows, self._converters)) if self._converters else list(rows)


class ReadyUpdate:
    """A change of rows with blanks, among the rows as in what becomes of them."""

    def __init__(self, rows: models.QuerySet[Any, Any], **changes: Any) -> None:
        self._words, self._given = update_words(rows, changes)

    def carry_out(self, **values: Any) -> int:
        """Change the rows, for these values of the blanks; how many there were."""
        with ready_cursor() as cursor:
            cursor.execute(self._words, filled(self._given, values))
            return int(cursor.rowcount)


def update_words(rows: models.QuerySet[Any, Any], changes: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
    """The words of a change with blanks, which end in the conditions of the rows, and what stands in their places."""
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(changes)
    words, given = query.get_compiler(connection=connection).as_sql()
    return words, given


def filled(given: Iterable[Any], values: Mapping[str, Any]) -> list[Any]:
    """What is sent beside the words, for these values of the blanks."""
    return [
        part.output_field.get_db_prep_value(values[part.name], connection) if isinstance(part, Blank) else part
        for part in given
    ]


def names_among(model: type[models.Model], names: set[str]) -> list[str]:
    """These of the model's columns, in its own order: as `make_partial` takes their values."""
    return [field.attname for field in model._meta.concrete_fields if field.attname in names]


def make_partial(model: type[Row], names: Sequence[str], values: Sequence[Any]) -> Row:
    """A row of which only these columns were read; the others are read when somebody asks for one."""
    return model.from_db(connection.alias, names, values)
