"""Lists in pages: each begins after the last row of the one before, whatever was added meanwhile."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from django.db.models import Q
from ninja import Field, Schema

from desk.api.problems import INVALID, Problem
from orders.querysets import StoreScoped

MOST, USUAL = 200, 50  # rows of a page


class PageQuery(Schema):
    """Which page, and how long."""

    cursor: Annotated[str, Field(max_length=300, description="`next_cursor` of the page before")] = ""
    limit: Annotated[int, Field(ge=1, le=MOST, description="rows of a page, at most")] = USUAL


def cut_page(rows: StoreScoped, order: Sequence[str], asked: PageQuery) -> dict[str, Any]:
    """A page of the rows in this order, the last key of which tells them apart, and where the next one begins."""
    found = list(rows.filter(_beyond(order, asked.cursor)).order_by(*order)[: asked.limit + 1])
    shown = found[: asked.limit]
    more = len(found) > asked.limit
    return {"items": shown, "next_cursor": write_key(_values(shown[-1], order)) if more else None}


def _values(row: Any, order: Sequence[str]) -> list[Any]:
    return [getattr(row, name.lstrip("-")) for name in order]


def write_key(values: Sequence[Any]) -> str:
    """A cursor: what comes after the row with these values."""
    said = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def read_key(cursor: str, order: Sequence[str]) -> list[Any]:
    """The values behind a cursor. Raises Problem for one that is not of this list."""
    try:
        said = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        values = [_read_value(name, value) for name, value in zip(order, said, strict=True)]
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise Problem(INVALID, "cursor: expected the next_cursor of the page before") from error
    return values


def _read_value(name: str, value: Any) -> Any:
    if name.lstrip("-") == "id":
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
            raise ValueError("no id")
        return value
    at = datetime.fromisoformat(value)
    if at.tzinfo is None or not 1970 < at.year < 3000:
        raise ValueError("no instant")
    return at


def _beyond(order: Sequence[str], cursor: str) -> Q:
    """Those past the cursor. The first condition says it again, in the words of the index."""
    if not cursor:
        return Q()
    values = read_key(cursor, order)
    past, same = Q(pk__in=[]), Q()
    for name, value in zip(order, values, strict=True):
        key = name.lstrip("-")
        past |= same & Q(**{f"{key}__{'lt' if name.startswith('-') else 'gt'}": value})
        same &= Q(**{key: value})
    first = order[0].lstrip("-")
    return Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": values[0]}) & past
