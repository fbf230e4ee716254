"""How PostgreSQL chooses its way to what a page shows."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

SETTINGS = ("max_parallel_workers_per_gather", "0"), ("random_page_cost", "0.5"), ("seq_page_cost", "0.5")


@contextmanager
def as_in_memory() -> Iterator[None]:
    """What is asked inside is asked of one process, and of pages that are in memory, as those of a desk mostly are.

    By itself PostgreSQL takes reading for dear, so that it walks past half a million orders to find a thousand by a
    name (150 ms) sooner than look up the thousand (30 ms), and starts helpers, who take longer to start than to help.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        asked = ", ".join("set_config(%s, %s, true)" for _setting in SETTINGS)
        cursor.execute(f"SELECT {asked}", [word for setting in SETTINGS for word in setting])
        yield
