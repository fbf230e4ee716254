"""What every kind of file is turned into: numbered rows of text cells, or the one line that says why not."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

Row = tuple[int, list[str]]


class UnusableFile(Exception):
    """The file cannot be used at all; its text is one line: what, where, and what to do (exit code 2)."""


class FileKind(StrEnum):
    """What a file really is, whatever its name says."""

    TEXT = "csv"
    XLSX = "xlsx"
    XLS = "xls"


@dataclass(frozen=True)
class Table(ABC):
    """One sheet of a file, readable as often as needed.

    `name` is the file's name for messages. `encoding` and `delimiter` are empty for spreadsheets, `sheet`
    and `sheet_names` for text files.
    """

    name: str
    kind: FileKind
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheet_names: tuple[str, ...] = ()

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """All rows that hold anything, with their numbers; blank rows are counted and left out.

        A row's number is what a spreadsheet program shows (for text: which record it is), the first being
        1. Raises UnusableFile where the file's structure breaks.
        """


def is_blank(cells: list[str]) -> bool:
    """Say whether a row holds nothing but white space."""
    return not any(cells) or not any(cell.strip() for cell in cells)
