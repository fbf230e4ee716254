"""CSV files: finds encoding and delimiter, then streams the records in constant memory."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from orders.importing.tables import FileKind, Row, Table, UnusableFile, is_blank

CHUNK = 1 << 20
SAMPLE = 1 << 16
LONGEST_LINE = 1 << 20  # bytes; no order file has such a line, and what reads it would have to hold it
DELIMITERS = ",;\t"
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

# A lone accented Latin letter between others: Windows-1252, which GB18030 would swallow as Chinese.
_LATIN_LETTER = re.compile(rb"(?<![\x80-\xff])[\xc0-\xff](?![\x80-\xff0-9])")
_NON_ASCII_RUN = re.compile(rb"[\x80-\xff]+")

# Python's own limit (131,072 characters, process-wide) would refuse a whole file for one long cell,
# which is only a bad row.
csv.field_size_limit(LONGEST_LINE)


@dataclass(frozen=True)
class TextTable(Table):
    """A CSV file whose encoding and delimiter are known."""

    path: Path = Path()

    def rows(self) -> Iterator[Row]:
        """See Table.rows; a record may span several lines when a cell holds line breaks."""
        number = 0
        with self.path.open(encoding=self.encoding, newline="") as stream:
            lines = _RecordLines(stream)
            try:
                for number, cells in enumerate(csv.reader(lines, delimiter=self.delimiter), start=1):
                    lines.record_ended = True
                    if not is_blank(cells):
                        yield number, cells
                lines.check_closed(self.delimiter)
            except csv.Error as error:
                raise UnusableFile(
                    f"{self.name}: row {number + bool(not lines.record_ended)} cannot be read ({error}); "
                    'look there for a quotation mark (") that is never closed'
                ) from error


class _RecordLines:
    """Hands lines to the CSV reader and keeps those of the record being read, to judge the last one."""

    def __init__(self, stream: Iterable[str]) -> None:
        self._stream = iter(stream)
        self._lines: list[str] = []
        self.record_ended = False

    def __iter__(self) -> Iterator[str]:
        for line in self._stream:
            if self.record_ended:
                self._lines.clear()
                self.record_ended = False
            self._lines.append(line)
            yield line

    def check_closed(self, delimiter: str) -> None:
        """Raise csv.Error when the file ended inside a quoted cell, which the lenient reader lets pass."""
        try:
            list(csv.reader(self._lines, delimiter=delimiter, strict=True))
        except csv.Error as error:
            if "unexpected end" in str(error):
                self.record_ended = True
                raise


def open_text(path: Path) -> TextTable:
    """Find out how a text file is written. Raises UnusableFile for no text, or no known encoding."""
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as stream:
        sample = stream.read(SAMPLE)
    return TextTable(path.name, FileKind.TEXT, encoding=encoding, delimiter=_delimiter(sample), path=path)


def _encoding(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(4)
    for bom, encoding in BOMS.items():
        if start.startswith(bom):
            _check_decodes(path, encoding)
            return encoding
    _check_no_nul(path)
    broken_at = _undecodable_at(path, "utf-8")
    if broken_at is None:
        return "utf-8"
    _check_chinese(path, broken_at)
    return "gb18030"


def _check_decodes(path: Path, encoding: str) -> None:
    broken_at = _undecodable_at(path, encoding)
    if broken_at is not None:
        raise UnusableFile(
            f"{path.name}: the file says it is {encoding.removesuffix('-sig').upper()}, but is not at "
            f"{_place(path, broken_at)}; save it again as CSV UTF-8"
        )


def _check_no_nul(path: Path) -> None:
    for offset, chunk in _chunks(path):
        if (inside := chunk.find(b"\0")) >= 0:
            raise UnusableFile(
                f"{path.name}: not a text file (a NUL byte at {_place(path, offset + inside)}); "
                "save the orders as CSV UTF-8 or XLSX"
            )


def _check_chinese(path: Path, utf8_broken_at: int) -> None:
    """Raise UnusableFile unless the bytes, which are not UTF-8, are believable GB18030.

    GB18030 accepts almost anything, so that damaged UTF-8 and Windows-1252 would come out as invented
    Chinese.
    """
    where = _place(path, utf8_broken_at)
    good, bad, latin, runs = _line_statistics(path)
    if good >= bad:
        raise UnusableFile(f"{path.name}: mixed encodings, UTF-8 but not at {where}; correct or delete that text")
    if latin * 3 >= runs:
        raise UnusableFile(
            f"{path.name}: neither UTF-8 nor GB18030 ({where}), it looks like Windows-1252; save it as CSV UTF-8"
        )
    broken_at = _undecodable_at(path, "gb18030")
    if broken_at is not None:
        raise UnusableFile(
            f"{path.name}: not UTF-8 at {where} and not GB18030 at {_place(path, broken_at)}; "
            "save it again as CSV UTF-8"
        )


def _line_statistics(path: Path) -> tuple[int, int, int, int]:
    """Count lines with non-ASCII text that are UTF-8 and that are not, lone Latin letters, non-ASCII runs."""
    good = bad = latin = runs = 0
    with path.open("rb") as stream:
        while line := stream.readline(LONGEST_LINE):
            if line.isascii():
                continue
            latin += len(_LATIN_LETTER.findall(line))
            runs += len(_NON_ASCII_RUN.findall(line))
            try:
                line.decode()
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return good, bad, latin, runs


def _undecodable_at(path: Path, encoding: str) -> int | None:
    """Give the byte offset of the first thing that is not `encoding`, None when all is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    pending = 0  # bytes of an unfinished character, carried into the next chunk
    offset = 0
    try:
        for offset, chunk in _chunks(path):  # noqa: B007 - read in the handler below
            decoder.decode(chunk)
            pending = len(decoder.getstate()[0])
        offset, pending = path.stat().st_size, 0
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return max(0, offset - pending + error.start)
    return None


def _chunks(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as stream:
        offset = 0
        while chunk := stream.read(CHUNK):
            yield offset, chunk
            offset += len(chunk)


def _place(path: Path, offset: int) -> str:
    line = 1
    for start, chunk in _chunks(path):
        if start >= offset:
            break
        line += chunk[: offset - start].count(b"\n")
    return f"byte {offset}, line {line}"


def _delimiter(sample: str) -> str:
    """Choose the delimiter that cuts most of the first lines into the same, largest number of cells."""
    return max(DELIMITERS, key=lambda delimiter: _agreement(sample, delimiter))


def _agreement(sample: str, delimiter: str) -> int:
    reader = csv.reader(sample.splitlines(keepends=True), delimiter=delimiter)
    try:
        widths = Counter(len(cells) for cells in islice(reader, 20) if len(cells) > 1)
    except csv.Error:
        return 0
    return max((width * count for width, count in widths.items()), default=0)
