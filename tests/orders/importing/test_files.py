"""Which files are read, and in which words the others are refused."""

import csv
import io
import tracemalloc
from pathlib import Path

import pytest

from orders.importing.columns import recognise
from orders.importing.files import UnusableFile, find_heading, open_tables
from orders.importing.orders_file import read_orders

HEADER = "order_number,placed_at,buyer_name"
ONE_ORDER = f"{HEADER}\nA1,2026-03-02 12:00:00,Мария 订单\n"


def test_reads_utf8_with_a_byte_order_mark(text_file, read):
    orders, errors = read(text_file(ONE_ORDER, "utf-8-sig"))
    assert (orders[0].order_number, orders[0].buyer.name, errors) == ("A1", "Мария 订单", [])


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_reads_what_excel_and_chinese_platforms_write(text_file, read, encoding):
    orders, errors = read(text_file(ONE_ORDER.replace(",", "\t"), encoding))
    assert (orders[0].buyer.name, errors) == ("Мария 订单", [])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_finds_the_delimiter_when_cells_hold_the_others(text_file, read, delimiter):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["order_number", "placed_at", "total", "title"])
    for number in range(30):
        writer.writerow([f"A{number}", "2026-03-02 12:00:00", "23,50", "lamp; red, with\ttab"])
    orders, errors = read(text_file(out.getvalue()))
    assert ([str(order.total) for order in orders], errors) == (["23.50"] * 30, [])


def test_a_cell_keeps_its_delimiters_and_line_breaks_become_spaces(text_file, read):
    orders, _ = read(text_file('order_number,placed_at,title\nA1,2026-03-02 12:00:00,"lamp,\nred"\n'))
    assert orders[0].items[0].title == "lamp, red"


def test_rows_are_numbered_as_records_when_cells_hold_line_breaks_and_lines_are_blank(text_file, read):
    text = 'order_number,placed_at,title\nA1,2026-03-02,"two\nlines"\n\n ,,\nA2,never,lamp\n'
    orders, errors = read(text_file(text))
    assert ([order.row for order in orders], [error.row for error in errors]) == ([2], [5])


def test_a_title_above_the_header_is_passed_over_and_rows_keep_the_numbers_of_the_file(text_file, read):
    orders, _ = read(text_file(f"All my orders,,\n\n{HEADER}\nA1,2026-03-02,Maria\n"))
    assert orders[0].row == 4


def test_a_header_alone_is_a_file_of_no_orders(text_file, read):
    assert read(text_file(HEADER)) == ([], [])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "no row"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG picture"),
        (b"%PDF-1.7 \n%\xe2\xe3\xcf\xd3", "PDF document"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "JPEG picture"),
        (b"\r\n<html><table><tr><td>order_number</td></tr></table>", "web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "web page or XML"),
        (b"\x7fELF\x02\x01\x01" + bytes(200), "NUL byte at byte 7, line 1"),
        (b"order_number,placed_at\nA1,2026\0-01-01\n", "NUL byte at byte 30, line 2"),
        (b"a,b\n1,2\n", "no column for order_number and placed_at; the columns are a, b; .*--mapping"),
        (b"order_number,total\n1,2\n", "no column for placed_at; the columns are order_number, total"),
        (b"PK\x05\x06" + bytes(18), "empty ZIP"),
    ],
)
def test_what_is_no_order_file_is_refused_in_words(text_file, read, content, words):
    with pytest.raises(UnusableFile, match=words) as refusal:
        read(text_file(content, name="orders.xls"))
    assert str(refusal.value).startswith("orders.xls: ")
    assert "\n" not in str(refusal.value)


def test_headers_that_are_there_twice_are_named(text_file, read):
    with pytest.raises(UnusableFile, match="'total' more than once"):
        read(text_file("order_number,total,placed_at,total \nA1,1,2026-03-02,2\n"))


def test_a_file_that_is_not_there_is_refused(tmp_path, read):
    with pytest.raises(UnusableFile, match=r"no\.csv: cannot be opened"):
        read(tmp_path / "no.csv")
    with pytest.raises(UnusableFile, match="cannot be opened"):
        read(tmp_path)


