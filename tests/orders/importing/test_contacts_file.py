"""Contacts files: lines become ContactRecords."""

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.importing.columns import CONTACTS, Mapping, suggest_mapping
from orders.importing.contacts_file import SAID, read_contacts
from orders.importing.files import UnusableFile
from orders.records import ContactRecord, RowError
from tests.orders.importing.conftest import TextFile, Workbook

HEADER = "order_number,email,phone,language,timezone,name\n"
LINE = "801,maria@example.com,+55 11 91234-5678,PT_br,America/Sao_Paulo,Maria\n"
MARIA = ContactRecord("801", "maria@example.com", "+55 11 91234-5678", "pt-br", "America/Sao_Paulo", "Maria", 2)


def read_all(path: Path, mapping: Mapping | None = None) -> list[ContactRecord | RowError]:
    return list(read_contacts(path, max_bytes=10**6, mapping=mapping))


def test_every_column_finds_its_place(text_file: TextFile) -> None:
    assert read_all(text_file(HEADER + LINE)) == [MARIA]


def test_chinese_headers_and_workbooks_are_read(xlsx: Workbook) -> None:
    path = xlsx([["订单号", "买家邮箱", "手机"], [8012345678901234, "maria@example.com", "13800000000"]])
    assert read_all(path) == [ContactRecord("8012345678901234", "maria@example.com", "13800000000", row=2)]


def test_other_headers_are_suggested_and_then_assigned(text_file: TextFile) -> None:
    headers = ["Nº do pedido", "E-mail do cliente", "WhatsApp"]
    columns = suggest_mapping(headers, CONTACTS)
    assert columns == {"order_number": headers[0], "email": headers[1], "phone": headers[2]}
    path = text_file(",".join(headers) + "\n801,maria@example.com,+551191\n")
    assert read_all(path, Mapping(columns)) == [ContactRecord("801", "maria@example.com", "+551191", row=2)]


@pytest.mark.parametrize(
    ("line", "field", "words"),
    [
        (",maria@example.com,,,,", "order_number", "is missing"),
        ("801,maria,,,,", "email", "not an e-mail address"),
        ("801,,,Portuguese!,,", "language", "not a language code"),
        ("801,,,,Brazil time,", "timezone", "not a time zone"),
        ("801,,,,,", "email", "nothing to add"),
        (f"801,,{'1' * 101},,,", "phone", "longer than 100"),
        ("800,again@example.com,,,,", "order_number", "stands in row 2 already"),
    ],
)
def test_a_bad_row_is_rejected_and_the_others_land(text_file: TextFile, line: str, field: str, words: str) -> None:
    first, second = read_all(text_file(f"{HEADER}800,a@example.com,,,,\n{line}\n"))
    assert first == ContactRecord("800", "a@example.com", row=2)
    assert isinstance(second, RowError)
    assert (second.row, second.field) == (3, field)
    assert words in second.error


@pytest.mark.parametrize("header", ["email,phone", "order_number,colour", "order_number"])
def test_a_file_without_a_number_or_without_anything_to_add_is_no_contacts_file(
    text_file: TextFile, header: str
) -> None:
    with pytest.raises(UnusableFile, match="no column"):
        read_all(text_file(f"{header}\n1,2\n"))


CELLS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["", " ", "801", "maria@example.com", "=1+1", "pt-br", "UTC", "\x00", "'", '"', "a\nb", "9" * 70, "@x", "ｘ@ｙ.com"]
)


@given(st.lists(st.lists(CELLS, min_size=6, max_size=6), min_size=1, max_size=8))
def test_every_row_is_a_record_or_says_why_not(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER.strip().split(","), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "contacts.csv")
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
        try:
            reader = read_contacts(path, max_bytes=10**6)
            found = list(reader)
        except UnusableFile as error:
            assert "\n" not in str(error)
            return
    assert len({row.row for row in found}) == reader.rows_read
    good = [row for row in found if isinstance(row, ContactRecord)]
    assert all(record.order_number and any(getattr(record, name) for name in SAID) for record in good)
    assert len({record.order_number for record in good}) == len(good)
    assert all(row.error and "\n" not in row.error for row in found if isinstance(row, RowError))
