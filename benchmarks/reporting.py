"""What a benchmark hands back: machine, figures, ratios, the peers that could not be run; as a table and as JSON."""

import json
import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Target:
    """What a ratio has to reach: at least `bound`, or at most where less is better."""

    bound: float
    is_ceiling: bool = False

    def holds(self, value: float) -> bool:
        """Whether the value reaches it."""
        return value <= self.bound if self.is_ceiling else value >= self.bound

    def __str__(self) -> str:
        return f"{'≤' if self.is_ceiling else '≥'} {self.bound:g}"


@dataclass
class Results:
    """The answer of one benchmark, in the contract's form.

    `figures` are absolute, each named with its unit; of `ratios` the name says what is over what. `not_run` names a
    peer that could not be run, with the reason; `notes` say what a reader has to know of a figure.
    """

    name: str
    runs: int
    targets: dict[str, Target] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The contract's form."""
        return {
            "benchmark": self.name,
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "machine": describe_machine(),
            "runs": self.runs,
            "sizes": self.sizes,
            "figures": {name: shorten(value) for name, value in self.figures.items()},
            "ratios": {name: shorten(value) for name, value in self.ratios.items()},
            "targets": {name: str(target) for name, target in self.targets.items()},
            "missed": self.missed(),
            "not_run": self.not_run,
            "notes": self.notes,
        }

    def missed(self) -> list[str]:
        """The ratios that were measured and do not reach their target."""
        return [name for name, target in self.targets.items() if name in self.ratios and not self._holds(name, target)]

    def _holds(self, name: str, target: Target) -> bool:
        return target.holds(self.ratios[name])

    def table(self) -> str:
        """What a person reads: ratios first, with their targets, then the figures."""
        machine = describe_machine()
        lines = [f"{self.name} · {machine['cpu']} · {machine['cores']} cores · Python {machine['python']}", ""]
        width = max(map(len, [*self.ratios, *self.figures, *self.not_run]), default=0)
        for name, value in self.ratios.items():
            target = self.targets.get(name)
            verdict = f"   {target}: {'holds' if target.holds(value) else 'MISSED'}" if target else ""
            lines.append(f"{name:<{width}}  {shorten(value):>14,}{verdict}")
        lines.append("")
        lines += [f"{name:<{width}}  {shorten(value):>14,}" for name, value in self.figures.items()]
        lines += [f"{name:<{width}}  not run: {reason}" for name, reason in self.not_run.items()]
        return "\n".join([*lines, *(f"  · {note}" for note in self.notes)])

    def keep(self, folder: Path = RESULTS) -> Path:
        """Write the JSON; gives its path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.json"
        path.write_text(json.dumps(self.as_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return path


def shorten(value: float) -> float:
    """Four digits that count: more would pretend to know what the next run contradicts."""
    return int(round(value, -2)) if abs(value) >= 100_000 else float(f"{value:.4g}")


def describe_machine() -> dict[str, Any]:
    """What the figures were measured on, without anything that names the machine."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "cpu": _cpu_name(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
