"""`make bench-import`: an order file through `manage.py import_orders`, and the same rows by the peers."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import environ
import psycopg
from psycopg import sql

from benchmarks.bundle.measuring import Measured, measure
from benchmarks.importing.generating import write_orders
from benchmarks.processes import BASE, NO_PEERS, PEERS_PYTHON, cpu_seconds
from benchmarks.processes import run as run_to_end
from benchmarks.reporting import Results, Target
from benchmarks.serving import durable_postgresql

MANAGE = [sys.executable, str(BASE / "manage.py")]
REPLAYED = 4825  # orders in the file that the figure is about
TARGETS = {
    "rows.ours_over_import_export": Target(10),
    "rows.ours_over_import_export_bulk": Target(3),
    "rss.100k_over_10k": Target(1.25, is_ceiling=True),
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """Orders in each file: ours small and large, and those of the peers."""

    small: int
    large: int
    plain: int
    bulk: int
    copied: int
    runs: int


FULL = Sizes(10_000, 100_000, 2_000, 10_000, 10_000, 3)
QUICK = Sizes(60, 200, 40, 60, 60, 1)


@dataclass
class Ground:
    """The server, the folder for files, and the results so far."""

    host: str
    url: str
    folder: Path
    postmaster: int
    results: Results
    rates: dict[str, float] = field(default_factory=dict)
    cpu_rates: dict[str, float] = field(default_factory=dict)

    def file(self, count: int) -> Path:
        """An order file of that size."""
        path = self.folder / f"{count}.csv"
        if not path.exists():
            write_orders(path, count, now=datetime.now(UTC))
        return path

    def note(self, who: str, orders: int, took: Measured, server_cpu: float) -> None:
        """Keep the best rate of several runs. Raises RuntimeError when the run failed."""
        if took.code:
            raise RuntimeError(f"{who}: {took.said}")
        self.keep_best(who, orders / took.wall, orders / (took.cpu + server_cpu))

    def keep_best(self, who: str, rate: float, cpu_rate: float) -> None:
        """Keep the best of several runs: orders to a second of the clock, and of the CPUs."""
        self.rates[who] = max(self.rates.get(who, 0), rate)
        self.cpu_rates[who] = max(self.cpu_rates.get(who, 0), cpu_rate)


def main(*, quick: bool) -> Results:
    """Start PostgreSQL, and let everybody take files in by turns."""
    sizes = QUICK if quick else FULL
    with durable_postgresql() as url, tempfile.TemporaryDirectory(prefix="prazo-bench-") as name:
        host = environ.Env.db_url_config(url)["HOST"]
        postmaster = int(Path(host, "data", "postmaster.pid").read_text(encoding="utf-8").split()[0])
        results = Results("import", runs=sizes.runs, targets=TARGETS)
        results.sizes = {"ours": sizes.large, "import_export": sizes.plain, "import_export_bulk": sizes.bulk}
        ground = Ground(host, url, Path(name), postmaster, results)
        for run in range(sizes.runs):
            small = _take_ours(ground, sizes.small)
            _race_peers(ground, sizes, is_first=run == 0)
        large = _take_ours(ground, sizes.large, who="ours_100k")
        _compare(ground, small, large)
        _replay(ground)
    return results


def _take_ours(ground: Ground, count: int, *, who: str = "ours") -> Measured:
    """The command that a seller calls, its start included, on a database of its own."""
    with _database(ground, "ours"):
        environment = _our_environment(ground, "ours")
        run_to_end([*MANAGE, "migrate", "--verbosity", "0"], environment=environment)
        store = ["bench", "--policy", "aliexpress-br", "--owner", "bench@example.com"]
        run_to_end([*MANAGE, "create_store", *store], environment=environment)
        words = ["import_orders", str(ground.file(count)), "--store", "bench", "--timezone", "UTC"]
        used = cpu_seconds(ground.postmaster)
        took = measure([*MANAGE, *words], environment)
        ground.note(who, count, took, cpu_seconds(ground.postmaster) - used)
        _check(ground, count)
        if who == "ours":
            _copy_again(ground, count)
    return took


def _copy_again(ground: Ground, count: int) -> None:
    """The limit: the very rows of ours, ready and in one transaction, into the tables with their constraints."""
    with psycopg.connect(host=ground.host, user="postgres", dbname="ours") as connection:
        rows = _dump_full_tables(connection, count)
        ground.results.figures["rows_per_order.ours"] = sum(text.count(b"\n") for text in rows.values()) / count
        connection.execute("SET session_replication_role = replica")  # past the triggers that keep a timeline
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(map(sql.Identifier, rows))))
        connection.execute("SET session_replication_role = origin")
        connection.commit()
        connection.execute("CHECKPOINT")
        connection.commit()
        used, began = cpu_seconds(ground.postmaster, os.getpid()), time.monotonic()
        for table, text in rows.items():
            with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as target:
                target.write(text)
        connection.commit()
        wall, cpu = time.monotonic() - began, cpu_seconds(ground.postmaster, os.getpid()) - used
    _check(ground, count)
    ground.keep_best("copy_of_our_rows", count / wall, count / cpu)


def _dump_full_tables(connection: psycopg.Connection[Any], count: int) -> dict[str, bytes]:
    """Every table that has a row for each second order or more, as COPY writes and reads it."""
    names = [name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    found = {}
    for name in names:
        table = sql.Identifier(name)
        (rows,) = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(table)).fetchone() or (0,)
        if rows * 2 >= count:
            with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(table)) as copy:
                found[name] = b"".join(map(bytes, copy))
    return found


def _check(ground: Ground, count: int) -> None:
    words = "SELECT (SELECT count(*) FROM orders_order), (SELECT count(*) FROM orders_orderitem)"
    with psycopg.connect(host=ground.host, user="postgres", dbname="ours") as connection:
        found = connection.execute(words.encode()).fetchone()
    if found != (count, count):
        raise AssertionError(f"{found} orders and items are stored, of {count}")


def _race_peers(ground: Ground, sizes: Sizes, *, is_first: bool) -> None:
    if not PEERS_PYTHON.exists():
        for who in ("import_export", "import_export_bulk", "copy"):
            ground.results.not_run[f"rows.{who}"] = NO_PEERS
        return
    settings = {"DJANGO_SETTINGS_MODULE": "benchmarks.peers.settings"}
    environment = os.environ | settings | {"PEERS_HOST": ground.host, "PEERS_NAME": "selling"}
    with _database(ground, "selling"):
        if is_first:
            _take_peer(ground, "import_export", sizes.plain, environment)
        _take_peer(ground, "import_export_bulk", sizes.bulk, environment)
        _peer("dump", ground, sizes.bulk, environment)
        rows = sum(path.read_bytes().count(b"\n") for path in ground.folder.glob(f"{sizes.bulk}.csv.*"))
        ground.results.figures["rows_per_order.peers"] = rows / sizes.bulk
        _take_peer(ground, "copy", sizes.bulk, environment)


def _take_peer(ground: Ground, who: str, count: int, environment: Mapping[str, str]) -> None:
    _peer("prepare", ground, count, environment)
    used = cpu_seconds(ground.postmaster)
    took = measure([PEERS_PYTHON, "-m", "benchmarks.peers.selling", who, ground.file(count)], environment)
    ground.note(who, count, took, cpu_seconds(ground.postmaster) - used)


def _peer(verb: str, ground: Ground, count: int, environment: Mapping[str, str]) -> None:
    command = [str(PEERS_PYTHON), "-m", "benchmarks.peers.selling", verb, str(ground.file(count))]
    run_to_end(command, environment=environment)


def _compare(ground: Ground, small: Measured, large: Measured) -> None:
    ratios, figures, rates = ground.results.ratios, ground.results.figures, ground.rates
    for who in ("import_export", "import_export_bulk"):
        if who in rates:
            ratios[f"rows.ours_over_{who}"] = rates["ours"] / rates[who]
            ratios[f"rows_cpu.ours_over_{who}"] = ground.cpu_rates["ours"] / ground.cpu_rates[who]
    ratios["rows.ours_over_copy_of_our_rows"] = rates["ours"] / rates["copy_of_our_rows"]
    if "copy" in rates:
        ratios["rows.copy_over_ours"] = rates["copy"] / rates["ours"]
    ratios["rss.100k_over_10k"] = large.rss / small.rss
    for who, rate in rates.items():
        figures[f"orders_per_s.{who}"] = rate
        figures[f"orders_per_cpu_s.{who}"] = ground.cpu_rates[who]
    figures["rss_mb.10k"], figures["rss_mb.100k"] = small.rss, large.rss


def _replay(ground: Ground) -> None:
    """An absolute figure, about a file that the one who measures brings along: it is read where it is."""
    path = os.environ.get("REPLAY_FILE", "")
    name = f"replay.seconds_{REPLAYED}"
    if not path:
        ground.results.not_run[name] = "no file was given: REPLAY_FILE=FILE make bench-import"
        return
    environment = _our_environment(ground, "replay") | {"DATABASE_URL": f"sqlite:///{ground.folder / 'replay.sqlite3'}"}
    words = ["replay", path, "--policy", os.environ.get("REPLAY_POLICY", "aliexpress-br"), "--json"]
    run_to_end([*MANAGE, "migrate", "--verbosity", "0"], environment=environment)
    took = measure([*MANAGE, *words], environment)
    if took.code:
        raise RuntimeError(f"replay: {took.said}")
    ground.results.ratios[name] = took.wall
    ground.results.figures[f"replay.cpu_seconds_{REPLAYED}"] = took.cpu


def _our_environment(ground: Ground, name: str) -> dict[str, str]:
    folder = ground.folder / "data"
    url = ground.url.removesuffix("/postgres")
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    return os.environ | settings | {"DATABASE_URL": f"{url}/{name}", "PRAZO_DATA": str(folder), "LOG_LEVEL": "ERROR"}


@contextmanager
def _database(ground: Ground, name: str) -> Iterator[None]:
    """An empty database, which is thrown away."""
    with psycopg.connect(host=ground.host, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
        connection.execute(b"CHECKPOINT")
        yield
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
