"""Processes that a test looks at from outside."""

import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

END_SECONDS = 120.0


def children_of(pid: int) -> list[int]:
    """The processes that this one has started and that live (Linux)."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def wait_until_gone(pids: Iterable[int]) -> None:
    """Return when none of these runs; one that is killed takes its turn to end. Raises AssertionError."""
    deadline = time.monotonic() + END_SECONDS
    while left := [pid for pid in pids if _runs(pid)]:
        assert time.monotonic() < deadline, f"killed, and still there: {left}"
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False
