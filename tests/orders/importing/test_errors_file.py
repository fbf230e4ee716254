"""The file of row errors that a person takes away."""

import csv
import io

import pytest

from orders.importing.errors_file import write_errors
from orders.records import RowError


def written(*errors):
    out = io.BytesIO()
    assert write_errors(out, iter(errors)) == len(errors)
    return out.getvalue()


def test_excel_opens_the_file_with_its_letters_right():
    content = written(RowError(17, "buyer_name", "João, 张", "not a date"))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [["row", "field", "value", "error"], ["17", "buyer_name", "João, 张", "not a date"]]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_nothing_is_read_as_a_formula(start):
    content = written(RowError(2, "sku", f"{start}cmd|' /C calc'!A0", "bad")).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert rows[1][2] == f"'{start}cmd|' /C calc'!A0"


def test_a_file_without_errors_has_its_header():
    assert written() == b"\xef\xbb\xbfrow,field,value,error\r\n"
