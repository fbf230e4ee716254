"""Shows the beginning of a file to a person who is to say which column is what."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from orders.importing.columns import ORDERS, Layout, Mapping, recognise, suggest_mapping
from orders.importing.files import (
    HEADER_WITHIN,
    FileKind,
    Heading,
    Table,
    UnusableFile,
    find_heading,
    open_tables,
)


@dataclass(frozen=True)
class Preview:
    """What a page shows before an import: the file's beginning, and which column may be which field.

    `problem` says why the header is not recognised without help, empty when it is. Then `header` is the
    fullest of the first rows.
    """

    kind: FileKind
    encoding: str
    delimiter: str
    sheet: str
    sheet_names: tuple[str, ...]
    header_row: int
    header: list[str]
    rows: list[tuple[int, list[str]]]
    suggested: dict[str, str]
    problem: str = ""


def preview(path: Path, *, max_bytes: int, limit: int = 20, layout: Layout = ORDERS) -> Preview:
    """Show a file's header and up to `limit` rows as text. Raises UnusableFile for an unreadable file."""
    row_limit = limit + 10 * HEADER_WITHIN  # blank rows count too
    tables = list(open_tables(path, max_bytes=max_bytes, row_limit=row_limit))
    heading, problem = _heading(tables, layout)
    table = heading.table
    return Preview(
        kind=table.kind,
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        sheet_names=table.sheet_names,
        header_row=heading.row,
        header=heading.cells,
        rows=list(islice(heading.data_rows(), limit)),
        suggested=suggest_mapping(heading.cells, layout),
        problem=problem,
    )


def _heading(tables: list[Table], layout: Layout) -> tuple[Heading[Mapping], str]:
    try:
        return find_heading(tables, lambda cells: recognise(cells, layout)), ""
    except UnusableFile as error:
        first_rows = [(table, row) for table in tables for row in islice(table.rows(), HEADER_WITHIN)]
        if not first_rows:
            raise
        table, (row, cells) = max(first_rows, key=lambda found: sum(map(bool, found[1][1])))
        return Heading(table, row, cells, Mapping()), str(error)
