"""Tracking files: lines become TrackingRecords."""

from datetime import UTC, datetime

import pytest

from orders.importing.columns import Mapping
from orders.importing.files import UnusableFile
from orders.importing.tracking_file import read_tracking
from orders.records import RowError, TrackingRecord

HEADER = "tracking_number,at,status,description,location,source\n"


def read_all(path, timezone="UTC", mapping=None):
    return list(read_tracking(path, timezone=timezone, max_bytes=10**6, mapping=mapping))


def test_every_column_finds_its_place(text_file):
    line = "LX1CN,2026-03-02 10:00:00,Arrived,Received in Brazil,Curitiba,17track\n"
    assert read_all(text_file(HEADER + line), "America/Sao_Paulo") == [
        TrackingRecord(
            "LX1CN",
            datetime(2026, 3, 2, 13, tzinfo=UTC),
            "arrived",
            "Received in Brazil",
            "Curitiba",
            "17track",
            2,
        )
    ]


def test_chinese_headers_and_workbooks_are_read(xlsx):
    path = xlsx(
        [
            ["运单号", "时间", "状态", "描述", "地点", "来源"],
            ["LX1CN", datetime(2026, 3, 2, 10), "", "到达", "", ""],
        ]
    )
    (record,) = read_all(path)
    assert (record.at, record.status, record.description) == (
        datetime(2026, 3, 2, 10, tzinfo=UTC),
        "",
        "到达",
    )


@pytest.mark.parametrize(
    ("line", "field", "words"),
    [
        (",2026-03-02,lost,,,", "tracking_number", "is missing"),
        ("LX1CN,,lost,,,", "at", "is missing"),
        ("LX1CN,soon,lost,,,", "at", "not a date"),
        ("LX1CN,2026-03-02,vanished,,,", "status", "not a status; one of no_scan, in_transit,"),
        ("LX1CN,2026-03-02,,,,", "status", "neither a status nor a description"),
        (f"LX1CN,2026-03-02,,{'x' * 2001},,", "description", "longer than 2000"),
    ],
)
def test_a_bad_row_is_rejected_and_the_others_land(text_file, line, field, words):
    error, record = read_all(text_file(f"{HEADER}{line}\nLX2CN,2026-03-02,lost,,,\n"))
    assert isinstance(error, RowError)
    assert (error.row, error.field, record.row) == (2, field, 3)
    assert words in error.error


def test_a_mapping_reads_a_file_of_its_own_words(text_file):
    mapping = Mapping({"tracking_number": "Code", "at": "When", "description": "What"}, "%d.%m.%Y")
    (record,) = read_all(text_file("Code,When,What\nLX1CN,02.03.2026,Posted\n"), mapping=mapping)
    assert (record.at.month, record.description) == (3, "Posted")


def test_an_order_file_is_no_tracking_file(text_file):
    with pytest.raises(UnusableFile, match="no column for at"):
        read_all(text_file("order_number,placed_at,tracking_number\nA1,2026-03-02,LX1CN\n"))


def test_the_reader_counts_rows(text_file):
    reader = read_tracking(text_file(HEADER + "LX1CN,2026-03-02,lost,,,\n" * 3), timezone="UTC", max_bytes=10**6)
    assert (reader.rows_total, reader.rows_read, len(list(reader)), reader.rows_read) == (3, 0, 3, 3)
