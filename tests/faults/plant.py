"""The program as separate processes, on a database, a broker and a mail server that a test can hurt."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import environ
import psycopg

from config.processes import die_with
from tests.servers.processes import children_of
from tests.servers.redis import Broker
from tests.servers.smtp import free_port

BASE = Path(__file__).resolve().parents[2]
SENDERS = 2  # processes of one worker
LEASE = 6  # seconds
SWEEP_SECONDS = 0.25  # the page then misses the sweeps after nine seconds
WORKER = ["worker", "--concurrency", str(SENDERS), "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
BEAT = ["beat", "--loglevel", "WARNING"]
HEADER = "order_number,placed_at,paid_at,shipped_at,carrier,tracking_number,buyer_email,buyer_timezone,total,currency"


@dataclass
class Plant:
    """The program's processes by name; `environment` says what they run on, `base` whose code they are."""

    environment: dict[str, str]
    folder: Path
    broker: Broker
    base: Path = BASE
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    pace: float = 0.0  # seconds that it takes this machine to set the program up

    # --- its processes ------------------------------------------------------------------------------------------------
    def manage(self, *words: str) -> str:
        """Run a command to its end; gives its answer."""
        command = [sys.executable, str(self.base / "manage.py"), *words]
        done = subprocess.run(command, env=self.environment, cwd=self.base, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, name: str, words: Sequence[str], *, inside: Sequence[str] = (), **changed: str) -> None:
        """Start a part of Celery; `inside` is what runs it elsewhere, such as in another network."""
        self.launch(name, [*inside, sys.executable, "-m", "celery", "-A", "config", *words], **changed)

    def launch(self, name: str, command: Sequence[str], **changed: str) -> None:
        """Start a process of the program; `changed` is what it finds otherwise than the rest."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command,
                env=self.environment | changed,
                cwd=self.base,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),
            )

    def start_all(self, workers: int = 1) -> None:
        """Start beat and so many workers."""
        for number in range(workers):
            self.start(f"worker-{number}", [*WORKER, "--hostname", f"w{number}@plant"])
        self.start("beat", [*BEAT, "--schedule", str(self.folder / "beat-schedule")])

    def signal(self, name: str, number: int) -> None:
        """Signal a process and all that it has started."""
        os.killpg(self.running[name].pid, number)

    def kill(self, name: str) -> None:
        """kill -9 of a process with all that it has started."""
        process = self.running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_all(self) -> None:
        """kill -9 of everything."""
        for name in list(self.running):
            self.kill(name)

    def children(self, name: str) -> list[int]:
        """The process ids of a worker's own workers."""
        return children_of(self.running[name].pid)

    # --- what it leaves -----------------------------------------------------------------------------------------------
    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database, past the program."""
        database = environ.Env.db_url_config(self.environment["DATABASE_URL"])
        if "sqlite" in database["ENGINE"]:
            with closing(sqlite3.connect(database["NAME"], timeout=60)) as lite:
                return lite.execute(sql).fetchall()
        with psycopg.connect(host=database["HOST"], user="postgres", dbname=database["NAME"]) as connection:
            return connection.execute(sql).fetchall()  # type: ignore[call-overload, no-any-return]

    def wait_until(self, holds: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Return when it holds. Raises AssertionError with the processes' logs when it never does."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"not in {seconds} s: {what}\n{self.logs()[-6000:]}"
            time.sleep(0.1)

    def wait_until_none(self, rows: str, *, seconds: float) -> None:
        """Return when the database has no such claimable rows. Raises AssertionError that shows those that are left."""
        left = f"SELECT id, state, attempts, next_attempt_at, lease_until, last_error FROM {rows} LIMIT 5"
        try:
            self.wait_until(lambda: not self.query(left), seconds=seconds, what=rows)
        except AssertionError as error:
            raise AssertionError(f"{self.query(left)}\n{error}") from error

    def logs(self) -> str:
        """What the processes had to say."""
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in sorted(self.folder.glob("*.log"))
        )

    # --- its data -----------------------------------------------------------------------------------------------------
    def make_store(self) -> str:
        """Alice's store; gives the link that lets her in."""
        began = time.monotonic()
        words = ["--policy", "aliexpress-br", "--owner", "alice@example.com", "--json"]
        link = str(json.loads(self.manage("create_store", "alice", *words))["log_in_link"])
        self.pace = time.monotonic() - began
        return link

    def import_orders(self, dues: Sequence[float]) -> None:
        """Orders whose 30th days come so many seconds after the first, which comes when this import is over.

        Twice the time that the same machine took before: what else runs on it may grow in between.
        """
        first = datetime.now(UTC) + timedelta(seconds=10 + 2 * self.pace + len(dues) / 100)
        lines = [_line(number, first + timedelta(seconds=due)) for number, due in enumerate(dues)]
        path = self.folder / "orders.csv"
        path.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
        report = json.loads(self.manage("import_orders", str(path), "--store", "alice", "--json"))
        assert report["created"] == len(dues)
        assert datetime.now(UTC) < first, "this machine is too slow for its own measure: the first date has passed"


def _line(number: int, due_at: datetime) -> str:
    left = (due_at - timedelta(days=30)).isoformat()
    offset = 12 - due_at.hour  # a zone whose clock stands around noon, so that every message may leave
    zone = f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"  # POSIX names count the other way round
    email = f"buyer{number}@example.com"
    return f"{number},{left},{left},{left},Post,LX{number},{email},{zone},20.00,USD"


class TodayPage:
    """The team's page in a browser without eyes."""

    def __init__(self, plant: Plant, link: str) -> None:
        self.plant, self.port = plant, free_port()
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        options = ["--bind", f"127.0.0.1:{self.port}", "--threads", "2", "--timeout", "300"]
        plant.launch("web", [sys.executable, "-m", "gunicorn", "config.wsgi", *options])
        plant.wait_until(lambda: "ok" in self._get("/healthz"), seconds=240, what="the pages answer")
        path = urlsplit(link).path
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self._get(path))
        assert token, self._get(path)
        self._get(path, urlencode({"csrfmiddlewaretoken": token[1]}).encode())
        assert 'id="board"' in self.read(), self.read()

    def _get(self, path: str, data: bytes | None = None) -> str:
        try:
            with self.opener.open(f"http://127.0.0.1:{self.port}{path}", data, timeout=120) as answer:
                return str(answer.read().decode())
        except (URLError, OSError, HTTPException):
            return ""

    def read(self) -> str:
        """What Alice sees; empty where the page cannot be shown."""
        return self._get("/")

    def wait_for(self, words: str, *, seconds: float) -> None:
        """Return when the page says so."""
        self.plant.wait_until(lambda: words in self.read(), seconds=seconds, what=f"Today says {words!r}")
