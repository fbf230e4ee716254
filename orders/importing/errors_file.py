"""Writes row errors as a CSV file that a spreadsheet program opens, so that a person can correct the rows."""

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

from orders.records import RowError

COLUMNS = ("row", "field", "value", "error")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_errors(out: BinaryIO, errors: Iterable[RowError]) -> int:
    """Write the errors (UTF-8 with a byte order mark, for Excel), give how many; `out` stays open.

    What a spreadsheet program would take for a formula gets an apostrophe in front (rule M9).
    """
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    count = 0
    try:
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        for error in errors:
            writer.writerow([error.row, *map(_harmless, (error.field, error.value, error.error))])
            count += 1
    finally:
        text.detach()
    return count


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
