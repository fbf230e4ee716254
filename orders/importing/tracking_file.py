"""Reads a tracking file: bytes on disk become TrackingRecords, in constant memory, or RowErrors."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from orders.importing.columns import TRACKING, Mapping, apply_mapping, recognise
from orders.importing.files import FileKind, Heading, find_heading, open_tables
from orders.importing.rows import Reader, RowReader
from orders.importing.values import InstantReader, parse_code, text_reader
from orders.records import RowError, TrackingRecord
from orders.tracking_statuses import TrackingStatus

LONGEST_DESCRIPTION = 2_000  # characters
LONGEST_NAME = 500  # characters of a place or a source
_REQUIRED = ("tracking_number", "at")


@dataclass
class TrackingFileReader:
    """Iterates over a tracking file's TrackingRecords and RowErrors, in the file's order.

    `rows_total` is known at once, `rows_read` counts along.
    """

    heading: Heading[Mapping]
    rows_total: int
    reader: RowReader
    rows_read: int = 0

    @property
    def header(self) -> list[str]:
        """The header's cells."""
        return self.heading.cells

    @property
    def mapping(self) -> Mapping:
        """Which header holds which field."""
        return self.heading.recognised

    def __iter__(self) -> Iterator[TrackingRecord | RowError]:
        """Read the file anew from its beginning. Raises UnusableFile if it has changed for the worse."""
        self.rows_read = 0
        for row, cells in self.heading.data_rows():
            self.rows_read += 1
            values, errors = self.reader.read(row, cells)
            bad = {error.field for error in errors}
            for name in _REQUIRED:
                if name not in values and name not in bad:
                    errors.append(RowError(row, name, "", "is missing"))
            if not bad & {"status", "description"} and not values.keys() & {"status", "description"}:
                errors.append(RowError(row, "status", "", "neither a status nor a description"))
            if errors:
                yield from errors
            else:
                yield TrackingRecord(**values, row=row)


def read_tracking(path: Path, *, timezone: str, max_bytes: int, mapping: Mapping | None = None) -> TrackingFileReader:
    """Open a tracking file and read it through once, to count its rows.

    Times without an offset are in `timezone` (IANA name); `max_bytes` bounds the file's size. Raises
    UnusableFile when the file cannot be used at all.
    """
    heading = find_heading(
        open_tables(path, max_bytes=max_bytes),
        lambda cells: apply_mapping(cells, mapping, TRACKING) if mapping else recognise(cells, TRACKING),
    )
    found = heading.recognised
    is_workbook = heading.table.kind != FileKind.TEXT
    readers = _readers(InstantReader(ZoneInfo(timezone), found.date_format, is_workbook))
    total = sum(1 for _ in heading.data_rows())
    return TrackingFileReader(heading, total, RowReader(heading.cells, found, readers, frozenset()))


def _readers(instant: InstantReader) -> dict[str, Reader]:
    return {
        "tracking_number": parse_code,
        "at": instant,
        "status": _parse_status,
        "description": text_reader(LONGEST_DESCRIPTION),
        "location": text_reader(LONGEST_NAME),
        "source": text_reader(LONGEST_NAME),
    }


def _parse_status(text: str) -> str:
    try:
        return TrackingStatus(text.lower())
    except ValueError as error:
        raise ValueError(f"not a status; one of {', '.join(TrackingStatus)}, or leave it empty") from error
