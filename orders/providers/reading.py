"""Reading what a service sent without trusting its form: what can be read is taken, the rest is named."""

from datetime import UTC, datetime, tzinfo
from typing import Any

from orders.events import plain_text

LONGEST_TEXT = 2000  # characters of one line
FIRST_YEAR, LAST_YEAR = 2000, 2100


def text(value: Any) -> str:
    """A text, its control characters as spaces; empty for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return plain_text(value).strip()[:LONGEST_TEXT] if isinstance(value, str) else ""


def table(value: Any) -> dict[str, Any]:
    """An object; empty for anything else."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Any]:
    """A list; empty for anything else."""
    return value if isinstance(value, list) else []


def number(value: Any) -> int | None:
    """A whole number, also written as a text; None for anything else."""
    try:
        return None if isinstance(value, bool) else int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def instant(value: Any, zone: tzinfo = UTC) -> datetime | None:
    """An ISO 8601 instant in UTC; one without an offset is on the clock of `zone`. None for anything else."""
    try:
        read = datetime.fromisoformat(value.strip())
        read = (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    except (AttributeError, ValueError, OverflowError):
        return None
    return read if FIRST_YEAR <= read.year <= LAST_YEAR else None
