"""`make demo` as a person sees it: the real command, its real children, a data folder of its own."""

import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings

from tests.servers.smtp import Mailroom, free_port

pytestmark = pytest.mark.slow

CHILDREN = {"valkey-server", "aiosmtpd", "gunicorn", "worker", "beat"}
OWN_SERVERS = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "PORT", "DEMO_PASSWORD")


@dataclass
class Demo:
    """A running demo."""

    process: subprocess.Popen[str]
    port: int
    data_dir: Path
    printed: list[str]
    runtime_dir: str = ""  # where Valkey's socket lies when the data folder's name is too long for one

    def get(self, path: str) -> int:
        """The status that a page answers with."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as connection:
            connection.request("GET", path, headers={"Host": f"localhost:{self.port}"})
            return connection.getresponse().status

    def children(self) -> list[str]:
        """The command lines of this demo's living children, and of theirs.

        They are known by the data folder: in their environment, or (Valkey) by their socket in the title they took.
        """
        mark, path = f"PRAZO_DATA={self.data_dir}\0".encode(), (self.runtime_dir or str(self.data_dir)).encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command, variables = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
            except OSError:  # ended meanwhile
                continue
            if int(folder.name) != self.process.pid and (mark in variables + b"\0" or path in command):
                found.append(command.replace(b"\0", b" ").decode())
        return found


def command_of(port: int, data_dir: Path, **variables: str) -> tuple[list[str], dict[str, str]]:
    """The command line and environment of a demo on its own folder."""
    environment = {name: value for name, value in os.environ.items() if name not in OWN_SERVERS}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "demo"]
    return command, environment | {"PORT": str(port), "PRAZO_DATA": str(data_dir)} | variables


@contextmanager
def running(data_dir: Path, **variables: str) -> Iterator[Demo]:
    """A demo that has printed its two lines; killed at the end if it still runs."""
    port = free_port()
    command, environment = command_of(port, data_dir, **variables)
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        printed = [process.stdout.readline() for _ in range(2)]
        demo = Demo(process, port, data_dir, printed, variables.get("XDG_RUNTIME_DIR", ""))
        try:
            assert process.poll() is None, process.stderr.read()
            yield demo
        finally:
            process.kill()
            wait_until(lambda: demo.children() == [])


def wait_until(condition: Callable[[], bool], *, seconds: float = 180) -> None:
    """Poll until it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def stop(demo: Demo, number: signal.Signals) -> int:
    """Signal the demo and give its exit code."""
    demo.process.send_signal(number)
    return demo.process.wait(120)


def refusal(port: int, data_dir: Path) -> tuple[int, str]:
    """The exit code and the error of a demo that cannot start."""
    command, environment = command_of(port, data_dir)
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    return result.returncode, result.stderr


def test_demo_keeps_its_data_when_killed_and_ends_whole_when_interrupted(tmp_path: Path) -> None:
    data_dir = tmp_path / ("a long name " * 9).strip()
    with TemporaryDirectory() as runtime_dir:
        with running(data_dir, XDG_RUNTIME_DIR=runtime_dir) as demo:
            assert demo.printed == where_it_is(demo, "prazo-demo-2026")
            names = " ".join(demo.children())
            assert {name for name in CHILDREN if name in names} == CHILDREN
            refuses_another(data_dir)
            starts_again(demo, "gunicorn")
            with closing(sqlite3.connect(data_dir / "prazo.sqlite3")) as database, database:
                database.execute("CREATE TABLE kept (at TEXT)")
            stop(demo, signal.SIGKILL)
            wait_until(lambda: demo.children() == [])
        with running(data_dir, XDG_RUNTIME_DIR=runtime_dir, DEMO_PASSWORD="another one") as demo:
            assert demo.printed == where_it_is(demo, "another one")
            with closing(sqlite3.connect(data_dir / "prazo.sqlite3")) as database:
                assert database.execute("SELECT count(*) FROM kept").fetchone() == (0,)
            assert stop(demo, signal.SIGINT) == 0
            wait_until(lambda: demo.children() == [])  # what was killed takes its turn to end


def where_it_is(demo: Demo, password: str) -> list[str]:
    """The contract's two lines."""
    return [
        f"Prazo is at http://localhost:{demo.port} · log in as alice@example.com with {password}\n",
        f"The demo's mailbox is at http://localhost:{demo.port}/mailbox/\n",
    ]


def refuses_another(data_dir: Path) -> None:
    """A second demo on the same data says so and ends."""
    code, error = refusal(free_port(), data_dir)
    assert (code, len(error.splitlines())) == (2, 1)
    assert f"Another demo runs on {data_dir}" in error


def starts_again(demo: Demo, child: str) -> None:
    """A child that is killed is started again."""
    (first,) = pids_of(demo, child)
    os.killpg(first, signal.SIGKILL)
    wait_until(lambda: pids_of(demo, child) not in ([], [first]))
    wait_until(lambda: accepts(demo.port) and demo.get("/") < 500)


def pids_of(demo: Demo, child: str) -> list[int]:
    """The demo's own children by this name."""
    parent = ["pgrep", "--parent", str(demo.process.pid), "--full", child]
    return [int(pid) for pid in subprocess.run(parent, capture_output=True, text=True, check=False).stdout.split()]


def accepts(port: int) -> bool:
    """Whether somebody listens on the port."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_demo_uses_the_servers_that_the_environment_names(
    tmp_path: Path, postgresql_url: str, redis_url: str, mailroom: Mailroom
) -> None:
    servers = {"DATABASE_URL": postgresql_url, "REDIS_URL": redis_url, "EMAIL_URL": mailroom.url}
    with running(tmp_path, **servers) as demo:
        assert demo.get("/") < 500
        names = " ".join(demo.children())
        assert {name for name in CHILDREN if name in names} == CHILDREN - {"valkey-server", "aiosmtpd"}
        assert not (tmp_path / "prazo.sqlite3").exists()
        assert stop(demo, signal.SIGTERM) == 0


def test_demo_says_so_when_the_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, error = refusal(port, tmp_path)
    assert (code, len(error.splitlines())) == (2, 1)
    assert f"Port {port} is taken: stop what listens there, or choose another with PORT=" in error