def test_a_file_over_the_limit_is_refused_before_it_is_read(text_file):
    path = text_file(ONE_ORDER)
    with pytest.raises(UnusableFile, match="bytes, 10 are allowed"):
        find_heading(open_tables(path, max_bytes=10), recognise)


def test_damaged_utf8_is_not_taken_for_chinese(text_file, read):
    damaged = ONE_ORDER.encode() * 3 + b"\n" + b"A2,2026-03-02 12:00:00,\xc4\xe3\xff\n"
    with pytest.raises(
        UnusableFile, match=f"mixed encodings, UTF-8 but not at byte {damaged.index(bytes([0xC4]))}, line 8"
    ):
        read(text_file(damaged))


def test_one_windows_1252_name_in_a_utf8_file_is_named_with_its_place(text_file, read):
    rows = [f"A{number},2026-03-02 12:00:00,João".encode() for number in range(9)]
    rows[4] = "A4,2026-03-02 12:00:00,João".encode("cp1252")
    content = b"\n".join([HEADER.encode(), *rows])
    with pytest.raises(UnusableFile, match=f"byte {content.index(b'o' + bytes([0xE3]) + b'o') + 1}, line 6"):
        read(text_file(content))


def test_windows_1252_is_refused_instead_of_read_as_chinese(text_file, read):
    with pytest.raises(UnusableFile, match="looks like Windows-1252"):
        read(text_file(f"{HEADER}\nA1,2026-03-02,João\nA2,2026-03-02,Conceição\n", "cp1252"))


def test_bytes_that_are_no_encoding_are_refused_with_both_places(text_file, read):
    chinese = "order_number,订单\n你好,下单时间\n".encode("gb18030")
    with pytest.raises(UnusableFile, match="not UTF-8 at byte 13, line 1 and not GB18030 at byte 32, line 3"):
        read(text_file(chinese + b"\xff\xff\n"))


def test_utf16_cut_in_the_middle_of_a_character_is_refused(text_file, read):
    with pytest.raises(UnusableFile, match="says it is UTF-16, but is not"):
        read(text_file(ONE_ORDER.encode("utf-16")[:-1]))


def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_row(text_file, read):
    with pytest.raises(UnusableFile, match=r"row 3 cannot be read .* never closed"):
        read(text_file(f'{HEADER}\nA1,2026-03-02,Maria\nA2,2026-03-02,"Maria\nA3,2026-03-02,Bob\n'))


def test_a_quotation_mark_inside_a_cell_is_data(text_file, read):
    orders, errors = read(text_file('order_number,placed_at,title\nA1,2026-03-02,lamp 5" red\n'))
    assert (orders[0].items[0].title, errors) == ('lamp 5" red', [])


def test_an_endless_line_is_refused(text_file, read):
    with pytest.raises(UnusableFile, match="row 2 cannot be read"):
        read(text_file(f"{HEADER}\nA1,2026-03-02,{'x' * 2_000_000}\n"))


def test_gb18030_survives_when_its_letters_are_rare(text_file, read):
    rows = "".join(f"A{number},2026-03-02 12:00:00,镕㐀𠀀é ã 张{number}\n" for number in range(50))
    orders, errors = read(text_file(f"{HEADER}\n{rows}", "gb18030"))
    assert ({order.buyer.name[:7] for order in orders}, errors) == ({"镕㐀𠀀é ã "}, [])


def test_old_mac_line_ends_are_read(text_file, read):
    orders, errors = read(text_file(ONE_ORDER.replace("\n", "\r")))
    assert (len(orders), errors) == (1, [])


def test_memory_stays_flat_when_the_file_grows(tmp_path: Path):
    def peak(lines: int) -> int:
        path = tmp_path / f"{lines}.csv"
        with path.open("w") as out:
            out.write("order_number,placed_at,title\n")
            out.writelines(f"A{line},2026-03-02 12:00:00,lamp {line}\n" for line in range(lines))
        tracemalloc.start()
        assert sum(1 for _ in read_orders(path, timezone="UTC", max_bytes=10**8)) == lines
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(8_000) < peak(1_000) * 1.2
