"""A throw-away Valkey, which speaks Redis's protocol, on a Unix socket, and on an address of this machine if asked."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config import valkey
from config.processes import die_with

START_SECONDS = 120.0


@dataclass
class Broker:
    """A server's folder, and its process while it runs."""

    folder: Path
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def listen_at(self) -> Path:
        """Its socket."""
        return valkey.choose_socket(self.folder)

    @property
    def url(self) -> str:
        """Its address as REDIS_URL takes it."""
        return f"unix://{self.listen_at}"

    def start(self) -> None:
        """Start it on what it kept."""
        command = [*valkey.serve_command(self.listen_at, self.folder), *self.options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, start_new_session=True, preexec_fn=die_with(os.getpid())
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.process.poll() is None, f"Valkey ended with {self.process.returncode}"
            assert time.monotonic() < deadline, "Valkey does not answer"
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            return valkey.answers(self.listen_at)
        except valkey.SocketTakenError:  # it takes longer over a word than the program would wait
            return False

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """A polite end."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None


@contextmanager
def broker(*options: str) -> Iterator[Broker]:
    """A running server that a test may kill and start again; `options` are words of its command line."""
    with tempfile.TemporaryDirectory(prefix="prazo-valkey-") as name:
        made = Broker(Path(name), options)
        try:
            made.start()
            yield made
        finally:
            made.stop()


@contextmanager
def redis_server() -> Iterator[str]:
    """A running server; gives its address as REDIS_URL takes it."""
    with broker() as made:
        yield made.url
