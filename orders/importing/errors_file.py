"""Writes row errors as a CSV file that a spreadsheet program opens, so that a person can correct the rows."""

from collections.abc import Iterable
from typing import BinaryIO

from orders.records import RowError
from orders.spreadsheets import write_table

COLUMNS = ("row", "field", "value", "error")


def write_errors(out: BinaryIO, errors: Iterable[RowError]) -> int:
    """Write the errors, give how many; `out` stays open."""
    return write_table(out, COLUMNS, ((error.row, error.field, error.value, error.error) for error in errors))
