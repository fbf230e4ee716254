"""`make demo`: the whole of Prazo on this machine as one tree of processes, with sample data."""

import fcntl
import http.client
import os
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import get_commands
from django.core.management.base import BaseCommand, CommandError

from config import valkey
from config.processes import Child, ChildFailedError, Program, Stopped, Tree
from desk.demo_accounts import OWNER, PASSWORD

HOST = "127.0.0.1"
ALONE = ("--without-gossip", "--without-mingle")  # one worker has nobody to talk to
UNCHECKED = "--skip-checks"  # `migrate` has just run them
START_SECONDS = 240.0  # on a slow machine that is busy; one that cannot start says so at once
UNUSABLE = 2  # the contract's exit code


class Command(BaseCommand):
    """Runs web, worker, beat, mailbox and Valkey until Ctrl-C; what the environment names is used instead."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options."""
        parser.add_argument("--end-with-parent", action="store_true", help="stop when its starter is gone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Start everything, print the address and the log-in, and keep it running."""
        port = read_port(os.environ.get("PORT") or "8000")
        data_dir = Path(settings.DATA_DIR).absolute()
        mail_port = choose_mail_port()
        try:
            with hold(data_dir), self.plant(environment(data_dir, port, mail_port), options) as tree:
                self.start(tree, data_dir, port, mail_port)
                while True:
                    tree.tend()
                    tree.pause()
        except Stopped:
            self.tell("Stopped.")
        except (ChildFailedError, valkey.SocketTakenError) as error:
            raise CommandError(str(error)) from error

    def plant(self, variables: Mapping[str, str], options: Mapping[str, Any]) -> Tree:
        """The tree of this demo, nothing started yet."""
        log_dir = Path(variables["PRAZO_DATA"]) / "logs"
        parent = os.getppid() if options["end_with_parent"] else None
        return Tree(variables, Path(settings.BASE_DIR), log_dir, self.tell, parent=parent)

    def start(self, tree: Tree, data_dir: Path, port: int, mail_port: int) -> None:
        """Bring everything up in order and print where it is."""
        if not os.environ.get("REDIS_URL"):
            listen_at = valkey.choose_socket(data_dir)
            valkey.end_orphan(listen_at)
            tree.start(Program("valkey", valkey.serve_command(listen_at, data_dir / "valkey")))
        if not os.environ.get("EMAIL_URL"):
            tree.start(Program("mailbox", mailbox_command(data_dir / "mailbox", mail_port)))
        self.prepare(tree)
        self.tell(f"Starting the pages, the worker and the clock; their logs are in {tree.log_dir} …")
        web = tree.start(Program("web", web_command(port)))
        tree.start(Program("worker", celery_command("worker", "-c", "2", *ALONE)))
        tree.start(Program("beat", celery_command("beat")))
        wait_for_pages(tree, web, port)
        site, password = tree.environment["SITE_URL"], tree.environment["DEMO_PASSWORD"]
        self.stdout.write(f"Prazo is at {site} · log in as {OWNER} with {password}")
        self.stdout.write(f"The demo's mailbox is at {site}/mailbox/")
        self.stdout.flush()

    def prepare(self, tree: Tree) -> None:
        """The steps before the pages: the database's tables, then the sample data, once."""
        manage = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py")]
        self.tell("Preparing the database …")
        tree.run(Program("migrate", [*manage, "migrate", "--noinput"]))
        if "load_demo" in get_commands():
            self.tell("Loading the sample data, if there is none yet …")
            tree.run(Program("load_demo", [*manage, "load_demo", UNCHECKED]))

    def tell(self, line: str) -> None:
        """One line of progress, on standard error."""
        self.stderr.write(line, str)  # as it is: progress is no error, in red
        self.stderr.flush()


def read_port(text: str) -> int:
    """The port to serve on. Raises CommandError when it is no port or somebody else's."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT is {text!r}: set it to a number from 1 to 65535", returncode=UNUSABLE)
    if not is_free(int(text)):
        raise CommandError(
            f"Port {text} is taken: stop what listens there, or choose another with PORT=8001 make demo",
            returncode=UNUSABLE,
        )
    return int(text)


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of this machine now; port 0 always is."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do, after a quick restart
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose_mail_port() -> int:
    """The mailbox's port: the usual 1025, else any free one."""
    if is_free(1025):
        return 1025
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def environment(data_dir: Path, port: int, mail_port: int) -> dict[str, str]:
    """The children's environment: servers that the caller's names win over the demo's own."""
    given = {name: value for name, value in os.environ.items() if value}
    own = {"EMAIL_URL": f"smtp://{HOST}:{mail_port}", "DEMO_PASSWORD": PASSWORD, "LOG_LEVEL": "INFO"}
    if "REDIS_URL" not in given:
        own["REDIS_URL"] = f"unix://{valkey.choose_socket(data_dir)}"
    fixed = {
        "PRAZO_DEMO": "1",
        "PRAZO_DATA": str(data_dir),
        "SITE_URL": f"http://localhost:{port}",
        "SWEEP_SECONDS": "2",
        "PYTHONUNBUFFERED": "1",
    }
    return own | given | fixed


def mailbox_command(folder: Path, port: int) -> list[str]:
    """An SMTP server that delivers everything to one Maildir."""
    listen = ["--nosetuid", "--listen", f"{HOST}:{port}"]
    return [sys.executable, "-m", "aiosmtpd", *listen, "--class", "aiosmtpd.handlers.Mailbox", str(folder)]


def web_command(port: int) -> list[str]:
    """Gunicorn with one process of four threads; on a slow machine it may take longer to load than the usual 30 s."""
    options = ["--bind", f"{HOST}:{port}", "--worker-class", "gthread", "--workers", "1", "--threads", "4"]
    options += ["--timeout", str(int(START_SECONDS))]
    return [
        sys.executable,
        "-m",
        "gunicorn",
        *options,
        "--no-control-socket",
        "--access-logfile",
        "-",
        "config.wsgi",
    ]


def celery_command(role: str, *options: str) -> list[str]:
    """A Celery worker or beat."""
    return [sys.executable, "-m", "celery", "-A", "config", UNCHECKED, role, "--loglevel", "INFO", *options]


def wait_for_pages(tree: Tree, web: Child, port: int) -> None:
    """Return when the pages answer. Raises ChildFailedError when they do not in good time."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        if time.monotonic() > deadline:
            raise ChildFailedError(f"No page after {START_SECONDS:.0f} s, see {web.log}:\n{web.last_lines()}")
        tree.tend()
        tree.pause()


def answers(port: int) -> bool:
    """Whether the first page answers without a server error."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def hold(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for this demo alone. Raises CommandError when another demo has it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError(
                f"Another demo runs on {data_dir}: stop it, or set PRAZO_DATA to another folder",
                returncode=UNUSABLE,
            ) from error
        yield
