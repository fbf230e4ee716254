"""The program as separate processes, on a database, a broker and a mail server that the test can hurt."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import environ
import psycopg
import pytest
from redis import Redis

from config.processes import die_with
from tests.servers.redis import redis_server
from tests.servers.smtp import Mailroom

BASE = Path(__file__).resolve().parents[2]
SENDERS = 2  # processes of one worker
WORKER = ["worker", "--concurrency", str(SENDERS), "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]


@dataclass
class Program:
    """The program's processes; `environment` says what they run on."""

    environment: dict[str, str]
    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        command = [sys.executable, str(BASE / "manage.py"), *words]
        return subprocess.run(command, env=self.environment, cwd=BASE, capture_output=True, text=True, check=False)

    def start(self) -> None:
        """Start a worker and beat."""
        for name, words in {"worker": WORKER, "beat": ["beat", "--loglevel", "WARNING"]}.items():
            with (self.folder / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    [sys.executable, "-m", "celery", "-A", "config", *words],
                    env=self.environment,
                    cwd=BASE,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=die_with(os.getpid()),
                )

    def kill(self) -> None:
        """kill -9 of the worker with its processes, and of beat."""
        for process in self.running.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.running.clear()

    def flush_broker(self) -> None:
        """The broker forgets everything."""
        with Redis.from_url(self.environment["REDIS_URL"]) as client:
            client.flushall()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database, past the program."""
        database = environ.Env.db_url_config(self.environment["DATABASE_URL"])
        if "sqlite" in database["ENGINE"]:
            return _query_sqlite(database["NAME"], sql)
        with psycopg.connect(host=database["HOST"], user="postgres", dbname=database["NAME"]) as connection:
            return connection.execute(sql).fetchall()  # type: ignore[call-overload, no-any-return]

    def logs(self) -> str:
        """What the processes had to say."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))


def _query_sqlite(name: str, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(name, timeout=20)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


@contextmanager
def running_program(database_url: str, folder: Path, mailroom: Mailroom) -> Iterator[Program]:
    """A program with its own broker; what still runs at the end is killed."""
    with redis_server() as redis_url:
        environment = os.environ | {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "EMAIL_URL": mailroom.url,
            "PRAZO_DATA": str(folder),
            "MEDIA_ROOT": str(folder / "media"),
            "CLAIM_LEASE_SECONDS": "6",
            "SWEEP_SECONDS": "0.5",
        }
        program = Program(environment, folder)
        try:
            yield program
        finally:
            program.kill()


@pytest.fixture(params=["sqlite", "postgresql"])
def program(request: pytest.FixtureRequest, tmp_path: Path, mailroom: Mailroom) -> Iterator[Program]:
    """The program on each database."""
    url = f"sqlite:///{tmp_path / 'prazo.sqlite3'}"
    if request.param == "postgresql":
        server: str = request.getfixturevalue("postgresql_url")
        host = environ.Env.db_url_config(server)["HOST"]
        with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS storm WITH (FORCE)")
            connection.execute("CREATE DATABASE storm")
        url = server.removesuffix("/postgres") + "/storm"
    with running_program(url, tmp_path, mailroom) as running:
        yield running
