"""Reads a contacts file: bytes on disk become ContactRecords or RowErrors."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orders.importing.columns import CONTACTS, Mapping, apply_mapping, recognise
from orders.importing.files import Heading, find_heading, open_tables
from orders.importing.order_rows import TEXTS
from orders.importing.rows import Reader, RowReader
from orders.importing.tables import UnusableFile
from orders.importing.values import parse_code, parse_email, parse_language, parse_timezone, text_reader
from orders.records import ContactRecord, RowError

SAID = ("email", "phone", "language", "timezone", "name")
_READERS: dict[str, Reader] = {
    "order_number": parse_code,
    "email": parse_email,
    "phone": text_reader(TEXTS["buyer_phone"]),
    "language": parse_language,
    "timezone": parse_timezone,
    "name": text_reader(TEXTS["buyer_name"]),
}


@dataclass
class ContactsFileReader:
    """Iterates over a contacts file's ContactRecords and RowErrors, in the file's order; `rows_read` counts along."""

    heading: Heading[Mapping]
    reader: RowReader
    rows_read: int = 0

    def __iter__(self) -> Iterator[ContactRecord | RowError]:
        """Read the file anew from its beginning. Raises UnusableFile if it has changed for the worse."""
        self.rows_read = 0
        rows_of: dict[str, int] = {}  # two lines of an order would undo each other at every import
        for row, cells in self.heading.data_rows():
            self.rows_read += 1
            values, errors = self.reader.read(row, cells)
            number = values.get("order_number", "")
            if not number and all(error.field != "order_number" for error in errors):
                errors.append(RowError(row, "order_number", "", "is missing"))
            if number and (first := rows_of.setdefault(number, row)) != row:
                errors.append(RowError(row, "order_number", number, f"stands in row {first} already: keep one of them"))
            if not errors and not values.keys() & set(SAID):
                errors.append(RowError(row, "email", "", "nothing to add: none of " + ", ".join(SAID)))
            if errors:
                yield from errors
            else:
                yield ContactRecord(**values, row=row)


def read_contacts(path: Path, *, max_bytes: int, mapping: Mapping | None = None) -> ContactsFileReader:
    """Open a contacts file; `max_bytes` bounds its size.

    Raises UnusableFile when it cannot be used at all: without a column for the order's number, or with nothing else.
    """
    heading = find_heading(
        open_tables(path, max_bytes=max_bytes),
        lambda cells: _useful(apply_mapping(cells, mapping, CONTACTS) if mapping else recognise(cells, CONTACTS)),
    )
    return ContactsFileReader(heading, RowReader(heading.cells, heading.recognised, _READERS, frozenset()))


def _useful(mapping: Mapping) -> Mapping:
    if not mapping.columns.keys() & set(SAID):
        raise UnusableFile(f"no column says how a buyer is reached: add one of {', '.join(SAID)}")
    return mapping
