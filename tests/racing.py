"""Two at the same row at once, one of them made to wait: on PostgreSQL, where a lock is a row's."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

# The server has the databases of the other tests, too; a wait for a transaction's end names none in pg_locks.
WAITING = (
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()"
)


def apart(work: Callable[[], Any]) -> Any:
    """Do it on a connection of its own."""

    def run() -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def wait_for_a_lock() -> None:
    """Until somebody waits for what this connection holds."""
    ends_at = time.monotonic() + 120
    with connection.cursor() as cursor:
        while time.monotonic() < ends_at:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # else it is what it was at this transaction's first look
            cursor.execute(WAITING)
            if cursor.fetchone() != (0,):
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits")
