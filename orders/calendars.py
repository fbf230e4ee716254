"""Days that count: Brazilian banking days and Chinese working days.

Only these two look at local dates; every other day of the rules is 24 hours.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

import holidays

# A bank in Brazil clears nothing on these, though no federal law makes them holidays (rule P6). The library's
# "optional" set holds them, and others on which banks do work: Ash Wednesday, Public Servant's Day, the Eves.
BANK_CLOSED_OPTIONAL = {"Carnival", "Corpus Christi"}
# China announces the make-up days of a year in the November before it.
CHINA_PUBLISHED_UNTIL = 2026


class Calendar(StrEnum):
    """The calendars that a policy pack may name."""

    BRAZIL_BANKING = "brazil_banking"
    CHINA_WORKING = "china_working"


@cache
def _brazil_holidays(year: int) -> frozenset[date]:
    public = holidays.country_holidays("BR", years=year)
    optional = holidays.country_holidays("BR", years=year, categories=("optional",), language="en_US")
    closed = {day for day, name in optional.items() if name in BANK_CLOSED_OPTIONAL}
    return frozenset(closed | set(public))


@cache
def _china(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year)


def is_brazil_banking_day(day: date) -> bool:
    """Rule P6: not a weekend, a national holiday, Carnival Monday or Tuesday, or Corpus Christi."""
    return day.weekday() < 5 and day not in _brazil_holidays(day.year)


def is_china_working_day(day: date) -> bool:
    """Rule S5: Monday to Friday outside public holidays; the weekend days worked to make up for them count."""
    return bool(_china(day.year).is_working_day(day))


def is_provisional(day: date) -> bool:
    """Whether China's working days of that year are still a forecast: its make-up days are not announced."""
    return day.year > CHINA_PUBLISHED_UNTIL


CALENDARS: dict[Calendar, tuple[ZoneInfo, Callable[[date], bool]]] = {
    Calendar.BRAZIL_BANKING: (ZoneInfo("America/Sao_Paulo"), is_brazil_banking_day),
    Calendar.CHINA_WORKING: (ZoneInfo("Asia/Shanghai"), is_china_working_day),
}


def _on_day(local: datetime, day: date) -> datetime:
    return datetime.combine(day, local.time(), tzinfo=local.tzinfo).astimezone(ZoneInfo("UTC"))


def next_counting_day(instant: datetime, calendar: Calendar) -> datetime:
    """The instant itself when its local date counts, else the same local time on the next date that does (UTC)."""
    zone, counts = CALENDARS[calendar]
    local = instant.astimezone(zone)
    day = local.date()
    while not counts(day):
        day += timedelta(days=1)
    return _on_day(local, day) if day != local.date() else instant


def add_counting_days(instant: datetime, days: int, calendar: Calendar) -> datetime:
    """The same local time on the `days`-th counting date after the instant's own local date (UTC)."""
    zone, counts = CALENDARS[calendar]
    local = instant.astimezone(zone)
    day = local.date()
    while days:
        day += timedelta(days=1)
        days -= counts(day)
    return _on_day(local, day)
