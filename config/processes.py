"""A tree of processes that lives and dies as one: started, restarted and stopped together, none left behind.

Each child leads a process group, so that its own children end with it, and has its own log file. A polite
stop (Ctrl-C, SIGTERM, SIGHUP) is SIGTERM, a grace period, SIGKILL. A kill -9 of the parent is covered twice:
Linux itself signals each child (PR_SET_PDEATHSIG), and `config.watching` ends the groups on any system.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from config import watching

RESTART_DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds; a child that dies once more after the last is given up
STEADY_SECONDS = 30.0  # a child that lived this long has its earlier deaths forgotten
GRACE_SECONDS = 8.0  # between SIGTERM and SIGKILL
TICK_SECONDS = 0.1
SHOWN_LINES = 20
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


class Stopped(Exception):
    """The tree was asked to stop by a signal, or by its parent's end."""


class ChildFailedError(Exception):
    """A child could not be kept alive; the message ends with the last lines of its log."""


@dataclass(frozen=True)
class Program:
    """What to run: `name` also names its log file."""

    name: str
    command: Sequence[str]


@dataclass
class Child:
    """One program under care: its running process, or when to start it again."""

    program: Program
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0  # monotonic seconds
    restart_at: float = 0.0  # monotonic seconds, when not running
    deaths: int = 0

    def is_running(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None

    def last_lines(self) -> str:
        """The end of its log, for a person to read."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-SHOWN_LINES:])


@dataclass
class Tree:
    """The children of this process, as a context manager for the main thread: leaving it stops them all.

    `environment` and `directory` are those of every child; `report` takes a line for the person who watches.
    With `parent` (a process id) the tree also stops when that is no longer this process's parent.
    """

    environment: Mapping[str, str]
    directory: Path
    log_dir: Path
    report: Callable[[str], None]
    parent: int | None = None
    children: list[Child] = field(default_factory=list)
    signals: int = 0

    def __enter__(self) -> Self:
        self.log_dir.mkdir(parents=True, exist_ok=True)
        self.handlers = {number: signal.getsignal(number) for number in STOP_SIGNALS}
        for number, handler in self.handlers.items():
            # nohup ignores SIGHUP, and so do we; but SIGINT, which shells ignore for background jobs, counts.
            if number != signal.SIGHUP or handler != signal.SIG_IGN:
                signal.signal(number, self._count_signal)
        reader, self.watcher_pipe = os.pipe()
        # By path, not -m: the watcher must not load Django.
        self.watcher = subprocess.Popen(  # noqa: S603
            [sys.executable, "-E", watching.__file__], stdin=reader, start_new_session=True
        )
        os.close(reader)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        deadline, signals = time.monotonic() + GRACE_SECONDS, self.signals
        for child in reversed(self.children):  # what the others lean on was started first
            if child.process is None:
                continue
            child.process.terminate()
            while child.is_running() and time.monotonic() < deadline and self.signals == signals:
                time.sleep(TICK_SECONDS)  # until a second Ctrl-C
            self._bury(child.process)
        os.close(self.watcher_pipe)
        self.watcher.wait()
        for number, handler in self.handlers.items():
            signal.signal(number, handler)

    def _count_signal(self, number: int, frame: FrameType | None) -> None:
        self.signals += 1

    def start(self, program: Program) -> Child:
        """Start a program and keep it alive from now on."""
        child = Child(program, self.log_dir / f"{program.name}.log")
        child.log.write_bytes(b"")
        self.children.append(child)
        self._spawn(child)
        return child

    def run(self, program: Program) -> None:
        """Run a program to its end. Raises ChildFailedError when it fails, Stopped when asked to stop."""
        child = self.start(program)
        while child.is_running():
            self.pause()
        self.children.remove(child)
        if child.process is not None and self._bury(child.process) != 0:
            raise ChildFailedError(f"{program.name} failed:\n{child.last_lines()}")

    def pause(self) -> None:
        """Wait a moment. Raises Stopped when the tree was asked to stop."""
        time.sleep(TICK_SECONDS)
        if self.signals or (self.parent is not None and os.getppid() != self.parent):
            raise Stopped

    def tend(self) -> None:
        """Start again what died. Raises ChildFailedError for a child that keeps dying."""
        for child in self.children:
            if child.process is None:
                if time.monotonic() >= child.restart_at:
                    self._spawn(child)
            elif not child.is_running():
                self._note_death(child, self._bury(child.process))

    def _spawn(self, child: Child) -> None:
        with child.log.open("ab") as log:
            child.process = subprocess.Popen(  # noqa: S603
                child.program.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.directory,
                env=self.environment,
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),  # safe: this process has one thread
            )
        child.started_at = time.monotonic()
        self._tell_watcher("start", child.process.pid)

    def _note_death(self, child: Child, exit_code: int) -> None:
        now, name = time.monotonic(), child.program.name
        child.process = None
        child.deaths = 1 if now - child.started_at >= STEADY_SECONDS else child.deaths + 1
        if child.deaths > len(RESTART_DELAYS):
            raise ChildFailedError(f"{name} keeps ending, see {child.log}:\n{child.last_lines()}")
        delay = RESTART_DELAYS[child.deaths - 1]
        child.restart_at = now + delay
        self.report(f"{name} ended ({exit_code}), starts again in {delay} s; see {child.log}")

    def _bury(self, process: subprocess.Popen[bytes]) -> int:
        """End what is left of a child's group, reap the child, and take it off the watcher's list."""
        watching.signal_groups([process.pid], signal.SIGKILL)
        self._tell_watcher("end", process.pid)
        return process.wait()

    def _tell_watcher(self, word: str, group: int) -> None:
        with suppress(BrokenPipeError):  # the watcher was killed: Linux's death signal is left
            os.write(self.watcher_pipe, f"{word} {group}\n".encode())


def die_with(parent: int) -> Callable[[], None] | None:
    """For Popen's preexec_fn: has Linux send SIGTERM to the child when the thread that starts it ends."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up here: between fork and exec, only plain calls are safe

    def set_death_signal() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before the call above
            os.kill(os.getpid(), signal.SIGTERM)

    return set_death_signal
