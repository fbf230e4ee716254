"""`python -m benchmarks.bundle [--sizes S,M,L] [--runs 3]`: every program on the same cases, in turns.

CPU seconds (user and system, of all processes) are what counts: the least of the runs. Writes results/bundle.json.
"""

import argparse
import json
import os
import pickle
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.bundle.lightly import set_up
from benchmarks.bundle.measuring import Measured, measure

os.environ.setdefault("BENCH_MEDIA", "")
set_up()

from benchmarks.bundle.generating import SIZES, Size, generate, one_more  # noqa: E402  after the settings
from benchmarks.bundle.peers import write_html, write_parts  # noqa: E402
from evidence.bundling.caching import Cache  # noqa: E402
from evidence.bundling.cases import CaseFile  # noqa: E402
from evidence.bundling.pages import Shown  # noqa: E402
from evidence.bundling.preparing import AS_IT_CAME, Workshop, open_bench  # noqa: E402
from evidence.recipients import find_recipient  # noqa: E402

RESULTS = Path(__file__).resolve().parents[1] / "results" / "bundle.json"
BASE_DIR = Path(__file__).resolve().parents[2]
MANY = (Size("N100", 90, 10, 200, (1200, 1600), 1), Size("N1000", 900, 100, 200, (1200, 1600), 1))
FREE_BYTES = 600_000  # that a bundle may take beside its originals, for T8
CHROMIUM_SIZES = {"S", "M"}


@dataclass
class Bench:
    """One size: its case, and every run of every program."""

    size: Size
    folder: Path
    case: CaseFile
    plus: CaseFile
    runs: dict[str, list[Measured]] = field(default_factory=dict)
    notes: dict[str, dict[str, Any]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def run(self, name: str, *command: str | Path, **environment: str) -> Measured:
        """Measure a program, and keep the figures where it ended well."""
        measured = measure(command, {**os.environ, "PYTHONPATH": str(BASE_DIR), **environment})
        if measured.code == 0:
            self.runs.setdefault(name, []).append(measured)
        else:
            last = (measured.said.strip().splitlines() or [""])[-1][:160]
            self.reasons[name] = (
                f"ended with {measured.code} after {measured.wall:.0f} s and {measured.rss:.0f} MB: {last}"
            )
        return measured

    def ours(self, name: str, case: str, media: Path, seed: str = "0") -> dict[str, Any]:
        """One export by Prazo."""
        note = self.folder / f"{name}.json"
        module = "benchmarks.bundle.ours"
        command = (sys.executable, "-m", module, self.folder / case, note)
        self.run(name, *command, BENCH_MEDIA=str(media), PYTHONHASHSEED=seed)
        told: dict[str, Any] = json.loads(note.read_text())
        self.notes[name] = told
        return told

    def least(self, name: str) -> Measured | None:
        """The run with the least CPU seconds; memory is the most of all runs."""
        runs = self.runs.get(name)
        if not runs:
            return None
        return replace(min(runs, key=lambda run: run.cpu), rss=max(run.rss for run in runs))


@contextmanager
def fresh(parent: Path) -> Iterator[Path]:
    """An empty folder, gone afterwards."""
    with TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)


def prepare(size: Size, inputs: Path, folder: Path) -> Bench:
    """The case, and what the other programs need of it; not measured."""
    folder.mkdir()
    case = generate(size, inputs)
    bench = Bench(size, folder, case, one_more(case, size, inputs))
    (folder / "case").write_bytes(pickle.dumps(case))
    (folder / "plus").write_bytes(pickle.dumps(bench.plus))
    return bench


def ready_for_peers(bench: Bench) -> None:
    """The same bundle as HTML and as parts to be joined."""
    work = bench.folder / "work"
    work.mkdir()
    with open_bench(work) as shop:
        workshop = Workshop(Cache(work / "cache"), shop)
        prepared = {exhibit.mark: workshop.prepare(exhibit, AS_IT_CAME) for exhibit in bench.case.exhibits}
    shown = {mark: Shown(part.pages, part.sha256, part.problem) for mark, part in prepared.items()}
    write_html(bench.case, shown, find_recipient("archive"), bench.folder / "all.html")
    parts = bench.folder / "parts"
    parts.mkdir()
    write_parts(prepared, parts)
    shutil.rmtree(work)


