"""`replay` by a script: an answer without a database, and none of it changed where there is one."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cast import fact, paid, scenario, shipped, tracking
from tests.commands.conftest import BASE, CommandLine

pytestmark = pytest.mark.slow

SIXTY_DAYS = scenario(paid(), shipped())
KEYS = {
    "order", "dispute", "transitions", "milestones", "messages", "actions", "advice", "violations", "refused",
}  # fmt: skip
LONG = "ç" * 50_000
WORDY = scenario(
    paid(),
    shipped(carrier=LONG, tracking_number=LONG),
    fact("03-07 00:00", "buyer_message", text=LONG),
    tracking("03-07 01:00", "", description=LONG, location=LONG),
    buyer={"name": LONG, "email": f"{LONG}@example.com", "city": LONG, "country": "Brazil"},
    items=[{"sku": LONG, "title": LONG}],
    payment_method=LONG,
)
ORDERS = """order_number,placed_at,paid_at,shipped_at,delivered_at,status
801,2026-03-02 12:00,2026-03-02 13:00,2026-03-05 10:00,,已取消
802,2026-03-02 12:00,2026-03-08 13:00,2026-03-05 10:00,2026-03-20 10:00,
803,2018-13-01,,,,
"""


def written(line: CommandLine, document: Any, name: str = "scenario.json") -> Path:
    return line.write(name, json.dumps(document, ensure_ascii=False))


def files_of(folder: Path) -> dict[str, str]:
    """Every file below the folder with the hash of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_scenario_is_answered_and_not_a_byte_of_the_database_changes(line: CommandLine) -> None:
    written(line, SIXTY_DAYS)
    (line.folder / "data").mkdir()
    before = files_of(line.folder)
    answer = line.answer("replay", "scenario.json")
    assert set(answer) == KEYS
    assert answer["order"] == {"state": "contact_60", "protection_ends_at": "2026-05-19T10:00:00Z"}
    assert [row["purpose"] for row in answer["messages"]][-3:] == ["contact_30", "contact_45", "contact_60"]
    assert files_of(line.folder) == before


def test_the_configured_database_need_not_be_there_and_options_win(empty: CommandLine) -> None:
    empty.variables["DATABASE_URL"] = "postgres://nowhere"
    written(empty, SIXTY_DAYS)
    answer = empty.answer("replay", "scenario.json", "--policy", "taobao-cn", "--until", "2026-03-06T00:00+08:00")
    assert answer["order"]["state"] == "shipped"
    assert {row["to"] for row in answer["transitions"]} == {"paid", "shipped"}
    assert "contact_45" not in {row["kind"] for row in answer["milestones"]}  # the other pack has none


def test_an_order_file_is_summed_up_past_its_bad_rows(empty: CommandLine) -> None:
    empty.write("orders.csv", ORDERS)
    until = ("--until", "2026-03-21T00:00:00Z")
    words = ("replay", "orders.csv", "--policy", "aliexpress-br", "--timezone", "America/Sao_Paulo", *until)
    answer = empty.answer(*words)
    assert set(answer) == {"orders", "states", "milestones", "messages", "violations", "rejected"}
    assert (answer["orders"], answer["states"]) == (2, {"order": {"delivered": 1, "shipped": 1}})
    assert answer["violations"] == {"P2": 1}
    assert answer["milestones"]["contact_30"] == {"fired": 0, "cancelled": 1, "pending": 1}
    assert [(row["row"], row["field"], row["value"]) for row in answer["rejected"]] == [(4, "placed_at", "2018-13-01")]
    assert not empty.database.exists()


def test_texts_may_be_long_a_person_reads_text_and_a_script_may_stand_anywhere(empty: CommandLine) -> None:
    path = written(empty, WORDY)
    empty.folder = BASE
    empty.variables = {"PRAZO_DATA": str(path.parent / "data"), "DATABASE_URL": "sqlite:////proc/nowhere.sqlite3"}
    ended = empty.run("replay", path, "--policy", "aliexpress-br")
    assert ended.code == 0, ended.errors
    assert "dispute: " in ended.output
    assert not ended.output.startswith("{")


def test_half_a_scenario_is_one_line(empty: CommandLine) -> None:
    assert "not a JSON file" in empty.refusal("replay", empty.write("half.json", '{"order":'), "--json")
