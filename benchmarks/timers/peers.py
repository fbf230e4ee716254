"""The five others, and the limit: how each is set up, started and watched, in the peers' own virtual environment."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from redis import Redis

from benchmarks.processes import NO_PEERS, PEERS_PYTHON, run, running
from benchmarks.timers.measuring import Pace, race

PYTHON = str(PEERS_PYTHON)
CELERY = [PYTHON, "-m", "celery", "-A", "benchmarks.peers.celery"]
WORKER = [*CELERY, "worker", "-c", "2", "--without-gossip", "--without-mingle", "--loglevel", "ERROR"]
BEAT = [*CELERY, "beat", "--loglevel", "ERROR", "--schedule", "/dev/null"]
DJANGO = [PYTHON, "-m", "django"]
DATABASE = "peers"
LEFT = "SELECT count(*) FROM timing_timer WHERE NOT is_done AND due_at < now()"


@dataclass(frozen=True)
class Ground:
    """Where the race is run: the servers, a folder for logs, and whose CPU time counts besides the workers'."""

    host: str
    redis: str
    mail_port: int
    folder: Path
    charged: list[int] = field(default_factory=list)

    def environment(self, *, sends_mail: bool) -> dict[str, str]:
        """What the peers' processes are told."""
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "benchmarks.peers.settings",
            "PEERS_HOST": self.host,
            "PEERS_NAME": DATABASE,
            "PEERS_REDIS": self.redis,
            "PEERS_MAIL_PORT": str(self.mail_port),
            "PEERS_EFFECT": "mail" if sends_mail else "none",
        }

    def empty_broker(self) -> None:
        """What one of us has left in Redis is no other's."""
        with Redis(unix_socket_path=self.redis) as client:
            client.flushall()

    def connect(self, name: str = DATABASE) -> psycopg.Connection[tuple[int]]:
        """A connection to one of the server's databases."""
        return psycopg.connect(host=self.host, user="postgres", dbname=name, autocommit=True)


@dataclass(frozen=True)
class Peer:
    """One way to do it.

    `prepare` makes its rows, and says when they are due where it chooses the time; `send` is called at the start.
    `most` bounds the rows that are due in one race, `most_future` those that are not, where it cannot hold more.
    """

    name: str
    processes: Sequence[Sequence[str]]
    prepare: Sequence[str] = ()
    send: Sequence[str] = ()
    lead: int = 0  # seconds between preparing and being due
    most: int = 50_000
    most_future: int = 10_000_000
    starts_first: bool = True  # the workers stand ready before the rows are made


PEERS = [
    Peer("celery_task_per_row", [WORKER], send=["send_rows"]),
    Peer("celery_eta", [WORKER], prepare=["send_etas"], lead=20, most=5_000, most_future=20_000),
    Peer("django_celery_beat", [WORKER, BEAT], prepare=["clock_rows"], lead=15, most=1_000, most_future=10_000),
    Peer("procrastinate", [[*DJANGO, "procrastinate", "worker", "--concurrency", "1"]] * 2, prepare=["defer_rows"]),
    Peer("django_q2", [[*DJANGO, "qcluster"]], prepare=["schedule_rows"], most=5_000, starts_first=False),
]
# No peer, for it looks at nothing again and keeps nothing: what a mail costs that is sent and marked by itself.
LIMIT = Peer("bare_sender", [[PYTHON, "-m", "benchmarks.peers.timing.bare"]] * 2, most=5_000, starts_first=False)


def measure(peer: Peer, ground: Ground, *, due: int, future: int, limit: float, sends_mail: bool = False) -> Pace:
    """Let a peer run on so many rows, due and future, for at most `limit` seconds."""
    ground.empty_broker()
    environment = ground.environment(sends_mail=sends_mail)
    due, future = min(due, peer.most), min(future, peer.most_future)
    sizes = [str(due), *([str(peer.lead)] if peer.lead else []), str(future)]
    verb = [PYTHON, "-m", "benchmarks.peers.timing"]
    run([*verb, "prepare", str(due), str(future)], environment=environment)
    said = ""
    if peer.prepare and not peer.lead:
        said = run([*verb, *peer.prepare, *sizes], environment=environment)
    with (
        ground.connect() as connection,
        running(*peer.processes, environment=environment, log=ground.folder / f"{peer.name}.log") as processes,
    ):
        if peer.starts_first:
            time.sleep(4)
        if peer.lead:
            said = run([*verb, *peer.prepare, *sizes], environment=environment)
            _wait_until(datetime.fromisoformat(said.strip()))
        charged = [*(process.pid for process in processes), *ground.charged]
        sending = [[*verb, *peer.send, str(due)]] if peer.send else []
        with running(*sending, environment=environment, log=ground.folder / f"{peer.name}.log") as senders:
            charged += [process.pid for process in senders]
            return race(_counter(connection, due), total=due, limit=limit, charged=charged)


def _counter(connection: psycopg.Connection[tuple[int]], due: int) -> Callable[[], int]:
    def count() -> int:
        row = connection.execute(LEFT).fetchone()
        return due - row[0] if row else 0

    return count


def _wait_until(instant: datetime) -> None:
    time.sleep(max(0.0, (instant - datetime.now(UTC)).total_seconds()))


def missing_python() -> str:
    """Why the peers cannot be run at all, or nothing."""
    return "" if PEERS_PYTHON.exists() else NO_PEERS
