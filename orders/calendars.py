"""Days that count: Brazilian banking days, Chinese working days, and the weekdays of platforms on Pacific time.

Only these look at local dates; every other day of the rules is 24 hours.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
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
    US_WEEKDAYS = "us_weekdays"


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


@lru_cache(4096)  # days: over ten years
def is_china_working_day(day: date) -> bool:
    """Rule S5: Monday to Friday outside public holidays; the weekend days worked to make up for them count."""
    return bool(_china(day.year).is_working_day(day))


def is_weekday(day: date) -> bool:
    """Monday to Friday, holidays too: where nobody says which holidays count, the date is never too late."""
    return day.weekday() < 5


def is_provisional(day: date) -> bool:
    """Whether China's working days of that year are still a forecast: its make-up days are not announced."""
    return day.year > CHINA_PUBLISHED_UNTIL


CALENDARS: dict[Calendar, tuple[ZoneInfo, Callable[[date], bool]]] = {
    Calendar.BRAZIL_BANKING: (ZoneInfo("America/Sao_Paulo"), is_brazil_banking_day),
    Calendar.CHINA_WORKING: (ZoneInfo("Asia/Shanghai"), is_china_working_day),
    Calendar.US_WEEKDAYS: (ZoneInfo("America/Los_Angeles"), is_weekday),
}


@cache
def _holiday_names(year: int, calendar: Calendar, language: str) -> holidays.HolidayBase:
    country, kinds = ("CN", ("public",)) if calendar is Calendar.CHINA_WORKING else ("BR", ("public", "optional"))
    known = holidays.country_holidays(country).supported_languages
    spoken = language if language in known else "en_US"
    return holidays.country_holidays(country, years=year, categories=kinds, language=spoken)


def day_name(day: date, calendar: Calendar, *, language: str) -> str:
    """What a day that does not count is called in a language such as `pt_BR`, else in English; empty for no holiday."""
    _zone, counts = CALENDARS[calendar]
    if counts(day) or calendar is Calendar.US_WEEKDAYS:
        return ""
    return str(_holiday_names(day.year, calendar, language).get(day) or "")


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
