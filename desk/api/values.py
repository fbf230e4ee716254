"""How values are written in the API: instants, amounts and texts, each read as strictly as it is described."""

import re
from datetime import datetime
from typing import Annotated, Any

from ninja import Field
from pydantic import BeforeValidator, PlainValidator, WithJsonSchema

from orders.events import plain_text, read_amount, read_instant

AMOUNT = r"^(0|[1-9][0-9]{0,10})(\.[0-9]{1,2})?$"
LARGEST_ID = 2**63 - 1  # that a database holds

RowId = Annotated[int, Field(ge=1, le=LARGEST_ID)]


def _amount(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(AMOUNT, value):
        raise ValueError("expected an amount as a text such as 23.50")
    return read_amount(value)


def _instant(value: Any) -> datetime:
    if not isinstance(value, str) or "T" not in value.upper():
        raise ValueError("expected an instant such as 2026-03-04T15:00:00Z")
    return read_instant(value)


def _plain(value: Any) -> Any:
    """Control characters become spaces (M9): no database takes them all."""
    return plain_text(value) if isinstance(value, str) else value


Amount = Annotated[
    Any,
    PlainValidator(_amount),
    WithJsonSchema({"type": "string", "pattern": AMOUNT, "examples": ["23.50"], "description": "at most two decimals"}),
]
Instant = Annotated[
    datetime,
    PlainValidator(_instant),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-03-04T15:00:00Z"],
         "description": "ISO 8601 of the years 2000 to 2100; without an offset it is UTC"}
    ),
]  # fmt: skip


Text = Annotated[str, BeforeValidator(_plain), Field(strict=True)]


def text(longest: int, *, says: str | None = None) -> Any:
    """A text of so many characters."""
    return Annotated[Text, Field(max_length=longest, description=says)]
