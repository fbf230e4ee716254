"""What a command cannot use: exit code 2 and one line on standard error that names it, in the caller's own process."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import execute_from_command_line
from django.db import connections

from tests.cast import alices_store, fact, paid, scenario
from tests.commands.conftest import ALICE

pytestmark = pytest.mark.django_db

Refuse = Callable[..., str]
SCENARIO = scenario(paid())
ORDERS = "order_number,placed_at\n801,2026-03-02\n"


@pytest.fixture
def refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refuse:
    """Run a command where the test's files lie; gives the line with which it refuses."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(connections, "close_all", lambda: None)  # the test's own transaction goes on

    def run(*words: str) -> str:
        with pytest.raises(SystemExit) as caught:
            execute_from_command_line(["manage.py", *words, "--json"])
        output, errors = capsys.readouterr()
        assert (caught.value.code, output, len(errors.splitlines())) == (2, "", 1), errors
        return str(errors)

    return run


def owned(slug: str, *words: str, owner: str = "alice@example.com") -> tuple[str, ...]:
    return ("create_store", slug, "--owner", owner, *words)


BRAZIL = ("--policy", "aliexpress-br")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (owned("a shop", *BRAZIL), "'a shop'"),
        (owned("a" * 51, *BRAZIL), "50"),
        (owned("bob", *BRAZIL, "--name", "n" * 101), "100"),
        (owned("bob", *BRAZIL, owner="nobody"), "'nobody'"),
        (owned("bob", *BRAZIL, owner=f"bob@{'e' * 60}.{'e' * 60}.{'e' * 60}.{'e' * 60}.{'e' * 60}.com"), "e-mail"),
        (owned("bob", *BRAZIL, "--currency", "DOLLAR"), "'DOLLAR'"),
        (owned("bob", *BRAZIL, "--currency", "ÉUR"), "'ÉUR'"),
        (owned("bob", *BRAZIL, "--timezone", "Mars/Olympus"), "'Mars/Olympus'"),
        (owned("bob", *BRAZIL, "--timezone", "../etc/passwd"), "'../etc/passwd'"),
        (owned("bob", "--policy", "amazon-us"), "'amazon-us'"),
        (owned("bob"), "--policy"),
        (("create_store", *ALICE), "slug"),
    ],
)
def test_create_store_names_what_it_cannot_use(refuse: Refuse, words: tuple[str, ...], named: str) -> None:
    assert named in refuse(*words)


@pytest.mark.parametrize("command", ["import_orders", "import_tracking"])
@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--store", "nobody"), "'nobody'"),
        ((), "--store"),
        (("--store", "alice", "--timezone", "Mars/Olympus"), "'Mars/Olympus'"),
        (("--store", "alice", "--colour", "red"), "--colour"),
    ],
)
def test_an_import_names_what_it_cannot_use(
    refuse: Refuse, tmp_path: Path, command: str, words: tuple[str, ...], named: str
) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    assert named in refuse(command, "orders.csv", *words)


@pytest.mark.parametrize("command", ["import_tracking", "import_contacts", "import_reviews"])
def test_a_command_without_mapping_files_asks_for_none_when_a_column_is_missing(
    refuse: Refuse, tmp_path: Path, command: str
) -> None:
    alices_store()
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    said = refuse(command, "rows.csv", "--store", "alice")
    assert "assign the columns on the import page" in said
    assert "--mapping" not in said


@pytest.mark.parametrize("number", ["abc", "-1", "1.5", "9" * 5000])
def test_what_is_no_disputes_number_is_refused_in_plain_words(refuse: Refuse, number: str) -> None:
    said = refuse("export_bundle", "--out", "x.pdf", "--", number)
    assert "is no dispute's number: expected one such as 12" in said
    assert "invalid" not in said


@pytest.mark.parametrize(
    ("content", "named"),
    [("order_number", "TOML"), ('[columns]\norder_number = "A"\n', "placed_at"), (None, "'map.toml'")],
)
def test_a_mapping_that_cannot_be_used_is_named(
    refuse: Refuse, tmp_path: Path, content: str | None, named: str
) -> None:
    alices_store()
    (tmp_path / "orders.csv").write_text(ORDERS)
    if content is not None:
        (tmp_path / "map.toml").write_text(content)
    assert named in refuse("import_orders", "orders.csv", "--store", "alice", "--mapping", "map.toml")


def write_half_a_workbook(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, ["order_number", "placed_at"])
    path.write_bytes(path.read_bytes()[:-1000])


@pytest.mark.parametrize("command", ["import_orders", "import_tracking", "replay"])
@pytest.mark.parametrize(
    ("write", "why"),
    [
        (lambda path: path.touch(), "empty"),
        (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100)), "PNG"),
        (lambda path: path.write_text("order_number,placed_at,tracking_number,at,at\n1,,,,\n"), "more than once"),
        (lambda path: path.write_text("a,b\n1,2\n"), "no column for"),
        (lambda path: path.write_text('order_number,placed_at,tracking_number,at\n"1'), "never closed"),
        (lambda path: path.mkdir(), "no file"),
        (lambda path: None, "no file"),
        (write_half_a_workbook, "damaged or cut off"),
    ],
    ids=["empty", "picture", "twice", "unknown", "unclosed", "folder", "absent", "half"],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(
    refuse: Refuse, tmp_path: Path, command: str, write: Callable[[Path], object], why: str
) -> None:
    alices_store()
    write(tmp_path / "orders.csv")
    store = ("--policy", "aliexpress-br") if command == "replay" else ("--store", "alice")
    refusal = refuse(command, "orders.csv", *store)
    assert "orders.csv" in refusal
    assert why in refusal


@pytest.mark.parametrize(
    ("content", "words", "why"),
    [
        ('{"order":', (), "not a JSON file"),
        ("[]", (), "no `order` object"),
        (json.dumps(SCENARIO | {"events": [fact("03-03 12:00", "abducted")]}), (), "'abducted'"),
        (json.dumps(SCENARIO | {"policy": ""}), (), "--policy"),
        (json.dumps(SCENARIO | {"policy": "amazon-us"}), (), "'amazon-us'"),
        (json.dumps(SCENARIO | {"until": "yesterday"}), (), "'yesterday'"),
        (json.dumps(SCENARIO), ("--policy", "amazon-us"), "'amazon-us'"),
        (json.dumps(SCENARIO), ("--until", "yesterday"), "'yesterday'"),
        (ORDERS, (), "--policy"),
    ],
)
def test_replay_names_what_it_cannot_use(
    refuse: Refuse, tmp_path: Path, content: str, words: tuple[str, ...], why: str
) -> None:
    (tmp_path / "input.json").write_text(content)
    assert why in refuse("replay", "input.json", *words)


def test_an_order_that_is_not_there_has_no_timeline(refuse: Refuse) -> None:
    assert "'801'" in refuse("verify_timeline", "--order", "801")
