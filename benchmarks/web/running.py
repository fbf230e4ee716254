"""`make bench-web`: the pages of the day at a million orders and at ten thousand, and the stock Django admin's."""

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import environ
import psycopg

from benchmarks.processes import BASE
from benchmarks.processes import run as run_to_end
from benchmarks.reporting import Results, Target
from benchmarks.serving import durable_postgresql

OURS = ("today", "orders", "search", "order")
MOST_MS, MOST_GROWTH = 50, 3
TARGETS = {
    "orders.stock_over_ours": Target(10),
    "search.stock_over_ours": Target(10),
    "growth.1M_over_10k": Target(MOST_GROWTH, is_ceiling=True),
    **{f"p95_cpu_ms.{name}": Target(MOST_MS, is_ceiling=True) for name in OURS},
    **{f"p95_ms.{name}": Target(MOST_MS, is_ceiling=True) for name in OURS},
}
NOTES = [
    "server time of one process, from the request to the last byte, through the WSGI handler",
    "by the clock (ms), and the CPU time of that process and of its PostgreSQL process (cpu_ms), which other work on"
    " the machine stretches less; growth is of CPU time, the ratios to the stock admin are of the clock's: PostgreSQL"
    " counts all orders for it in several processes",
    "growth is that of p95 from the small to the large database, of the page where it is most",
]
CLOCK, CPU = 0, 1
Times = dict[str, list[tuple[float, float]]]  # of each page, by the clock and of CPU


@dataclass(frozen=True, slots=True)
class Sizes:
    """Orders in the two databases, turns through our pages, and through the stock admin's."""

    small: int
    large: int
    turns: int
    stock_turns: int


FULL = Sizes(10_000, 1_000_000, 30, 3)
QUICK = Sizes(600, 1200, 2, 1)


def main(*, quick: bool) -> Results:
    """Start PostgreSQL, fill two databases, and ask for the pages of each in turn."""
    sizes = QUICK if quick else FULL
    if url := os.environ.get("WEB_DATABASES"):  # a server whose databases `small` and `large` are there from before
        with tempfile.TemporaryDirectory(prefix="prazo-bench-") as folder:
            return _compare(url, folder, sizes)
    with durable_postgresql() as url, tempfile.TemporaryDirectory(prefix="prazo-bench-") as folder:
        for name, count in (("small", sizes.small), ("large", sizes.large)):
            _fill(url, name, count, folder)
        return _compare(url, folder, sizes)


def _compare(url: str, folder: str, sizes: Sizes) -> Results:
    small = _measure(_environment(url, "small", folder), sizes)
    large = _measure(_environment(url, "large", folder), sizes)
    return report(small, large, sizes)


def _fill(url: str, name: str, count: int, folder: str) -> None:
    host = environ.Env.db_url_config(url)["HOST"]
    with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    environment = _environment(url, name, folder)
    run_to_end([sys.executable, str(BASE / "manage.py"), "migrate", "--verbosity", "0"], environment=environment)
    run_to_end([sys.executable, "-m", "benchmarks.web.generating", str(count)], environment=environment)


def _environment(url: str, name: str, folder: str) -> dict[str, str]:
    settings = {"DJANGO_SETTINGS_MODULE": "benchmarks.web.settings", "PRAZO_DATA": str(Path(folder, "data"))}
    settings |= {"DATABASE_URL": f"{url.removesuffix('/postgres')}/{name}", "LOG_LEVEL": "ERROR", "DEBUG": "0"}
    return os.environ | settings


def _measure(environment: dict[str, str], sizes: Sizes) -> Times:
    command = [sys.executable, "-m", "benchmarks.web.measuring", str(sizes.turns), str(sizes.stock_turns)]
    found: Times = json.loads(run_to_end(command, environment=environment))
    return found


def report(small: Times, large: Times, sizes: Sizes) -> Results:
    """The contract's ratios: medians against the stock admin's, p95 of all that a page was asked for."""
    results = Results("web", runs=sizes.turns, targets=TARGETS)
    results.sizes = {"small": sizes.small, "large": sizes.large}
    searched = [name for name in large if name.startswith("stock.search.")]
    ours = [name.removeprefix("stock.") for name in searched]
    for name, page in (("stock", "stock.list"), ("bare_stock", "stock.bare_list")):
        results.ratios[f"orders.{name}_over_ours"] = _typical(large, page) / _typical(large, "orders.first")
    theirs, own = (median(_typical(large, name) for name in names) for names in (searched, ours))
    results.ratios["search.stock_over_ours"] = theirs / own
    for page in OURS:
        results.ratios[f"p95_ms.{page}"] = p95(_of(large, page, CLOCK))
        results.ratios[f"p95_cpu_ms.{page}"] = p95(_of(large, page, CPU))
    growths = {page: p95(_of(large, page, CPU)) / p95(_of(small, page, CPU)) for page in OURS}
    results.ratios |= {f"growth.{page}": growth for page, growth in growths.items()}
    results.ratios["growth.1M_over_10k"] = max(growths.values())
    for name in large:
        for kind, which in (("ms", CLOCK), ("cpu_ms", CPU)):
            results.figures[f"p50_{kind}.{name}"] = median(_of(large, name, which))
            results.figures[f"p95_{kind}.{name}"] = p95(_of(large, name, which))
        results.figures[f"p50_cpu_ms_small.{name}"] = median(_of(small, name, CPU))
    results.figures["load_average"] = os.getloadavg()[0]
    results.notes += NOTES
    return results


def _of(times: Times, page: str, which: int) -> list[float]:
    """All that counts for a page, or for one kind of it, whatever it was asked for."""
    return [took[which] for name, found in times.items() if f"{name}.".startswith(f"{page}.") for took in found]


def _typical(times: Times, page: str) -> float:
    return median(_of(times, page, CLOCK))


def p95(times: list[float]) -> float:
    """The time within which 19 of 20 were answered."""
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]
