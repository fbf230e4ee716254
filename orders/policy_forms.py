"""The forms that a rule's value may have in a pack's file, and how each is read."""

import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

from orders.calendars import Calendar

DURATION = "duration"  # "2 days", "48 hours"
DURATIONS = "durations"  # several of them
NUMBER = "number"
SHARE = "share"  # between 0 and 1
COUNT = "count"  # a whole number, at least 1
ANCHOR = "anchor"  # the fact from which a date is counted
TEXT = "text"
FLAG = "flag"
CLOCK = "clock"  # "09:00"
CALENDAR = "calendar"

ANCHORS = {"placed_at", "paid_at", "shipped_at", "delivered_at"}
LONGEST = timedelta(days=3650)
UNITS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


def _read_duration(value: Any) -> timedelta:
    match = re.fullmatch(r"(\d+(?:\.\d+)?) (hour|day)s?", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('expected a span such as "2 days" or "48 hours"')
    amount = float(match[1])
    if not 0 < amount <= LONGEST / UNITS[match[2]]:
        raise ValueError(f"expected more than nothing and at most {LONGEST.days} days")
    return amount * UNITS[match[2]]


def _read_durations(value: Any) -> list[timedelta]:
    if not isinstance(value, list) or not value:
        raise ValueError('expected a list of spans such as ["48 hours", "6 hours"]')
    return sorted((_read_duration(span) for span in value), reverse=True)


def _read_number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise ValueError("expected a number, not negative")
    return value


def _read_share(value: Any) -> float:
    if not 0 <= _read_number(value) <= 1:
        raise ValueError("expected a share between 0 and 1")
    return float(value)


def _read_count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError("expected a whole number, at least 1")
    return value


def _read_anchor(value: Any) -> str:
    if value not in ANCHORS:
        raise ValueError(f"expected one of {', '.join(sorted(ANCHORS))}")
    return str(value)


def _read_calendar(value: Any) -> Calendar:
    return Calendar(_read_text(value))


def _read_clock(value: Any) -> time:
    return time.fromisoformat(_read_text(value))


def _read_text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("expected a text")
    return value


def _read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("expected true or false")
    return value


READERS: dict[str, Callable[[Any], Any]] = {
    DURATION: _read_duration,
    DURATIONS: _read_durations,
    NUMBER: _read_number,
    TEXT: _read_text,
    FLAG: _read_flag,
    SHARE: _read_share,
    COUNT: _read_count,
    ANCHOR: _read_anchor,
    CLOCK: _read_clock,
    CALENDAR: _read_calendar,
}
