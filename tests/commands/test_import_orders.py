"""`import_orders` by a script: the contract's document, a trial, a second run, and other ways to write a file."""

import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import xlsxwriter

from tests.commands.conftest import CommandLine

pytestmark = pytest.mark.slow

HEADER = "order_number,placed_at,paid_at,shipped_at,tracking_number,carrier,buyer_email,total,currency"
CHINESE = {
    "订单号": "8100",
    "订单状态": "等待买家收货",
    "买家名称": "Maria Souza",
    "下单时间": "2026-03-05 08:00",
    "付款时间": "2026-03-05 09:00",
    "订单金额": "$ 24.00",
    "收货国家": "Brazil",
    "发货时间": "2026-03-08 09:00",
    "实际发货物流:运单号": "China Post:LX8100",
}
KEYS = {"read", "created", "updated", "unchanged", "rejected", "warnings", "milestones"}


def days_ago(days: float) -> str:
    """An instant before now, as a file has it."""
    return f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


def young() -> str:
    """An order that came in this morning and waits for its money."""
    return f"801,{days_ago(0.2)},,,,,maria@example.com,24.00,USD"


OLD = "802,2026-02-20T12:00Z,2026-02-22T13:00Z,2026-02-21T12:30Z,LX1,Post,joao@example.com,24.00,USD"
BAD = ["803,2018-13-01,,,,,,,", "804,2026-03-09,,,,,nobody,-3,USD"]


def orders(line: CommandLine, *rows: str) -> Any:
    """An order file."""
    return line.write("orders.csv", "\n".join([HEADER, *rows]))


def counts(report: dict[str, Any]) -> tuple[int, int, int]:
    return report["created"], report["updated"], report["unchanged"]


def test_a_trial_stores_nothing_and_foretells_the_answer_and_a_second_run_is_unchanged(line: CommandLine) -> None:
    file, before = orders(line, young(), OLD, *BAD), line.rows()
    trial = line.answer("import_orders", file, "--store", "alice", "--dry-run")
    assert line.rows() == before
    report = line.answer("import_orders", file, "--store", "alice")
    assert report == trial
    check_answer(report)
    assert line.query("SELECT count(*) FROM messaging_message WHERE \"to\" = 'joao@example.com'") == [(0,)]
    stale = line.query("SELECT count(*) FROM orders_milestone WHERE state = 'stale'")
    assert stale == [(report["milestones"]["stale"],)]
    again = line.answer("import_orders", file, "--store", "alice")
    assert (counts(again), again["warnings"]) == ((0, 0, 2), [])
    assert again["milestones"] == {"scheduled": 0, "stale": 0}


def check_answer(report: dict[str, Any]) -> None:
    """The contract's document for a young order, an old one that breaks P2, and two bad rows."""
    assert set(report) == KEYS
    assert (report["read"], counts(report)) == (4, (2, 0, 0))
    assert report["rejected"][0] == {"row": 4, "field": "placed_at", "value": "2018-13-01", "error": "not a date"}
    assert [(row["row"], row["field"], row["value"]) for row in report["rejected"][1:]] == [
        (5, "buyer_email", "nobody"),
        (5, "total", "-3"),
    ]
    assert {"row": 3, "rule": "P2", "message": "shipped before the funds arrived"} in report["warnings"]
    assert set(report["milestones"]) == {"scheduled", "stale"}
    assert min(report["milestones"].values()) > 0


def test_a_chinese_export_in_its_own_encoding_is_understood(line: CommandLine) -> None:
    text = "\r\n".join([",".join(CHINESE), ",".join(CHINESE.values())])
    report = line.answer("import_orders", line.write("导出.csv", text, "gb18030"), "--store", "alice")
    assert counts(report) == (1, 0, 0), report["rejected"]
    assert line.query("SELECT carrier, tracking_number FROM orders_shipment") == [("China Post", "LX8100")]
    assert line.query("SELECT placed_at FROM orders_order") == [("2026-03-05 16:00:00",)]  # the platform's clock


def test_a_mapping_and_a_zone_say_how_to_read_a_file_and_a_person_reads_text(line: CommandLine) -> None:
    line.write("map.toml", 'date_format = "%d/%m/%Y %H:%M"\n[columns]\norder_number = "Pedido"\nplaced_at = "Data"\n')
    line.write("pedidos.csv", "Pedido;Data\n77;05/03/2026 21:30\n")
    words = ("import_orders", "pedidos.csv", "--store", "alice", "--mapping", "map.toml")
    ended = line.run(*words, "--timezone", "America/Sao_Paulo")
    assert (ended.code, ended.errors) == (0, "1 rows read\n")  # progress disturbs no script
    assert ended.output.startswith("read: 1\ncreated: 1\n")
    assert line.query("SELECT placed_at FROM orders_order") == [("2026-03-06 00:30:00",)]


def test_a_bomb_is_one_line(line: CommandLine) -> None:
    path = line.folder / "bomb.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, ["order_number", "placed_at"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", bytes(50 << 20))
    refusal = line.refusal("import_orders", path, "--store", "alice", "--json")
    assert "bomb.xlsx: the workbook unpacks to 50 MB" in refusal
