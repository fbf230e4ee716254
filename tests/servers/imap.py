"""A real IMAP server with one user, in a process of its own; mails are put into it as a mail server would."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from imapclient import IMAPClient

from tests.servers.smtp import HOST, free_port

USER, PASSWORD = "store@example.com", "a mailbox's password"
STARTS_WITHIN = 180.0  # seconds


@dataclass
class Post:
    """The server, seen by whoever fills it: each test has a folder of its own."""

    port: int
    host: str = HOST
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @contextmanager
    def entered(self) -> Iterator[IMAPClient]:
        """A conversation with the server."""
        with IMAPClient(self.host, self.port, ssl=False, timeout=60) as client:
            client.login(USER, PASSWORD)
            yield client

    def new_folder(self) -> str:
        """An empty folder."""
        name = f"Folder{next(self.numbers)}"
        with self.entered() as client:
            client.create_folder(name)
        return name

    def deliver(self, folder: str, *mails: bytes, at: datetime) -> None:
        """Put mails into a folder, as taken by the server at this instant."""
        with self.entered() as client:
            for mail in mails:
                client.append(folder, mail, msg_time=at.astimezone(UTC))

    def count_anew(self, folder: str) -> None:
        """Make the folder anew with the same mails: its numbers mean something else from now on (UIDVALIDITY)."""
        with self.entered() as client:
            client.normalise_times = False
            client.select_folder(folder)
            uids = client.search(["ALL"])
            kept = [client.fetch([uid], ["BODY.PEEK[]", "INTERNALDATE"])[uid] for uid in uids]
            client.unselect_folder() if client.has_capability("UNSELECT") else client.close_folder()
            client.delete_folder(folder)
            client.create_folder(folder)
            for row in kept:
                client.append(folder, row[b"BODY[]"], msg_time=row[b"INTERNALDATE"])


@contextmanager
def imap_server() -> Iterator[Post]:
    """A running server on a free port. Raises RuntimeError when it does not come up."""
    post = Post(free_port())
    start = "from pymap.main import main; main()"
    command = [sys.executable, "-c", start, "--host", HOST, "--port", str(post.port), "--no-tls"]
    command += ["--no-service", "admin", "dict", "--demo-user", USER, "--demo-password", PASSWORD]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_up(post, process)
        yield post
    finally:
        process.terminate()
        process.wait(60)


def wait_until_up(post: Post, process: subprocess.Popen[bytes]) -> None:
    """Come back when the server lets us in."""
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), post.entered():
            return
        time.sleep(0.1)
    raise RuntimeError("the IMAP server did not come up")
