"""What a person sees of a file before saying which column is what."""

import pytest

from orders.importing.columns import TRACKING
from orders.importing.files import UnusableFile
from orders.importing.previewing import preview


def test_a_known_file_shows_its_beginning_and_no_problem(text_file):
    lines = "".join(f"A{number},2026-03-02\n" for number in range(50))
    seen = preview(text_file("title row\n订单号,下单时间\n" + lines, "gb18030"), max_bytes=10**6, limit=5)
    assert (seen.kind, seen.encoding, seen.delimiter, seen.problem) == ("csv", "gb18030", ",", "")
    assert (seen.header_row, seen.header, len(seen.rows)) == (2, ["订单号", "下单时间"], 5)
    assert seen.rows[0] == (3, ["A0", "2026-03-02"])


def test_an_unknown_file_shows_its_fullest_row_as_header_with_suggestions(text_file):
    seen = preview(text_file("Relatório\nPedido;Data;Cliente\nA1;02/03/2026;Maria\n"), max_bytes=10**6)
    assert seen.header == ["Pedido", "Data", "Cliente"]
    assert seen.suggested == {"order_number": "Pedido", "placed_at": "Data", "buyer_name": "Cliente"}
    assert "no column for order_number and placed_at" in seen.problem


def test_a_workbook_shows_its_sheets(xlsx):
    path = xlsx([["Notes"]], [["order_number", "placed_at"], *([number, "2026-03-02"] for number in range(500))])
    seen = preview(path, max_bytes=10**6)
    assert (seen.kind, seen.sheet, seen.sheet_names) == ("xlsx", "Sheet2", ("Sheet1", "Sheet2"))
    assert (seen.rows[0], len(seen.rows)) == ((2, ["0", "2026-03-02"]), 20)


def test_a_tracking_file_gets_suggestions_of_its_own(text_file):
    seen = preview(text_file("Tracking,Date,Event\nLX1CN,2026-03-02,lost\n"), max_bytes=10**6, layout=TRACKING)
    assert seen.suggested == {"tracking_number": "Tracking", "at": "Date", "status": "Event"}


def test_an_unreadable_file_is_refused(text_file):
    with pytest.raises(UnusableFile, match="empty"):
        preview(text_file(b""), max_bytes=10**6)
    with pytest.raises(UnusableFile, match="no row"):
        preview(text_file(b"\n\n"), max_bytes=10**6)
