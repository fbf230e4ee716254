"""The trigram index by which PostgreSQL finds any part of an order's names, and what may stand against it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction

TABLE = "orders_searchtext"
INDEX = "order_search_trigram"
# Any other number than that of `orders.migrating`: nobody waits for this one, and so nobody holds the index up.
LOCK = 0x5072_617A_6F01


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a search is slow, or finds less than it could, and what to do about it."""

    problem: str
    remedy: str


def ensure_search_index(connection: Any) -> bool:
    """Make the index where PostgreSQL lets us and it is not there yet, while others read and write.

    Returns whether it was this process's turn: another host may be at it.

    Must not run in a transaction.
    Without the extension nothing is made: search works, and reads every order's line (`search_obstacles`).
    """
    if connection.vendor != "postgresql" or TABLE not in connection.introspection.table_names():
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return False
        try:
            if _has_extension(connection):
                _make(cursor)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return True


def _has_extension(connection: Any) -> bool:
    """Whether pg_trgm is there, or could be made: it takes the right to create in this database."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        return False
    return True


def _make(cursor: Any) -> None:
    cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [INDEX])
    found = cursor.fetchone()
    if found and found[0]:
        return
    cursor.execute(f"DROP INDEX IF EXISTS {INDEX}")  # one that was broken off
    # Lines that were added last wait in a list that every search reads: it is kept short. The planner has to know
    # how frequent a word is: between the index and a walk along the newest orders lies a factor of a thousand.
    cursor.execute(
        f"CREATE INDEX CONCURRENTLY {INDEX} ON {TABLE} USING gin (text gin_trgm_ops)"
        " WITH (gin_pending_list_limit = 512)"
    )
    cursor.execute(f"ALTER TABLE {TABLE} ALTER COLUMN text SET STATISTICS 500")
    cursor.execute(f"ANALYZE {TABLE}")


def search_obstacles(connection: Any) -> Iterator[Obstacle]:
    """What keeps searches slow, or Chinese and accents from being found, in this database."""
    if connection.vendor != "postgresql" or TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT datctype FROM pg_database WHERE datname = current_database()")
        if (ctype := cursor.fetchone()[0]) in {"C", "POSIX"}:
            problem = (
                f"the database's ctype is {ctype}: its trigram index sees no Chinese, and searches for it are slow"
            )
            yield Obstacle(problem, "Make the database anew with LC_CTYPE 'C.UTF-8' or another UTF-8 locale.")
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [INDEX])
        found = cursor.fetchone()
    if not (found and found[0]):
        problem = f"the index {INDEX} is not there: every search reads through all orders"
        remedy = "As an administrator of the database run CREATE EXTENSION pg_trgm, then `manage.py migrate` again."
        yield Obstacle(problem, remedy)
