"""One race: so many rows are due, somebody works on them, and we count what is done, by the clock and by the CPU."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.processes import cpu_seconds

LOOK = 0.1  # seconds between two looks
PATIENCE = 60.0  # seconds until the first row is done: django-q2 looks at its schedules twice a minute


@dataclass(frozen=True, slots=True)
class Pace:
    """What was done in how many seconds: of the clock, and of all CPUs, the database's included."""

    done: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Rows to a second."""
        return self.done / self.seconds if self.done > 0 else 0.0

    @property
    def cpu_rate(self) -> float:
        """Rows to a second of CPU: what does not change when somebody else uses the machine."""
        return self.done / self.cpu if self.cpu else 0.0


def race(
    count: Callable[[], int], *, total: int, limit: float, charged: list[int], nudge: Callable[[], None] = lambda: None
) -> Pace:
    """Watch from the first row that is done until all are, or `limit` seconds are over; `count` says how many are done.

    What it takes to begin counts for nobody. `charged` are the processes whose CPU time counts. `nudge` is called
    every second: what a clock process would do.
    """
    first = _watch(count, 1, PATIENCE, nudge)
    began, used = time.monotonic(), cpu_seconds(*charged)
    done = _watch(count, total, limit, nudge)
    return Pace(done - first, time.monotonic() - began, cpu_seconds(*charged) - used)


def _watch(count: Callable[[], int], wanted: int, limit: float, nudge: Callable[[], None]) -> int:
    began, nudged = time.monotonic(), 0.0
    while (done := count()) < wanted and time.monotonic() - began < limit:
        if time.monotonic() - nudged >= 1:
            nudge()
            nudged = time.monotonic()
        time.sleep(LOOK)
    return done
