"""A command's answer as a person reads it: names and values, what is alike told once, and no more than fits a screen.

A script asks for `--json`, which has all of it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

MOST_LINES = 40  # of one list
MOST_ROWS = 10  # numbers of a file's rows that are told
LONGEST = 120  # characters of a value among others
ROW = "row"


def plain_lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """The answer's lines."""
    for name, value in answer.items():
        if not _has_parts(value):
            yield f"{name}: {_phrase(value)}"
            continue
        lines = _lines_of(value)
        yield f"{name}: {len(value)}"
        yield from (f"  {line}" for line in lines[:MOST_LINES])
        if len(lines) > MOST_LINES:
            yield f"  … and {len(lines) - MOST_LINES} more: --json has them all"


def _has_parts(value: Any) -> bool:
    """Whether it is told on lines of its own: a list, or names of what has names itself."""
    if isinstance(value, Mapping):
        return any(isinstance(part, Mapping | list) and part for part in value.values())
    return isinstance(value, list) and bool(value)


def _lines_of(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{name}: {_phrase(part)}" for name, part in value.items()]
    alike: dict[str, list[Any]] = {}
    for part in value:
        is_named = isinstance(part, Mapping)
        said = _phrase({name: word for name, word in part.items() if name != ROW} if is_named else part)
        alike.setdefault(said, []).append(part.get(ROW) if is_named else None)
    return [said + _places(rows) for said, rows in alike.items()]


def _places(rows: list[Any]) -> str:
    """Where in the file it is so; of what stands in none, how often."""
    known = [str(row) for row in rows if row is not None]
    if not known:
        return f" ({len(rows)} times)" if len(rows) > 1 else ""
    named = ", ".join(known[:MOST_ROWS])
    return f" (row {named})" if len(known) <= MOST_ROWS else f" ({len(known)} rows: {named} …)"


def _phrase(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_inner(part)}" for name, part in value.items() if part not in ("", None)) or "none"
    if isinstance(value, list):
        return "; ".join(map(_inner, value)) or "none"
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    return str(value)


def _inner(value: Any) -> str:
    """A value among others: one line, and no longer than can be read there."""
    said = " ".join(_phrase(value).split())
    return said if len(said) <= LONGEST else f"{said[:LONGEST]} …"
