"""Run as a process of its own: prints a sheet of a workbook as JSON lines, within limits of memory and time.

A hostile workbook (one cell in the last row and column, a lying archive) can make any parser ask for all
memory; here that ends this process, not the web server or the worker. Imports nothing of the project.

    python -P sheet_dump.py FILE SHEET_INDEX ROW_LIMIT

The first line is {"sheets": [names]}; each further line is one row of text cells, from the sheet's row 1
on. Exit 3: the workbook cannot be used, the reason is on standard error.
"""

import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from posixpath import join, normpath
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

MEMORY = 1536 << 20  # bytes of address space
CPU_SECONDS = 120
OUTPUT = 1 << 30  # bytes; a workbook may name one long text a million times
MAX_COLUMNS = 2_000
LONGEST_CELL = 40_000  # characters; Excel's own limit is 32,767
CHUNK = 1 << 20
LONGEST_CELL_XML = 1 << 16
EXACT = 2**53  # above it a spreadsheet's numbers skip integers
FIFTEEN_DIGITS = 10**15  # Excel keeps 15 significant digits of what is typed
UNCALCULATED = "#UNCALCULATED!"


class Refused(Exception):
    """The workbook is whole, but no order file."""


Cell = int | float | str | bool | time | date | datetime | timedelta

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# Cells that calamine gives as empty: errors, and formulas which were never calculated.
_SILENT_CELL = re.compile(
    rb"""<c\s(?=[^>]*\br=["']([A-Z]{1,3})(\d{1,7})["'])[^>]*"""
    rb"""(?:\bt=["']e["'][^>]*>(?:(?!</c>).)*?<v>([^<]*)</v>"""
    rb"""|>\s*<f\b[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>)""",
    re.DOTALL,
)


def dump(path: str, index: int, limit: int) -> None:
    """Print the sheet; an index past the last sheet prints the names alone."""
    with CalamineWorkbook.from_path(path) as workbook:
        sheets = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        print(json.dumps({"sheets": sheets}))  # noqa: T201 - the protocol
        if index >= len(sheets):
            return
        sheet = workbook.get_sheet_by_name(sheets[index])
        if sheet.width > MAX_COLUMNS:
            raise Refused(
                f"it has {sheet.width:,} columns, {MAX_COLUMNS:,} are allowed; copy the orders into a new sheet"
            )
        silent = _silent_cells(path, sheets[index]) if zipfile.is_zipfile(path) else {}
        writer = _TextRows(sheet, silent)
        for row in islice(writer.rows(), limit or None):
            print(json.dumps(row, ensure_ascii=False))  # noqa: T201 - the protocol


class _TextRows:
    """A sheet's rows as text, with Excel's errors and lost digits made visible."""

    def __init__(self, sheet: CalamineSheet, silent: dict[tuple[int, int], str]) -> None:
        self._sheet = sheet
        self._first_column = sheet.start[1] if sheet.start else 0
        self._silent = silent
        self._silent_rows = {row for row, _ in silent}
        self._exact_columns: set[int] | None = None

    def rows(self) -> Iterator[list[str]]:
        if self._sheet.start is None:
            return
        for number, cells in enumerate(self._sheet.iter_rows()):
            texts = [
                value[:LONGEST_CELL] if isinstance(value, str) else self._text(value, column)
                for column, value in enumerate(cells)
            ]
            if number in self._silent_rows:
                self._show_silent(number, texts)
            yield texts

    def _show_silent(self, number: int, texts: list[str]) -> None:
        for column in range(len(texts)):
            if not texts[column]:
                texts[column] = self._silent.get((number, column + self._first_column), "")

    def _text(self, value: Cell, column: int) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, datetime):
            return (value + timedelta(microseconds=500_000)).replace(microsecond=0).isoformat(sep=" ")
        if isinstance(value, float):
            return self._number(value, column)
        return str(value)

    def _number(self, value: float, column: int) -> str:
        if not value.is_integer() or abs(value) >= EXACT:
            # 15 digits are what Excel shows: 23.499999999999996 is 23.5. A number with more has lost its end.
            return f"{value:.15g}" if abs(value) < FIFTEEN_DIGITS else f"{value:.14E}"
        whole = int(value)
        if abs(whole) >= FIFTEEN_DIGITS and whole % 10 == 0 and column not in self._exact():
            return f"{value:.14E}"
        return str(whole)

    def _exact(self) -> set[int]:
        """Columns whose 16-digit numbers were written by a program, so that a 0 at the end is a real 0.

        Excel turns the 16th digit of what is typed or pasted into 0; if any number of the column ends
        otherwise, Excel did not write it.
        """
        if self._exact_columns is None:
            self._exact_columns = {
                column
                for cells in self._sheet.iter_rows()
                for column, value in enumerate(cells)
                if isinstance(value, float) and FIFTEEN_DIGITS <= value < EXACT and value % 10
            }
        return self._exact_columns


def _silent_cells(path: str, sheet: str) -> dict[tuple[int, int], str]:
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        if part is None:
            return {}
        with archive.open(part) as stream:
            return dict(_find_silent(iter(lambda: stream.read(CHUNK), b"")))


def _find_silent(chunks: Iterator[bytes]) -> Iterator[tuple[tuple[int, int], str]]:
    kept = b""
    for chunk in chunks:
        text = kept + chunk
        cut = max(text.rfind(b"<c "), 0)  # the last cell may go on in the next chunk
        kept = text[cut:] if len(text) - cut < LONGEST_CELL_XML else b""
        if b"<f" in text or b'"e"' in text or b"'e'" in text:
            yield from _matches(text[:cut])
    yield from _matches(kept)


def _matches(text: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    for letters, digits, error in _SILENT_CELL.findall(text):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        yield (int(digits) - 1, column - 1), error.decode("ascii", "replace") or UNCALCULATED


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Find the archive's member that holds a sheet; None where the workbook hides it."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - limited process
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except (KeyError, ElementTree.ParseError):
        return None
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            part = normpath(join("/xl", targets.get(element.get(_RELATION), "?"))).lstrip("/")
            return part if part in archive.namelist() else None
    return None


def _limit_resources() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> int:
    """Dump what the arguments name; 3 and a reason when it cannot be read."""
    _limit_resources()
    path, index, limit = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    try:
        dump(path, index, limit)
    except PasswordError:
        reason = "it is protected with a password; save it without one"
    except (CalamineError, zipfile.BadZipFile, OverflowError, ValueError) as error:
        reason = f"it is damaged or cut off ({' '.join(str(error).split())[:200]}); open it and save it again"
    except Refused as error:
        reason = str(error)
    except MemoryError:
        reason = "it needs too much memory; copy the orders into a new sheet, or save them as CSV UTF-8"
    else:
        return 0
    print(reason, file=sys.stderr)  # noqa: T201 - the protocol
    return 3


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    raise SystemExit(main())
