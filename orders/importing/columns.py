"""Which column of a file is which field: recognised headers, suggestions for a person, mapping files."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

from orders.importing.tables import UnusableFile
from orders.importing.values import check_date_format

SHOWN_HEADERS = 40  # how many of a file's headers an error message lists

_HINT = "give the columns with --mapping FILE.toml, or assign them on the import page"
_HINT_WITHOUT_MAPPING = "rename the headers, or assign the columns on the import page"  # only orders take --mapping
_REMARK = re.compile(r"_?\([^()]*\)$")


@dataclass(frozen=True)
class Mapping:
    """Which header holds which field, and how the file writes dates and amounts.

    `date_format` is a strptime format, empty for year-first dates. `decimal_comma` says what a comma in an
    amount is; None lets each amount speak for itself.
    """

    columns: dict[str, str] = field(default_factory=dict)
    date_format: str = ""
    decimal_comma: bool | None = None


@dataclass(frozen=True)
class Layout:
    """The fields of one kind of file: field → names it is recognised by, and names that suggest it."""

    recognised: dict[str, tuple[str, ...]]
    suggested: dict[str, tuple[str, ...]]
    required: tuple[str, ...]


@cache
def _layouts() -> dict[str, Layout]:
    data = tomllib.loads(Path(__file__).with_name("headers.toml").read_text(encoding="utf-8"))
    return {kind: _layout(table) for kind, table in data.items()}


def _layout(table: dict[str, Any]) -> Layout:
    columns: dict[str, dict[str, list[str]]] = table["columns"]
    return Layout(
        recognised={name: (name, *words.get("recognised", ())) for name, words in columns.items()},
        suggested={name: tuple(words.get("suggested", ())) for name, words in columns.items()},
        required=tuple(table["required"]),
    )


ORDERS = _layouts()["orders"]
TRACKING = _layouts()["tracking"]
CONTACTS = _layouts()["contacts"]
REVIEWS = _layouts()["reviews"]


def recognise(headers: Sequence[str], layout: Layout = ORDERS) -> Mapping:
    """Map the headers that are known without help.

    Raises UnusableFile, naming what was not found and what was seen, unless all required fields are there.
    """
    columns = _match(headers, layout.recognised)
    missing = [name for name in layout.required if name not in columns]
    if missing:
        hint = _HINT if layout is ORDERS else _HINT_WITHOUT_MAPPING
        raise UnusableFile(f"no column for {' and '.join(missing)}; the columns are {_shown(headers)}; {hint}")
    return Mapping(columns)


def suggest_mapping(headers: Sequence[str], layout: Layout = ORDERS) -> dict[str, str]:
    """Guess field → header for a person to confirm: what is recognised, then what a synonym suggests."""
    columns = _match(headers, layout.recognised)
    rest = [header for header in headers if header not in columns.values()]
    words = {name: layout.suggested[name] for name in layout.suggested if name not in columns}
    return columns | _match(rest, words)


def apply_mapping(headers: Sequence[str], mapping: Mapping, layout: Layout = ORDERS) -> Mapping:
    """Give the mapping with the file's own spelling of its headers.

    Raises UnusableFile when a header of the mapping is not in the file, or a required field is not mapped.
    """
    check_fields(mapping, layout)
    spelled = {_normalised(header): header for header in reversed(headers)}
    columns = {name: spelled.get(_normalised(header), "") for name, header in mapping.columns.items()}
    missing = [mapping.columns[name] for name, header in columns.items() if not header.strip()]
    if missing:
        raise UnusableFile(
            f"the mapping names the column {', '.join(map(repr, missing))}, which is not in the file; "
            f"the columns are {_shown(headers)}; correct the mapping"
        )
    return Mapping(columns, mapping.date_format, mapping.decimal_comma)


def check_fields(mapping: Mapping, layout: Layout = ORDERS) -> None:
    """Raise UnusableFile for a mapping with unknown fields, or without the required ones."""
    unknown = [name for name in mapping.columns if name not in layout.recognised]
    if unknown:
        raise UnusableFile(
            f"the mapping has unknown fields: {', '.join(unknown)}; the fields are {', '.join(layout.recognised)}"
        )
    missing = [name for name in layout.required if not mapping.columns.get(name, "").strip()]
    if missing:
        raise UnusableFile(f"the mapping does not say which column holds {' and '.join(missing)}; add it")


def load_mapping(path: Path, layout: Layout = ORDERS) -> Mapping:
    """Read a mapping file (TOML, UTF-8), checked without the file that it is for:

        date_format = "%d/%m/%Y %H:%M"   # optional, strptime; dates that begin with the year need none
        decimal_comma = true             # optional: 1.234,56; without it each amount speaks for itself

        [columns]
        order_number = "Pedido"          # field = "the header in the file"; only what stands here is read
        placed_at = "Data"

    Raises UnusableFile for anything else.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnusableFile(f"{path.name}: cannot be opened ({error.strerror}); check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnusableFile(f"{path.name}: not a TOML file ({error}); correct it there") from error
    try:
        mapping = read_mapping(data)
        check_fields(mapping, layout)
    except UnusableFile as error:
        raise UnusableFile(f"{path.name}: {error}") from error
    return mapping


def read_mapping(data: dict[str, Any]) -> Mapping:
    """Read a mapping from data of the form that load_mapping documents, for example as a page stored it."""
    unknown = data.keys() - {"columns", "date_format", "decimal_comma"}
    columns, date_format = data.get("columns", {}), data.get("date_format", "")
    decimal_comma = data.get("decimal_comma")
    if unknown:
        raise UnusableFile(f"unknown setting {', '.join(sorted(unknown))}; fields go under [columns]")
    if not isinstance(columns, dict) or not all(isinstance(header, str) for header in columns.values()):
        raise UnusableFile('[columns] must hold lines of the form field = "Header"')
    if not isinstance(date_format, str) or not isinstance(decimal_comma, bool | None):
        raise UnusableFile("date_format must be a text, decimal_comma true or false")
    if date_format:
        try:
            check_date_format(date_format)
        except ValueError as error:
            raise UnusableFile(f"date_format: {error}") from error
    return Mapping(columns, date_format, decimal_comma)


def _match(headers: Iterable[str], words: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Give field → header; of several headers for a field the earlier word wins, and each serves once."""
    spelled: dict[str, str] = {}
    for header in headers:
        spelled.setdefault(_normalised(header), header)
    columns: dict[str, str] = {}
    for name, synonyms in words.items():
        for word in synonyms:
            header = spelled.get(_normalised(word), "")
            if header.strip() and header not in columns.values():
                columns[name] = header
                break
    return columns


def _normalised(header: str) -> str:
    text = normalize("NFKC", header.replace("\ufeff", "")).casefold()
    text = re.sub(r"[\s_\-]+", "_", text).strip("_")
    return _REMARK.sub("", text).strip("_")


def _shown(headers: Sequence[str]) -> str:
    names = [" ".join(header.split())[:60] for header in headers if header.strip()]
    more = f" and {len(names) - SHOWN_HEADERS} more" if len(names) > SHOWN_HEADERS else ""
    return ", ".join(names[:SHOWN_HEADERS]) + more