def take_turns(bench: Bench, runs: int, peers: set[str]) -> None:
    """Every program once, and again."""
    out = bench.folder / "out.pdf"
    for turn in range(runs):
        with fresh(bench.folder) as media:
            bench.ours("cold", "case", media)
            command = (
                sys.executable,
                "-m",
                "benchmarks.bundle.again",
                bench.folder / "case",
                bench.folder / "cold.json",
            )
            bench.run("unchanged", *command, BENCH_MEDIA=str(media))
            texts = sorted((media / "cache" / "texts").glob("*/*/*.pdf"))
            parts = [*texts, *sorted((bench.folder / "parts").glob("*.pdf"))]
            if "qpdf" in peers:
                bench.run("qpdf", "qpdf", "--empty", "--pages", *parts, "--", out)
            bench.ours("one more", "plus", media)
        if "weasyprint" in peers:
            module = "benchmarks.bundle.all_weasyprint"
            bench.run("weasyprint", sys.executable, "-m", module, bench.folder / "all.html", out)
        if "chromium" in peers and turn == 0 and bench.size.name in CHROMIUM_SIZES:
            print_by_chromium(bench, out)
        out.unlink(missing_ok=True)


def print_by_chromium(bench: Bench, out: Path) -> None:
    """Photos as they came; papers are left out, which Chromium cannot show on a page."""
    browser = next((found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), None)
    if browser is None:
        bench.reasons["chromium"] = "not on this machine"
        return
    profile = bench.folder / "profile"
    options = ("--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", f"--print-to-pdf={out}")
    measured = bench.run("chromium", browser, *options, (bench.folder / "all.html").as_uri())
    if measured.code == 0 and not out.exists():
        bench.runs.pop("chromium")
        bench.reasons["chromium"] = f"its renderer crashed after {measured.wall:.0f} s and {measured.rss:.0f} MB"
    shutil.rmtree(profile, ignore_errors=True)


def same_bytes(bench: Bench) -> bool:
    """T12: cold in another folder with another hash seed, and cold against one exhibit added, byte for byte."""
    with fresh(bench.folder) as media:
        first = bench.ours("cold again", "case", media, seed="7")["sha256"]
    with fresh(bench.folder) as media:
        second = bench.ours("cold plus", "plus", media, seed="11")["sha256"]
    return bool(first == bench.notes["cold"]["sha256"] and second == bench.notes["one more"]["sha256"])


def ratios_of(bench: Bench) -> dict[str, float]:
    """What is over what, in CPU seconds."""
    name, ratios = bench.size.name, dict[str, float]()
    pairs = {"T1": ("cold", "weasyprint"), "T3": ("one more", "weasyprint"), "T4": ("unchanged", "qpdf")}
    for target, (ours, theirs) in pairs.items():
        a, b = bench.least(ours), bench.least(theirs)
        if a is not None and b is not None and not (target == "T4" and name == "S"):
            ratios[f"{target}.{name}"] = round(a.cpu / b.cpu, 3)
    if (cold := bench.least("cold")) is not None:
        ratios[f"T6.{name}"] = round(cold.rss, 1)
    return ratios


def bytes_over(bench: Bench) -> float:
    """T8: the bundle over its originals, without what it may take beside them."""
    originals = sum(exhibit.size for exhibit in bench.case.exhibits)
    return round((int(bench.notes["cold"]["size"]) - FREE_BYTES) / originals, 4)


def growth(folder: Path, inputs: Path) -> dict[str, float]:
    """T9: milliseconds an exhibit, from a hundred to a thousand."""
    costs = []
    for size in MANY:
        bench = prepare(size, inputs / "many", folder / size.name)
        take_turns(bench, 1, set())
        costs.append(bench)
        shutil.rmtree(bench.folder)
    few, many = costs
    count = len(many.case.exhibits) - len(few.case.exhibits)
    return {
        f"T9.{name}_ms": _grown(few, many, run, count) for name, run in (("cold", "cold"), ("unchanged", "unchanged"))
    }


