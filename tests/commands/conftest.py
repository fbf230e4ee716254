"""The commands as a seller's script calls them: a process of its own, another folder, a database of its own."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.sharing import made_once

BASE = Path(__file__).resolve().parents[2]
OWN = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "MEDIA_ROOT", "SITE_URL", "PRAZO_DATA", "DJANGO_SETTINGS_MODULE")
ALICE = ("--policy", "aliexpress-br", "--owner", "alice@example.com")


@dataclass
class CommandLine:
    """A shell in `folder`, where the database lies as well unless the environment says otherwise."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The SQLite database's file."""
        return self.folder / "prazo.sqlite3"

    @property
    def environment(self) -> dict[str, str]:
        """What the commands find: nothing of the developer's own."""
        kept = {name: value for name, value in os.environ.items() if name not in OWN}
        own = {"PRAZO_DATA": str(self.folder / "data"), "DATABASE_URL": f"sqlite:///{self.database}"}
        return kept | own | {"SECRET_KEY": "a-key-of-the-tests-which-is-fifty-characters-long-or-more"} | self.variables

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            [sys.executable, str(BASE / "manage.py"), *map(str, words)],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, *words: str | Path) -> "Ended":
        """Run a command to its end."""
        with self.start(*words) as process:
            return Ended(*process.communicate(), process.returncode)

    def answer(self, *words: str | Path) -> Any:
        """The one JSON document of a command that did what it was asked."""
        return self.run(*words, "--json").document

    def refusal(self, *words: str | Path) -> str:
        """The one line of a command whose input cannot be used."""
        return self.run(*words).refusal

    def write(self, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        """A file in the shell's folder."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask or change the SQLite database, past the program."""
        with closing(sqlite3.connect(self.database, timeout=120)) as connection, connection:
            return connection.execute(sql, values).fetchall()

    def rows(self) -> str:
        """All that the SQLite database holds."""
        with closing(sqlite3.connect(self.database)) as connection:
            return "\n".join(connection.iterdump())


@dataclass(frozen=True)
class Ended:
    """What a command left."""

    output: str
    errors: str
    code: int

    @property
    def document(self) -> Any:
        """Its answer: nothing but JSON on standard output, after exit code 0."""
        assert self.code == 0, self.errors
        return json.loads(self.output)

    @property
    def refusal(self) -> str:
        """Why it could not use its input: exit code 2, one line on standard error, nothing on standard output."""
        assert (self.code, self.output) == (2, ""), self.errors
        lines = self.errors.splitlines()
        assert len(lines) == 1, self.errors
        return lines[0]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with Alice's store, made by the command; tests copy it."""

    def make(folder: Path) -> None:
        line = CommandLine(folder)
        assert line.answer("create_store", "alice", *ALICE)["created"] is True
        line.query("PRAGMA wal_checkpoint(TRUNCATE)")

    return CommandLine(made_once(tmp_path_factory, "prepared", make)).database


@pytest.fixture
def empty(tmp_path: Path) -> CommandLine:
    """A shell whose database is not there yet."""
    return CommandLine(tmp_path)


@pytest.fixture
def line(empty: CommandLine, prepared: Path) -> CommandLine:
    """A shell whose database holds Alice's store."""
    shutil.copy(prepared, empty.database)
    return empty
