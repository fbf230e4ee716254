"""Reads a review file: bytes on disk become ReviewRecords, in constant memory, or RowErrors."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from orders.importing.columns import REVIEWS, Mapping, apply_mapping, recognise
from orders.importing.files import FileKind, Heading, find_heading, open_tables
from orders.importing.rows import Reader, RowReader
from orders.importing.values import InstantReader, parse_code, parse_language, text_reader
from orders.records import ReviewRecord, RowError

MOST_STARS = 5
LONGEST_TITLE = 500  # characters
LONGEST_TEXT = 10_000
LONGEST_NAME = 200
LONGEST_ID = 90
MOST_DIGITS = 9
YES = frozenset({"1", "yes", "y", "true", "sim", "si", "sí", "是", "追评"})
NO = frozenset({"0", "no", "n", "false", "nao", "não", "否"})


@dataclass
class ReviewsFileReader:
    """Iterates over a review file's ReviewRecords and RowErrors, in the file's order; `rows_read` counts along."""

    heading: Heading[Mapping]
    reader: RowReader
    required: tuple[str, ...]
    rows_read: int = 0

    def __iter__(self) -> Iterator[ReviewRecord | RowError]:
        """Read the file anew from its beginning. Raises UnusableFile if it has changed for the worse."""
        self.rows_read = 0
        for row, cells in self.heading.data_rows():
            self.rows_read += 1
            values, errors = self.reader.read(row, cells)
            bad = {error.field for error in errors}
            missing = [name for name in self.required if name not in values and name not in bad]
            errors += [RowError(row, name, "", "is missing") for name in missing]
            if errors:
                yield from errors
            else:
                yield ReviewRecord(**values, row=row)


def read_reviews(path: Path, *, timezone: str, max_bytes: int, mapping: Mapping | None = None) -> ReviewsFileReader:
    """Open a review file; times without an offset are in `timezone` (IANA), `max_bytes` bounds its size.

    Raises UnusableFile when it cannot be used at all.
    """
    heading = find_heading(
        open_tables(path, max_bytes=max_bytes),
        lambda cells: apply_mapping(cells, mapping, REVIEWS) if mapping else recognise(cells, REVIEWS),
    )
    found = heading.recognised
    is_workbook = heading.table.kind != FileKind.TEXT
    readers = _readers(InstantReader(ZoneInfo(timezone), found.date_format, is_workbook))
    return ReviewsFileReader(heading, RowReader(heading.cells, found, readers, frozenset()), REVIEWS.required)


def _readers(instant: InstantReader) -> dict[str, Reader]:
    return {
        "order_number": parse_code,
        "stars": parse_stars,
        "title": text_reader(LONGEST_TITLE),
        "text": text_reader(LONGEST_TEXT),
        "created_at": instant,
        "answered_at": instant,
        "reply": text_reader(LONGEST_TEXT),
        "review_id": text_reader(LONGEST_ID),
        "author": text_reader(LONGEST_NAME),
        "language": parse_language,
        "is_follow_up": parse_yes,
        "ratings": parse_ratings,
        "good_share": parse_share,
    }


def parse_stars(text: str) -> int:
    """Read a number of stars, 1 to 5: as a number ("4", "4.0", "4/5"), or as that many stars. Raises ValueError."""
    plain = text.replace(" ", "")
    if plain and not plain.strip("★⭐☆\ufe0f"):
        plain = str(plain.count("★") + plain.count("⭐"))
    plain = plain.removesuffix(f"/{MOST_STARS}").removesuffix(".0").removesuffix(",0")
    if plain not in {str(stars) for stars in range(1, MOST_STARS + 1)}:
        raise ValueError(f"not a number of stars from 1 to {MOST_STARS}")
    return int(plain)


def parse_ratings(text: str) -> int:
    """Read how many ratings somebody has given. Raises ValueError."""
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        raise ValueError("not a whole number")
    return int(text)


def parse_share(text: str) -> float:
    """Read a share: "0.4", "0,4" or "40%". Raises ValueError."""
    plain = text.replace(" ", "").replace(",", ".")
    try:
        share = float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    except ValueError as error:
        raise ValueError("not a share such as 0.4 or 40%") from error
    if not 0 <= share <= 1:
        raise ValueError("not a share from 0 to 1, or from 0% to 100%")
    return share


def parse_yes(text: str) -> bool:
    """Read yes or no. Raises ValueError."""
    plain = text.casefold()
    if plain in YES | NO:
        return plain in YES
    raise ValueError("neither yes nor no")
