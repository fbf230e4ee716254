"""Opens an order or tracking file by what it contains, not by its name, and finds the header in it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

from orders.importing.sheet_tables import open_sheets
from orders.importing.tables import FileKind, Table, UnusableFile
from orders.importing.text_tables import open_text

__all__ = ["FileKind", "Heading", "Table", "UnusableFile", "find_heading", "open_tables"]

T = TypeVar("T")

HEADER_WITHIN = 10  # rows that hold anything; titles may stand above the header
HINT = "export the orders as CSV (UTF-8) or XLSX"

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_REFUSED = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"\x1f\x8b": "a gzip archive",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"PK\x05\x06": "an empty ZIP archive",
    b"{\\rtf": "a rich text document",
    b"SQLite format 3": "a database",
}


@dataclass(frozen=True)
class Heading(Generic[T]):
    """Where the header stands in a file, and what was recognised in it."""

    table: Table
    row: int
    cells: list[str]
    recognised: T

    def data_rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the header that hold anything, with their numbers."""
        return (row for row in self.table.rows() if row[0] > self.row)


def open_tables(path: Path, *, max_bytes: int, row_limit: int = 0) -> Iterator[Table]:
    """Give the file's tables: one for a text file, one a sheet for a workbook, each read only when asked for.

    `max_bytes` bounds the file's size in bytes. `row_limit` (0: none) spares work when only a workbook's
    first rows are wanted. Raises UnusableFile for what is no order file: too large, empty, a picture, a web
    page, damaged …
    """
    start = _first_bytes(path, max_bytes)
    if start.startswith(_ZIP):
        yield from open_sheets(path, FileKind.XLSX, row_limit=row_limit)
    elif start.startswith(_OLE):
        yield from open_sheets(path, FileKind.XLS, row_limit=row_limit)
    else:
        _refuse_foreign(path, start)
        yield open_text(path)


def _first_bytes(path: Path, max_bytes: int) -> bytes:
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            start = stream.read(512)
    except OSError as error:
        raise UnusableFile(f"{path.name}: cannot be opened ({error.strerror}); check the path") from error
    if size > max_bytes:
        raise UnusableFile(f"{path.name}: the file has {size:,} bytes, {max_bytes:,} are allowed; split it into parts")
    if not size:
        raise UnusableFile(f"{path.name}: the file is empty; {HINT}")
    return start


def _refuse_foreign(path: Path, start: bytes) -> None:
    for signature, what in _REFUSED.items():
        if start.startswith(signature):
            raise UnusableFile(f"{path.name}: the file is {what}; {HINT}")
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise UnusableFile(
            f"{path.name}: the file is a web page or XML, whatever its name says; "
            "open it in a spreadsheet program and save it as XLSX or CSV UTF-8"
        )


def find_heading(tables: Iterable[Table], recognise: Callable[[list[str]], T]) -> Heading[T]:
    """Find the first row that `recognise` accepts among the first rows of each table.

    `recognise` raises UnusableFile for a row that is no header. Raises UnusableFile when none is one, with
    what it said about the fullest row, and for a header that names two columns alike.
    """
    fullest, reason = 0, "there is no row in it"
    name = "file"
    for table in tables:
        name = table.name
        for row, cells in islice(table.rows(), HEADER_WITHIN):
            try:
                recognised = recognise(cells)
            except UnusableFile as error:
                filled = sum(1 for cell in cells if cell.strip())
                if filled > fullest:
                    fullest, reason = filled, str(error)
                continue
            _check_distinct(name, cells)
            return Heading(table, row, cells, recognised)
    raise UnusableFile(f"{name}: {reason}")


def _check_distinct(name: str, header: list[str]) -> None:
    names = Counter(cell.strip() for cell in header if cell.strip())
    twice = [cell for cell, count in names.items() if count > 1]
    if twice:
        raise UnusableFile(
            f"{name}: the header names {', '.join(repr(cell) for cell in twice)} more than once; "
            "rename or delete one of the columns"
        )
