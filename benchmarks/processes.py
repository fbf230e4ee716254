"""Processes that a benchmark starts, stops and charges: the CPU seconds of a whole tree, wherever they were spent."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from config.processes import die_with

BASE = Path(__file__).resolve().parents[1]
# The peers' own Python, in which Prazo is not installed.
PEERS_PYTHON = Path(os.environ.get("BENCHMARK_PEERS", BASE / "benchmarks" / ".venv" / "bin" / "python"))
NO_PEERS = "the peers are not installed: run it through make"
TICKS = os.sysconf("SC_CLK_TCK")  # to a second


@contextmanager
def running(
    *commands: Sequence[str], environment: Mapping[str, str], log: Path
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The commands as process groups of their own, which are ended with all that they started."""
    with log.open("ab") as stream:
        processes = [
            subprocess.Popen(
                command,
                cwd=BASE,
                env=dict(environment),
                stdout=stream,
                stderr=stream,
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),
            )
            for command in commands
        ]
    try:
        yield processes
    finally:
        for process in processes:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(8)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def run(command: Sequence[str], *, environment: Mapping[str, str]) -> str:
    """What the command prints. Raises RuntimeError with its own words when it fails."""
    done = subprocess.run(command, cwd=BASE, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return done.stdout


def cpu_seconds(*roots: int) -> float:
    """What the processes and all below them have used so far, those that have ended included."""
    stats = dict(_stats())
    children: dict[int, list[int]] = {}
    for pid, (parent, _used) in stats.items():
        children.setdefault(parent, []).append(pid)
    waiting, total = list(roots), 0.0
    while waiting:
        pid = waiting.pop()
        if pid in stats:
            total += stats[pid][1]
            waiting += children.get(pid, [])
    return total


def _stats() -> Iterator[tuple[int, tuple[int, float]]]:
    """Every process: its parent, and its CPU seconds with those of the children that it has buried."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                yield int(folder.name), (int(fields[1]), sum(map(int, fields[11:15])) / TICKS)
