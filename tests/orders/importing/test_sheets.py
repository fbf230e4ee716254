"""Workbooks: what Excel stores in cells, and archives that are not what they seem."""

import struct
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orders.importing import sheet_tables
from orders.importing.files import UnusableFile, open_tables

HEADER = ["order_number", "placed_at", "total", "quantity", "buyer_name", "paid_at"]
PLACED = datetime(2026, 3, 2, 12, 0, 1)
SHEET = """<?xml version="1.0" encoding="UTF-8"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>"""


def rewrite(path: Path, **members: bytes) -> Path:
    """Copy a workbook with other contents for the members whose file names are given (without .xml)."""
    copy = path.with_name(f"other-{path.name}")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            stem = Path(member.filename).stem
            new.writestr(member.filename, members.pop(stem, old.read(member)))
    return copy


def encrypted_workbook(path: Path) -> Path:
    """Write the outline of what Office saves with a password: an OLE file with a stream of that name."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000)
    path.write_bytes(header + "EncryptedPackage".encode("utf-16-le") + bytes(4_000))
    return path


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_dates_numbers_and_texts_arrive_as_written(kind, request, read):
    write = request.getfixturevalue(kind)
    path = write([HEADER, ["A1", PLACED, 23.5, 2, "Maria\x01Souza" if kind == "xls" else "Maria Souza", ""]][:2])
    orders, errors = read(path, "America/Sao_Paulo")
    assert errors == []
    assert (orders[0].placed_at, str(orders[0].total)) == (datetime(2026, 3, 2, 15, 0, 1, tzinfo=UTC), "23.5")
    assert (orders[0].items[0].quantity, orders[0].buyer.name) == (2, "Maria Souza")


def test_the_content_decides_when_a_workbook_is_named_csv(xlsx, read):
    orders, errors = read(xlsx([HEADER, ["A1", PLACED]], name="orders.csv"))
    assert (len(orders), errors) == (1, [])


def test_an_order_number_stored_as_a_whole_number_keeps_all_its_digits(xlsx, read):
    orders, errors = read(xlsx([HEADER, [8012345678901234, PLACED], [8012345678901240, PLACED], [12, PLACED]]))
    assert ([order.order_number for order in orders], errors) == (
        ["8012345678901234", "8012345678901240", "12"],
        [],
    )


@pytest.mark.parametrize("number", [8012345678901230, 80123456789012345678, 8.01235e15])
def test_an_order_number_that_excel_rounded_is_refused_with_advice(xlsx, read, number):
    orders, errors = read(xlsx([HEADER, [number, PLACED]]))
    assert (orders, errors[0].row, errors[0].field) == ([], 2, "order_number")
    assert "digits are lost" in errors[0].error
    assert "format the column as text" in errors[0].error


def test_a_bare_number_in_a_date_column_is_excels_day_count(xlsx, read):
    orders, errors = read(xlsx([HEADER, ["A1", 46083.5], ["A2", 12]]))
    assert orders[0].placed_at == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert [(error.row, error.value, error.error) for error in errors] == [(3, "12", "not a date")]


def test_text_that_looks_like_a_formula_stays_data(xlsx, read):
    path = xlsx([HEADER])
    rows = "".join(
        f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>A{number}</t></is></c>'
        f'<c r="B{number}" t="inlineStr"><is><t>2026-03-02</t></is></c>'
        f'<c r="E{number}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for number, text in enumerate(["=1+1", "+55 11", "-x", "@SUM(A1)"], start=2)
    )
    header = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in HEADER)
    orders, _ = read(rewrite(path, sheet1=SHEET.format(f'<row r="1">{header}</row>{rows}').encode()))
    assert [order.buyer.name for order in orders] == ["=1+1", "+55 11", "-x", "@SUM(A1)"]


def sheet_with_formulas(xlsx, *formulas):
    """A workbook whose second row holds the given cells of XML, from column E on."""
    cells = "".join(f'<c r="{column}2"{formula}</c>' for column, formula in zip("EF", formulas, strict=False))
    header = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in HEADER)
    row = '<c r="A2" t="inlineStr"><is><t>A1</t></is></c><c r="B2" t="inlineStr"><is><t>2026-03-02</t></is></c>'
    xml = SHEET.format(f'<row r="1">{header}</row><row r="2">{row}{cells}</row>')
    return rewrite(xlsx([HEADER]), sheet1=xml.encode())


def test_a_formulas_stored_result_is_read(xlsx, read):
    orders, errors = read(sheet_with_formulas(xlsx, ' t="str"><f>"a"&amp;"b"</f><v>ab</v>', "><f>B2+1</f><v>46083</v>"))
    assert (orders[0].buyer.name, orders[0].paid_at, errors) == ("ab", datetime(2026, 3, 2, tzinfo=UTC), [])


def test_cells_with_excels_errors_reject_their_row(xlsx, read):
    orders, errors = read(sheet_with_formulas(xlsx, ' t="e"><f>X</f><v>#REF!</v>', ' t="e"><v>#N/A</v>'))
    assert (orders, [(error.field, error.value) for error in errors]) == (
        [],
        [("buyer_name", "#REF!"), ("paid_at", "#N/A")],
    )
    assert "#REF!" in errors[0].error


def test_formulas_that_were_never_calculated_reject_their_row(xlsx, read):
    _, errors = read(sheet_with_formulas(xlsx, "><f>A2&amp;B2</f><v></v>", "><f>B2</f>"))
    assert [error.field for error in errors] == ["buyer_name", "paid_at"]
    assert "never calculated" in errors[0].error


def test_the_first_sheet_with_a_known_header_is_read(xlsx, read):
    path = xlsx([["Notes"], ["none"]], [], [["My shop"], [], HEADER, ["A1", PLACED]])
    orders, errors = read(path)
    assert ([order.row for order in orders], errors) == ([4], [])
    assert next(open_tables(path, max_bytes=10**6)).sheet_names == ("Sheet1", "Sheet2", "Sheet3")


def test_a_workbook_without_a_header_lists_the_columns_it_has(xlsx, read):
    with pytest.raises(UnusableFile, match=r"orders\.xlsx: no column .* the columns are Notes, More"):
        read(xlsx([["Notes", "More"], ["none"]]))


@pytest.mark.parametrize("keep", [100, 2_000, -300, -1])
def test_a_truncated_workbook_is_refused(xlsx, read, keep):
    path = xlsx([HEADER, *([f"A{number}", PLACED] for number in range(300))])
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UnusableFile, match="damaged or cut off"):
        read(path)


def test_a_truncated_xls_is_refused(xls, read):
    path = xls([HEADER, *([f"A{number}", PLACED] for number in range(300))])
    path.write_bytes(path.read_bytes()[:9_000])
    with pytest.raises(UnusableFile, match=r"orders\.xls: the workbook cannot be read"):
        read(path)


def test_a_zip_bomb_is_refused_by_its_directory(xlsx, read):
    path = rewrite(xlsx([HEADER]), sheet1=bytes(30 << 20))
    with pytest.raises(UnusableFile, match=r"unpacks to 30 MB from .* kB, which is refused"):
        read(path)


def test_a_zip_bomb_is_refused_when_its_directory_lies(xlsx, read):
    path = rewrite(xlsx([HEADER]), sheet1=bytes(30 << 20))
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", 30 << 20), struct.pack("<I", 1_000)))
    with pytest.raises(UnusableFile, match="damaged"):
        read(path)


def test_far_away_cells_end_the_reading_process_alone(xlsx, read):
    """Parsers keep the rectangle between the first and the last cell: here 17 thousand million cells."""
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(UnusableFile, match="too much memory"):
        read(rewrite(xlsx([HEADER]), sheet1=SHEET.format(cells).encode()))


def test_a_sheet_of_thousands_of_columns_is_refused(xlsx, read):
    with pytest.raises(UnusableFile, match="it has 2,001 columns"):
        read(xlsx([HEADER, ["A1", PLACED, *["x"] * 1_999]]))


@pytest.mark.slow
def test_one_long_text_named_very_often_ends_the_reading_process_alone(xlsx, read):
    text = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{"x" * 32_000}</t></si></sst>'
    )
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 60_000))
    path = rewrite(xlsx([HEADER]), sheet1=SHEET.format(rows).encode(), sharedStrings=text.encode())
    with pytest.raises(UnusableFile, match="too much memory"):
        read(path)


def test_a_workbook_with_a_password_is_refused(tmp_path, read):
    with pytest.raises(UnusableFile, match="protected with a password"):
        read(encrypted_workbook(tmp_path / "orders.xlsx"))


@pytest.mark.parametrize(("member", "words"), [("word/document.xml", "not a workbook"), ("xl/workbook.bin", "XLSB")])
def test_other_archives_are_refused(tmp_path, read, member, words):
    path = tmp_path / "orders.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "text")
    with pytest.raises(UnusableFile, match=words):
        read(path)


def test_no_dump_is_left_when_a_table_is_gone(xlsx, tmp_path, monkeypatch):
    monkeypatch.setattr(sheet_tables.tempfile, "tempdir", str(tmp_path))
    table = next(open_tables(xlsx([HEADER]), max_bytes=10**6))
    assert list(tmp_path.glob("prazo-sheet-*"))
    del table
    assert not list(tmp_path.glob("prazo-sheet-*"))
