"""The mark on what has left the house: tried until the database takes it, for what bears none leaves once more."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import sleep
from typing import TypeVar

from django.db import connection

logger = logging.getLogger(__name__)
Marked = TypeVar("Marked")
# Seconds between the tries. With a database that lets us wait 20 s for a lock each time, they end within half a lease.
PAUSES = (0.2, 1.0, 5.0, 20.0)


class Unmarked(Exception):
    """It left, and the database took no mark of it.

    Nobody may give it back, for it would leave again at once: it stays claimed until its lease ends.
    """


def mark_firmly(mark: Callable[[], Marked], clock: Callable[[], datetime], *, until: datetime) -> Marked:
    """Do what marks a thing that has left, again and again while it fails, until the lease ends at `until` (UTC).

    What it gives is given back. Raises Unmarked.
    """
    pauses = iter(PAUSES)
    while True:
        try:
            return mark()
        except Exception as error:
            # A broad net: whatever is wrong, what has left must not be handed out as if it had not.
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()  # one that broke is opened anew
            pause = next(pauses, None)
            if pause is None or clock() + timedelta(seconds=pause) > until:
                raise Unmarked(f"{type(error).__name__}: {error}") from error
            logger.warning("what has left is not marked yet: %s", error)
        sleep(pause)
