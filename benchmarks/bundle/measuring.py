"""Running a command and measuring it: CPU seconds of it and its children, wall clock, memory of the whole tree."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = 0.02  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. `rss` is the sum over the tree at its highest, in MB; shared pages count in each process."""

    cpu: float
    wall: float
    rss: float
    code: int
    said: str


def measure(command: Sequence[str | Path], environment: Mapping[str, str], *, seconds: float = 900) -> Measured:
    """Run the command to its end, or kill it after so many seconds."""
    started = time.monotonic()
    process = subprocess.Popen(  # noqa: S603  our own commands
        command, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    watcher = Watcher(process.pid, seconds)
    watcher.start()
    assert process.stdout is not None  # noqa: S101
    said = process.stdout.read().decode(errors="replace")
    process.stdout.close()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    watcher.stop()
    return Measured(usage.ru_utime + usage.ru_stime, wall, watcher.peak / 1e6, process.returncode, said[-2000:])


class Watcher(threading.Thread):
    """Looks at the memory of a process and its children, and ends them when their time is over."""

    def __init__(self, pid: int, seconds: float) -> None:
        super().__init__(daemon=True)
        self.pid, self.end, self.peak = pid, time.monotonic() + seconds, 0
        self.stopped = threading.Event()

    def run(self) -> None:
        """Until it is stopped."""
        while not self.stopped.wait(TICK):
            self.peak = max(self.peak, sum(_resident(pid) for pid in _tree(self.pid)))
            if time.monotonic() > self.end:
                for pid in _tree(self.pid):
                    _kill(pid)

    def stop(self) -> None:
        """The process has ended."""
        self.stopped.set()
        self.join()


def _tree(root: int) -> list[int]:
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def _kill(pid: int) -> None:
    try:
        os.kill(pid, 9)
    except OSError:
        return
