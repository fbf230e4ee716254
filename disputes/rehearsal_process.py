"""A rehearsal's own process, with a database in its memory, which whoever started it may end at any moment.

A worker of Celery may have no children of its own making, and a rehearsal in the live database would hold its writer.
The two speak in pickles over the child's standard input and output: one request, one answer.
"""

import os
import pickle
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command

from disputes.rehearsing import RuleSet, count_answer, rehearse
from orders.events import Event
from orders.records import OrderRecord

START = "import django; django.setup(); from disputes.rehearsal_process import serve; serve()"
PATIENCE = 120  # seconds for one request: then the process is taken for stuck

Played = tuple[OrderRecord, Sequence[Event]]
Sums = dict[str, Counter[tuple[str, ...]]]


class RehearsalBroke(Exception):
    """The process ended, or was ended, before it answered."""


@dataclass(frozen=True)
class Request:
    """Orders with what happened to them, each to be played through every set of rules until `until` (UTC)."""

    orders: list[Played]
    rules: list[RuleSet]
    until: datetime
    in_full: bool = False  # the whole answer for each order, too


@dataclass
class Answer:
    """For each set of rules the sums over the orders, the answers in full where asked for, and what went wrong."""

    sums: list[Sums]
    answers: list[list[dict[str, Any]]]
    broken: list[tuple[str, str]]


def serve() -> None:
    """In the process: answer requests until there are no more."""
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # whatever else prints
    call_command("migrate", verbosity=0)
    while True:
        try:
            request = pickle.load(sys.stdin.buffer)  # noqa: S301  of our own other half
        except EOFError:
            return
        pickle.dump(play(request), answers)
        answers.flush()


def play(request: Request) -> Answer:
    """Play the orders through; one that breaks is kept by its number and error, and counts nowhere."""
    answer = Answer([defaultdict(Counter) for _ in request.rules], [[] for _ in request.rules], [])
    for record, events in request.orders:
        try:
            results = [rehearse(record, events, rules=rules, until=request.until) for rules in request.rules]
        except Exception as error:
            answer.broken.append((record.order_number, f"{type(error).__name__}: {error}"))
            continue
        for number, result in enumerate(results):
            for name, counter in count_answer(result).items():
                answer.sums[number][name] += counter
            if request.in_full:
                answer.answers[number].append(result)
    return answer


class Child:
    """The other half: asks, and waits for the answer."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process

    def ask(self, request: Request) -> Answer:
        """The answer. Raises RehearsalBroke."""
        assert self.process.stdin  # noqa: S101  both are pipes
        assert self.process.stdout  # noqa: S101
        watchdog = threading.Timer(PATIENCE, self.process.kill)
        watchdog.start()
        try:
            pickle.dump(request, self.process.stdin)
            self.process.stdin.flush()
            answer: Answer = pickle.load(self.process.stdout)  # noqa: S301  of our own other half
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise RehearsalBroke("the rehearsal's process ended before it answered") from error
        finally:
            watchdog.cancel()
        return answer


@contextmanager
def rehearsal_child() -> Iterator[Child]:
    """A process that is gone when the block is left, whatever it was doing."""
    process = subprocess.Popen(  # noqa: S603  our own interpreter and module
        [sys.executable, "-c", START],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": "sqlite://:memory:"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Child(process)
    finally:
        process.kill()
        process.communicate()
