"""Replaying order files and scenarios in processes of their own, each with a database in its memory.

A rehearsal writes and rolls back thousands of rows: in the live database it would hold SQLite's one writer, or leave
PostgreSQL a heap of dead rows. The services, the models and the migrations are the same.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from itertools import islice
from multiprocessing import get_context
from typing import Any

import django
from django.core.management import call_command

from disputes.rehearsing import RuleSet, rehearse, tally
from disputes.scenarios import Scenario
from orders.records import OrderRecord, RowError

CHUNK = 50  # orders to a worker at a time
Tally = dict[str, Counter[tuple[str, ...]]]


@contextmanager
def rehearsal_workers(count: int) -> Iterator[Executor]:
    """Processes whose database is empty, in memory, and gone with them."""
    before = os.environ.get("DATABASE_URL")
    os.environ["DATABASE_URL"] = "sqlite://:memory:"
    try:
        with ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=django.setup) as workers:
            yield workers
    finally:
        del os.environ["DATABASE_URL"]
        if before is not None:
            os.environ["DATABASE_URL"] = before


@cache
def _prepare_database() -> None:
    call_command("migrate", verbosity=0)


def rehearse_scenario(scenario: Scenario, policy_name: str, until: datetime) -> dict[str, Any]:
    """In a worker: the answer for one scenario."""
    _prepare_database()
    return rehearse(scenario.record, scenario.events, rules=RuleSet(policy_name), until=until)


def tally_orders(records: list[OrderRecord], policy_name: str, until: datetime) -> Tally:
    """In a worker: what these orders add to the sum."""
    _prepare_database()
    total: Tally = defaultdict(Counter)
    for record in records:
        for name, counter in tally(record, rules=RuleSet(policy_name), until=until).items():
            total[name] += counter
    return total


def replay_scenario(scenario: Scenario, *, policy_name: str, until: datetime) -> dict[str, Any]:
    """The contract's answer for a scenario."""
    with rehearsal_workers(1) as workers:
        return workers.submit(rehearse_scenario, scenario, policy_name, until).result()


def replay_orders(
    rows: Iterable[OrderRecord | RowError], *, policy_name: str, until: datetime, workers: int
) -> dict[str, Any]:
    """The contract's answer for an order file: the sum over its orders."""
    rejected: list[RowError] = []
    total: Tally = defaultdict(Counter)
    with rehearsal_workers(workers) as pool:
        chunks = _chunks(_good(rows, rejected))
        for result in [pool.submit(tally_orders, chunk, policy_name, until) for chunk in chunks]:
            for name, counter in result.result().items():
                total[name] += counter
    return summarise(total) | {"rejected": [error.as_json() for error in rejected]}


def _good(rows: Iterable[OrderRecord | RowError], rejected: list[RowError]) -> Iterator[OrderRecord]:
    for row in rows:
        if isinstance(row, RowError):
            rejected.append(row)
        else:
            yield row


def _chunks(records: Iterator[OrderRecord]) -> Iterator[list[OrderRecord]]:
    while chunk := list(islice(records, CHUNK)):
        yield chunk


def summarise(total: Tally) -> dict[str, Any]:
    """The sum as the contract writes it."""
    milestones: dict[str, dict[str, int]] = {}
    for (kind, outcome), count in sorted(total["milestones"].items()):
        milestones.setdefault(kind, {"fired": 0, "cancelled": 0, "pending": 0})[outcome] = count
    return {
        "orders": sum(total["states"].values()),
        "states": {"order": {state: count for (state,), count in sorted(total["states"].items())}},
        "milestones": milestones,
        "messages": {purpose: count for (purpose,), count in sorted(total["messages"].items())},
        "violations": {rule: count for (rule,), count in sorted(total["violations"].items())},
    }
