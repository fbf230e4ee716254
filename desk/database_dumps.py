"""The database in one file and back: pg_dump's own format for PostgreSQL, a database file for SQLite."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connection, transaction

DUMP_NAMES = {"postgresql": "database.dump", "sqlite": "database.sqlite3"}


class DumpFailed(Exception):
    """The database could not be written out or read back; the message says why."""


def dump_database(path: Path) -> dict[str, int]:
    """Write the database as it stands at one instant; returns its tables with their rows at that instant.

    Raises DumpFailed.
    """
    return _dump_postgresql(path) if connection.vendor == "postgresql" else _dump_sqlite(path)


def load_dump(path: Path, rows: dict[str, int]) -> None:
    """Fill the empty database from a dump, and count that all rows are there. Raises DumpFailed."""
    if connection.vendor == "postgresql":
        _run("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-acl", str(path), is_to=True)
    else:
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as source:
            source.backup(connection.connection)
    if (found := _count_rows()) != rows:
        wrong = sorted(name for name in {*found, *rows} if found.get(name) != rows.get(name))
        raise DumpFailed(f"after the restore these tables have other rows than the backup says: {', '.join(wrong)}")


def _dump_sqlite(path: Path) -> dict[str, int]:
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, no log beside it
        names = [row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in _own(names)}  # noqa: S608


def _dump_postgresql(path: Path) -> dict[str, int]:
    """pg_dump looks at the very snapshot in which the rows are counted."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        _run("pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--snapshot={snapshot}", f"--file={path}")
        return _count_rows()


def _count_rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        counts = {}
        for name in _own(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608
            counts[name] = cursor.fetchone()[0]
    return counts


def _own(names: list[str]) -> list[str]:
    return sorted(name for name in names if not name.startswith("sqlite_"))


def _run(program: str, *options: str, is_to: bool = False) -> None:
    """Call one of PostgreSQL's programs; the password goes by the environment, where no list of processes shows it."""
    found = shutil.which(program)
    if found is None:
        raise DumpFailed(f"there is no {program} on this machine: install PostgreSQL's client of the server's version")
    words, variables = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    *where, name = words[1:]
    command = [found, *where, *(["--dbname", name] if is_to else []), *options, *([] if is_to else [name])]
    ended = subprocess.run(  # noqa: S603
        command, env={**os.environ, **(variables or {})}, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise DumpFailed(f"{program}: {' '.join(ended.stderr.split())[:500]}")
