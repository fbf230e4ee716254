"""Writes tables as CSV files that a spreadsheet program opens, and in which nothing is ever run as a formula (M9)."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import BinaryIO

# The wide forms start a formula too, where Excel speaks Chinese or Japanese.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_table(out: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write the rows (UTF-8 with a byte order mark, for Excel), give how many; `out` stays open.

    A text that a spreadsheet program would take for a formula gets an apostrophe in front; numbers stay numbers.
    """
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    count = 0
    try:
        writer = csv.writer(text)
        writer.writerow(header)
        for row in rows:
            writer.writerow([_harmless(cell) if isinstance(cell, str) else cell for cell in row])
            count += 1
    finally:
        text.detach()
    return count


def stream_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The same table a row at a time, for an answer that is sent while it is still being written."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    yield codecs.BOM_UTF8
    for row in chain([header], rows):
        writer.writerow([_harmless(cell) if isinstance(cell, str) else cell for cell in row])
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
