"""The servers that a benchmark runs against: a PostgreSQL that really syncs, and a mail server in its own process."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from config.processes import die_with
from tests.servers.postgresql import Settings, postgresql
from tests.servers.smtp import HOST, free_port

# As a seller's server would run: every commit is on the disk. Memory for a machine of a few gigabytes.
DURABLE: Settings = {
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "maintenance_work_mem": "256MB",
    "max_connections": "100",
}


@contextmanager
def durable_postgresql() -> Iterator[str]:
    """A throw-away PostgreSQL with fsync on; gives its address as DATABASE_URL takes it."""
    with postgresql(settings=DURABLE) as url:
        yield url


class Counter:
    """A mail server's memory: how many mails it took."""

    accepted = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd."""
        self.accepted += 1
        return "250 2.0.0 Accepted"


@contextmanager
def mail_server() -> Iterator[int]:
    """aiosmtpd in a process of its own, which takes everything; gives its port."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.serving", str(port)],
        stdout=subprocess.PIPE,
        preexec_fn=die_with(os.getpid()),
    )
    try:
        if process.stdout is None or not process.stdout.readline():
            raise RuntimeError(f"the mail server does not start on port {port}")
        yield port
    finally:
        process.terminate()
        process.wait()


def serve_mail(port: int) -> None:
    """Take mails until SIGTERM."""
    controller: Any = Controller(Counter(), hostname=HOST, port=port)
    controller.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    signal.sigwait([signal.SIGTERM])
    controller.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    serve_mail(int(sys.argv[1]))
