"""Ends the process groups of a parent that vanished without stopping them (kill -9), on any system.

Run as a script with a pipe as standard input: `start GROUP` and `end GROUP` lines keep the list of groups;
when the pipe closes, whatever is still on the list gets SIGTERM, and after a grace period SIGKILL. Standard
library only, so that it weighs little and starts at once.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_SECONDS = 5.0


def read_groups(lines: Iterable[str]) -> set[int]:
    """The groups still running when the lines end."""
    groups: set[int] = set()
    for line in lines:
        word, number = line.split()
        (groups.add if word == "start" else groups.discard)(int(number))
    return groups


def signal_groups(groups: Iterable[int], number: int) -> set[int]:
    """Send the signal to each group (0 only asks); returns the groups of which a process is left."""
    alive = set()
    for group in groups:
        try:
            os.killpg(group, number)
        except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
            continue
        alive.add(group)
    return alive


def end_groups(groups: Iterable[int]) -> None:
    """SIGTERM to all groups, and SIGKILL to those that still live when the grace period is over."""
    alive = signal_groups(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while alive and time.monotonic() < deadline:
        time.sleep(0.1)
        alive = signal_groups(alive, 0)
    signal_groups(alive, signal.SIGKILL)


if __name__ == "__main__":
    end_groups(read_groups(sys.stdin))
