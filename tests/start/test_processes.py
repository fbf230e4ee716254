"""The tree of processes: what starts, restarts and ends, with small real programs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config import processes
from config.processes import ChildFailedError, Program, Stopped, Tree

SLEEP = "import time; time.sleep(600)"
# A tree with one child that has a child itself; prints the group of the child.
PARENT = f"""
import os, sys
from pathlib import Path
from config.processes import Program, Tree
stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
code = f"import subprocess; subprocess.Popen({{[sys.executable, '-c', stubborn]!r}}); {SLEEP}"
with Tree(dict(os.environ), Path.cwd(), Path(sys.argv[1]), print) as tree:
    print(tree.start(Program("child", [sys.executable, "-c", code])).process.pid, flush=True)
    while True:
        tree.pause()
"""


@pytest.fixture
def lines() -> list[str]:
    """What the tree reported."""
    return []


@pytest.fixture
def tree(tmp_path: Path, lines: list[str]) -> Iterator[Tree]:
    """A tree in this process. Under nohup the signal is ignored, and a tree leaves it so."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    with Tree(dict(os.environ), tmp_path, tmp_path / "logs", lines.append) as tree:
        yield tree
    signal.signal(signal.SIGHUP, before)


def program(code: str, name: str = "child") -> Program:
    """A program of one line of Python."""
    return Program(name, [sys.executable, "-c", code])


def wait_until(condition: Callable[[], bool], *, seconds: float = 120) -> None:
    """Poll until it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def tend_for_ever(tree: Tree) -> None:
    """As the demo does."""
    while True:
        tree.tend()


def living(group: int) -> list[str]:
    """The processes of a group that are not zombies."""
    listing = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True)
    rows = (line.split(maxsplit=2) for line in listing.stdout.splitlines())
    return [row[2] for row in rows if row[0] == str(group) and not row[1].startswith("Z")]


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of its own with a tree."""
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def read_group(process: subprocess.Popen[str]) -> int:
    """The group of the parent's child, once its own child runs too."""
    assert process.stdout is not None
    group = int(process.stdout.readline())
    wait_until(lambda: len(living(group)) == 2)
    return group


def test_child_starts_again_when_it_dies(tree: Tree, lines: list[str]) -> None:
    child = tree.start(program(SLEEP))
    assert child.process is not None
    first = child.process.pid
    os.kill(first, signal.SIGKILL)

    def runs_again() -> bool:
        tree.tend()
        return child.is_running() and child.process is not None and child.process.pid != first

    wait_until(runs_again)
    assert lines == [f"child ended (-9), starts again in 0.5 s; see {child.log}"]


def test_tree_gives_up_with_the_last_lines_when_a_child_keeps_dying(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "RESTART_DELAYS", (0.0, 0.0))
    child = tree.start(program("raise SystemExit('no such database')"))
    with pytest.raises(ChildFailedError, match=r"(?s)child keeps ending.*no such database"):
        tend_for_ever(tree)
    assert child.log.read_text() == "no such database\n" * 3


def test_step_that_fails_is_an_error_with_its_last_lines(tree: Tree) -> None:
    tree.run(program("print('fine')"))
    with pytest.raises(ChildFailedError, match="migrate failed:\nbroken"):
        tree.run(program("raise SystemExit('broken')", "migrate"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_tree_asks_to_stop_when_signalled(tree: Tree, number: signal.Signals) -> None:
    tree.pause()
    os.kill(os.getpid(), number)
    with pytest.raises(Stopped):
        tree.pause()


def test_tree_asks_to_stop_when_its_parent_is_gone(tree: Tree) -> None:
    tree.parent = 1 if os.getppid() != 1 else 2
    with pytest.raises(Stopped):
        tree.pause()


def test_grandchildren_end_when_the_tree_stops(parent: subprocess.Popen[str]) -> None:
    group = read_group(parent)
    parent.send_signal(signal.SIGINT)
    parent.wait(120)
    wait_until(lambda: living(group) == [])  # what was killed takes its turn to end


@pytest.mark.slow
def test_grandchildren_end_when_the_tree_is_killed(parent: subprocess.Popen[str]) -> None:
    group = read_group(parent)
    parent.kill()
    wait_until(lambda: living(group) == [])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals the children of the dead")
def test_child_ends_when_the_tree_and_its_watcher_are_killed(parent: subprocess.Popen[str]) -> None:
    group = read_group(parent)
    watchers = subprocess.run(
        ["ps", "--ppid", str(parent.pid), "-o", "pid=,args="], capture_output=True, text=True, check=True
    )
    (watcher,) = [line.split()[0] for line in watchers.stdout.splitlines() if "watching.py" in line]
    os.kill(int(watcher), signal.SIGKILL)
    parent.kill()
    wait_until(lambda: len(living(group)) == 1)  # its own child, which ignores SIGTERM, is left
    os.killpg(group, signal.SIGKILL)
