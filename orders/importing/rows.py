"""Reads one row of cells field by field: all its values, or every reason why it cannot be used."""

from collections.abc import Callable, Sequence
from typing import Any

from orders.importing.columns import Mapping
from orders.importing.values import clean
from orders.records import RowError

SHOWN = 200  # characters of a bad value that an error repeats

Reader = Callable[[str], Any]
Values = dict[str, Any]

_SHEET_ERRORS = frozenset({"#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
_UNCALCULATED = "#UNCALCULATED!"  # as sheet_dump.py marks it


class RowReader:
    """Reads the mapped cells of rows that stand under one header."""

    def __init__(
        self, header: Sequence[str], mapping: Mapping, readers: dict[str, Reader], raw: frozenset[str]
    ) -> None:
        """Take a reader for every field that may be mapped; the fields in `raw` get their cells uncleaned."""
        self._width = len(header)
        positions = {cell: column for column, cell in reversed(list(enumerate(header)))}
        self._plan = sorted(
            ((name, positions[cell], readers[name], name in raw) for name, cell in mapping.columns.items()),
            key=lambda step: step[1],
        )

    def read(self, row: int, cells: list[str]) -> tuple[Values, list[RowError]]:
        """Give the row's values (empty cells have none), and an error for every cell that cannot be used."""
        values: Values = {}
        errors: list[RowError] = []
        filled = len(cells)
        if filled > self._width and (surplus := [cell for cell in cells[self._width :] if cell.strip()]):
            errors.append(_surplus_error(row, surplus, self._width))
        for name, column, reader, raw in self._plan:
            if column >= filled or not (cell := cells[column]):
                continue
            # Same as clean(cell), without the call for the usual cell: this is the innermost loop of an import.
            text = cell if raw else cell.strip() if cell.isprintable() else clean(cell)
            if not text or (raw and not text.strip()):
                continue
            try:
                if text[0] == "#":
                    _check_sheet_error(text)
                if (value := reader(text)) is not None:
                    values[name] = value
            except ValueError as error:
                errors.append(row_error(row, name, cell, str(error)))
        return values, errors


def row_error(row: int, field: str, value: str, error: str) -> RowError:
    """Make an error whose value is fit to be shown: on one line, and not endless."""
    shown = clean(value)
    return RowError(row, field, shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + "…", error)


def _surplus_error(row: int, surplus: list[str], width: int) -> RowError:
    return row_error(
        row,
        "",
        surplus[0],
        f"the row has cells beyond the {width} columns of the header; look for a stray delimiter",
    )


def _check_sheet_error(text: str) -> None:
    if text in _SHEET_ERRORS:
        raise ValueError(f"the spreadsheet shows the error {text} here; correct the formula")
    if text == _UNCALCULATED:
        raise ValueError("a formula that was never calculated; open the file in a spreadsheet program and save it")
