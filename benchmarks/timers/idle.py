"""What a sweep costs while nothing is due: the product's own queries, timed and explained, whatever lies ahead."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from disputes.sweeping import look_for_work
from orders.models import Milestone

MOST_BUFFERS = 12  # of both looks together: the root and a leaf of each index, and what the planner touches
_BUFFERS = re.compile(r"Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?")
_TIME = re.compile(r"Execution Time: ([\d.]+)")


@dataclass(frozen=True, slots=True)
class Plan:
    """What the server says of one query."""

    milliseconds: float
    buffers: int


@dataclass(frozen=True, slots=True)
class Idle:
    """The sweep's looks at the milestones, there and back and in the server, a whole sweep, and the pages read."""

    looks_ms: float
    server_ms: float
    sweep_ms: float
    buffers: int


def measure_idle(*, rounds: int) -> Idle:
    """Time the sweep, the best of so many rounds.

    Raises AssertionError where a plan reads the whole table, or more pages than a handful.
    """
    _clean_up()
    queries = _queries()
    looks, sweeps = [], []
    for _round in range(rounds):
        looks.append(_milliseconds(lambda: _ask(queries)))
        sweeps.append(_milliseconds(lambda: look_for_work(timezone.now())))
    plans = [_explain(query) for query in queries]
    buffers = sum(plan.buffers for plan in plans)
    if buffers > MOST_BUFFERS:
        raise AssertionError(f"the sweep reads {buffers} pages, more than {MOST_BUFFERS}")
    server = sum(plan.milliseconds for plan in plans)
    return Idle(min(looks), server, min(sweeps), buffers)


def _clean_up() -> None:
    """What autovacuum does in time: else the sweep passes by the rows that fell due since, in the index, too."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE, INDEX_CLEANUP ON) {Milestone._meta.db_table}")


def _queries() -> list[str]:
    """What a sweep asks of the milestones."""
    look_for_work(timezone.now())
    with CaptureQueriesContext(connection) as queries:
        work = look_for_work(timezone.now())
    if work.fire_workers:
        raise AssertionError("something is due: this is no idle sweep")
    return [query["sql"] for query in queries if Milestone._meta.db_table in query["sql"]]


def _ask(queries: list[str]) -> None:
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query)
            cursor.fetchall()


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _explain(query: str) -> Plan:
    """The best of a few: the server's own time, without the way to it."""
    texts = []
    with connection.cursor() as cursor:
        for _round in range(5):
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {query}")
            texts.append("\n".join(row[0] for row in cursor.fetchall()))
    if f"Seq Scan on {Milestone._meta.db_table}" in texts[-1]:
        raise AssertionError(f"the sweep reads the whole table:\n{texts[-1]}")
    found = _BUFFERS.search(texts[-1])  # the topmost node counts those below it
    pages = sum(int(number or 0) for number in found.groups()) if found else 0
    return Plan(min(float(_TIME.findall(text)[0]) for text in texts), pages)
