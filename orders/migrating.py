"""One set-up of a database at a time, whoever begins it: a command at its first use, or `migrate` on several hosts."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

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
