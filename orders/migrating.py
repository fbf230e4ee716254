"""Setting a database up: by one at a time, whoever begins it (a command at its first use, or `migrate` on several
hosts), and quickly."""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation

# Any number will do, as long as every version of the program takes the same one.
LOCK = 0x5072_617A_6F  # "Prazo"


@contextmanager
def alone(connection: Any) -> Iterator[None]:
    """Of those that would change the database's tables at once, the others wait here until the first has done it.

    PostgreSQL holds the lock for the connection: it is gone with a process that is killed. For SQLite, which is of one
    machine, it is a file's. A database in memory is nobody else's.
    """
    if connection.vendor == "postgresql":
        with _advisory_lock(connection):
            yield
    elif connection.vendor == "sqlite" and not connection.is_in_memory_db():
        with (Path(settings.DATA_DIR) / "prepare.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    else:
        yield


@contextmanager
def _advisory_lock(connection: Any) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        # Where the connection is lost, the lock is gone with it, and what happened is told by what is raised already.
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


class CreateTables(Operation):
    """Several tables in one step: a new database draws Django's picture of all models once, and not once a table."""

    def __init__(self, tables: Sequence[CreateModel]) -> None:
        self.tables = tables

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Add the models to the picture, which is drawn when somebody looks at it next."""
        vars(state).pop("apps", None)
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make the tables."""
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop them, the last one first."""
        for table in reversed(self.tables):
            table.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """What `migrate --plan` says."""
        return f"Create {len(self.tables)} tables"