def _grown(few: Bench, many: Bench, run: str, count: int) -> float:
    first, last = few.least(run), many.least(run)
    return round((last.cpu - first.cpu) / count * 1000, 2) if first and last else -1.0


def long_timeline(folder: Path, runs: int) -> dict[str, float]:
    """T10: two thousand rows, ours against a table whose columns the renderer has to work out."""
    folder.mkdir()
    bench = Bench(SIZES["S"], folder, *[None, None])  # type: ignore[arg-type]
    for _turn in range(runs):
        for how in ("ours", "auto"):
            with fresh(folder) as place:
                command = (sys.executable, "-m", "benchmarks.bundle.timeline", "2000", how, place)
                bench.run(how, *command, BENCH_MEDIA=str(place))
    ours, auto = bench.least("ours"), bench.least("auto")
    if ours is None or auto is None:
        return {}
    return {"T10": round(ours.cpu / auto.cpu, 3), "T10.rss_mb": round(ours.rss, 1), "T10.ours_s": round(ours.cpu, 2)}


def tell(line: str) -> None:
    """For the reader, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def show(bench: Bench) -> None:
    """One size's table."""
    originals = sum(exhibit.size for exhibit in bench.case.exhibits) / 1e6
    pages = bench.notes["cold"]["pages"]
    tell(f"\n{bench.size.name}: {len(bench.case.exhibits)} exhibits, {originals:.1f} MB, {pages} pages")
    tell(f"  {'':12} {'CPU s':>8} {'wall s':>8} {'RSS MB':>8}  runs")
    for name in bench.runs:
        run = bench.least(name)
        if run is not None:
            tell(f"  {name:12} {run.cpu:8.2f} {run.wall:8.2f} {run.rss:8.0f}  {len(bench.runs[name])}")
    for name, reason in bench.reasons.items():
        tell(f"  {name:12} could not be run: {reason}")


def figures_of(bench: Bench) -> dict[str, Any]:
    """Absolute figures, for the reader."""
    figures: dict[str, Any] = {f"{bench.size.name}.{name}": reason for name, reason in bench.reasons.items()}
    for name in bench.runs:
        run = bench.least(name)
        if run is not None:
            key = f"{bench.size.name}.{name.replace(' ', '_')}"
            figures |= {
                f"{key}.cpu_s": round(run.cpu, 2),
                f"{key}.wall_s": round(run.wall, 2),
                f"{key}.rss_mb": round(run.rss),
            }
    return figures | {f"{bench.size.name}.bytes": bench.notes["cold"]["size"]}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="S,M,L")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", default="weasyprint,qpdf,chromium")
    parser.add_argument("--without", default="", help="leave out T9 or T10")
    parser.add_argument("--inputs", type=Path, help="a folder for the generated files, kept for the next time")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="prazo-bench-") as name:
        folder = Path(name)
        report = run_all(options, folder, options.inputs or folder / "inputs")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=1) + "\n")
    tell("\n" + "\n".join(f"{name:18} {value}" for name, value in report["ratios"].items()))


def run_all(options: argparse.Namespace, folder: Path, inputs: Path) -> dict[str, Any]:
    """Every size, and the figures that have none."""
    ratios, figures, holds, largest = dict[str, float](), dict[str, Any](), True, 0.0
    for name in options.sizes.split(","):
        bench = prepare(SIZES[name], inputs, folder / name)
        ready_for_peers(bench)
        take_turns(bench, options.runs if name != "L" else min(options.runs, 1), set(options.peers.split(",")))
        holds &= same_bytes(bench)
        show(bench)
        ratios |= ratios_of(bench)
        figures |= figures_of(bench)
        largest = max(largest, bytes_over(bench))
        shutil.rmtree(bench.folder)
    ratios |= {"T8": largest, "T12": int(holds)}
    if "T9" not in options.without:
        ratios |= growth(folder, inputs)
    if "T10" not in options.without:
        ratios |= long_timeline(folder / "timeline", min(options.runs, 1))
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": round(os.getloadavg()[0], 1)}
    return {"machine": machine, "runs": options.runs, "figures": figures, "ratios": dict(sorted(ratios.items()))}


if __name__ == "__main__":
    main()
