"""Makes real order files: text, XLSX and XLS."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt

from orders.importing.orders_file import read_orders
from orders.records import OrderRecord, RowError

MAX_BYTES = 50_000_000

TextFile = Callable[..., Path]
Workbook = Callable[..., Path]
Reading = tuple[list[OrderRecord], list[RowError]]


@pytest.fixture
def text_file(tmp_path: Path) -> TextFile:
    """Write text, in UTF-8 unless told otherwise, under a name that lies about nothing."""

    def write(content: str | bytes, encoding: str = "utf-8", name: str = "orders.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


@pytest.fixture
def xlsx(tmp_path: Path) -> Workbook:
    """Write one sheet of an XLSX workbook for each list of rows."""

    def write(*sheets: Sequence[Sequence[Any]], name: str = "orders.xlsx") -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
            for rows in sheets:
                sheet = book.add_worksheet()
                for number, cells in enumerate(rows):
                    sheet.write_row(number, 0, cells)
        return path

    return write


@pytest.fixture
def xls(tmp_path: Path) -> Workbook:
    """Write an XLS workbook of one sheet."""

    def write(rows: Sequence[Sequence[Any]], name: str = "orders.xls") -> Path:
        book = xlwt.Workbook()
        sheet = book.add_sheet("Orders")
        date = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                style = (date,) if hasattr(cell, "year") else ()
                sheet.write(number, column, cell, *style)
        path = tmp_path / name
        book.save(str(path))
        return path

    return write


@pytest.fixture
def read() -> Callable[..., Reading]:
    """Read a whole order file into orders and errors; times are UTC unless told otherwise."""

    def read_all(path: Path, timezone: str = "UTC", **options: Any) -> Reading:
        orders: list[OrderRecord] = []
        errors: list[RowError] = []
        for record in read_orders(path, timezone=timezone, max_bytes=MAX_BYTES, **options):
            if isinstance(record, OrderRecord):
                orders.append(record)
            else:
                errors.append(record)
        return orders, errors

    return read_all
