"""Reads an order file: bytes on disk become OrderRecords, in constant memory, or RowErrors."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from orders.importing.columns import Mapping, apply_mapping, recognise
from orders.importing.files import FileKind, Heading, find_heading, open_tables
from orders.importing.grouping import OrderLines, ScatteredNumbers
from orders.importing.order_rows import OrderRows
from orders.importing.rows import Values
from orders.records import OrderRecord, RowError


@dataclass
class OrderFileReader:
    """Iterates over an order file's OrderRecords and RowErrors.

    A bad row is rejected alone, with an error for each bad cell; the good lines of its order land. Of an
    order's own fields the first line that fills one wins. `rows_total` is known at once, `rows_read` counts
    along.
    """

    heading: Heading[Mapping]
    rows_total: int
    rows: OrderRows
    scattered: ScatteredNumbers
    rows_read: int = 0

    @property
    def header(self) -> list[str]:
        """The header's cells."""
        return self.heading.cells

    @property
    def mapping(self) -> Mapping:
        """Which header holds which field."""
        return self.heading.recognised

    def __iter__(self) -> Iterator[OrderRecord | RowError]:
        """Read the file anew from its beginning. Raises UnusableFile if it has changed for the worse."""
        self.rows_read = 0
        waiting: dict[str, OrderLines] = {}
        current: OrderLines | None = None
        for row, cells in self.heading.data_rows():
            self.rows_read += 1
            values, items, errors = self.rows.read(row, cells)
            number = values.get("order_number", "")
            if errors:
                order = current if current is not None and current.number == number else waiting.get(number)
                yield from errors
                yield from _missing_date(row, values, errors, order)
                continue
            if current is not None and current.number != number:
                yield from current.finish()
                current = None
            if self.scattered.contains(number):
                waiting.setdefault(number, OrderLines(number, row)).add(row, values, items)
            else:
                current = current or OrderLines(number, row)
                current.add(row, values, items)
        if current is not None:
            yield from current.finish()
        for order in waiting.values():
            yield from order.finish()


def read_orders(path: Path, *, timezone: str, max_bytes: int, mapping: Mapping | None = None) -> OrderFileReader:
    """Open an order file and read it through once, to count its rows and find orders with scattered lines.

    Times without an offset are in `timezone` (IANA name); `max_bytes` bounds the file's size. Without a
    `mapping` the header must be one of those in headers.toml. Raises UnusableFile when the file cannot be
    used at all.
    """
    tables = open_tables(path, max_bytes=max_bytes)
    heading = find_heading(tables, lambda cells: apply_mapping(cells, mapping) if mapping else recognise(cells))
    is_workbook = heading.table.kind != FileKind.TEXT
    rows = OrderRows(heading.cells, heading.recognised, ZoneInfo(timezone), serials=is_workbook)
    scattered = ScatteredNumbers()
    total = 0
    for _, cells in heading.data_rows():
        total += 1
        scattered.meet(rows.order_number(cells))
    return OrderFileReader(heading, total, rows, scattered)


def _missing_date(row: int, values: Values, errors: list[RowError], order: OrderLines | None) -> Iterator[RowError]:
    """Add to a rejected row's errors that it has no date either, unless an earlier line of its order has one."""
    dated = "placed_at" in values or (order is not None and "placed_at" in order.values)
    if not dated and all(error.field != "placed_at" for error in errors):
        yield RowError(row, "placed_at", "", "is missing")
