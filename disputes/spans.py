"""The times over which figures are counted: the last so many days, a year by months, or one month."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from disputes.days import Days

DAY = timedelta(days=1)
YEAR = "year"
PARTS = {"7": 1, "30": 3, "90": 9}  # the last days, and how many of them are one column of a chart
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
MONTHS = 12
WEEK = 7


def is_span(text: str) -> bool:
    """Whether there is such a span."""
    return text in PARTS or text == YEAR or MONTH.fullmatch(text) is not None


def span_days(span: str, timezone: str, now: datetime) -> Days:
    """The days of a span as the store's clock shows them now; a running month ends today. Raises ValueError."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    if span in PARTS:
        return Days(today - DAY * (int(span) - 1), today)
    if span == YEAR:
        return Days(_back(today.replace(day=1), MONTHS - 1), today)
    if not (found := MONTH.fullmatch(span)):
        raise ValueError(f"{span!r}: expected 7, 30, 90, year, or a month such as 2026-03")
    first = date(int(found[1]), int(found[2]), 1)
    return Days(first, min(month_end(first), max(today, first)))


def days_before(span: str, days: Days) -> Days:
    """What the days are compared with: as many just before, or those of the month or year before."""
    if span in PARTS:
        return days.before()
    first = _back(days.first, MONTHS if span == YEAR else 1)
    same = first + (days.last - days.first)
    if span == YEAR:
        return Days(first, same)
    return Days(first, month_end(first) if days.last == month_end(days.first) else min(same, month_end(first)))


def parts_of(span: str, days: Days) -> list[Days]:
    """The span in the parts of which each is one column of a chart; the last one may be shorter."""
    if span == YEAR:
        return [Days(first, month_end(first)) for first in months_back(days.last, MONTHS)[::-1]]
    step = PARTS.get(span, WEEK)
    return [
        Days(days.first + DAY * place, min(days.first + DAY * (place + step - 1), days.last))
        for place in range(0, days.length, step)
    ]


def months_back(today: date, number: int) -> list[date]:
    """The first days of this month and of those before it."""
    return [_back(today.replace(day=1), months) for months in range(number)]


def month_end(first: date) -> date:
    """The last day of the month that begins so."""
    return _back(first, -1) - DAY


def _back(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
