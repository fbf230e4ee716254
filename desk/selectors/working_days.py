"""The days that count, as a year of months, and which rules count by them."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from desk.holiday_words import holiday_name
from orders.calendars import CALENDARS, CHINA_PUBLISHED_UNTIL, Calendar, is_provisional
from orders.models import Store

FIRST_YEAR, LAST_YEAR = 2020, CHINA_PUBLISHED_UNTIL + 10


class DayForm(StrEnum):
    """How a day stands in its calendar."""

    COUNTS = "counts"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"  # a Saturday or Sunday that counts


@dataclass(frozen=True)
class Day:
    """One day; its name where it is a holiday."""

    day: date
    form: DayForm
    name: str


@dataclass(frozen=True)
class Month:
    """A month in weeks that begin on Monday; None stands for a day of another month."""

    first: date
    weeks: list[list[Day | None]]


@dataclass(frozen=True)
class Use:
    """A rule of a store that counts by a calendar."""

    rule: str
    store: Store


def months_of(year: int, name: Calendar) -> list[Month]:
    """The year's months."""
    return [Month(date(year, month, 1), list(_weeks(year, month, name))) for month in range(1, 13)]


def _weeks(year: int, month: int, name: Calendar) -> Iterator[list[Day | None]]:
    for week in calendar.Calendar().monthdatescalendar(year, month):
        yield [_day(day, name) if day.month == month else None for day in week]


def _day(day: date, name: Calendar) -> Day:
    _zone, counts = CALENDARS[name]
    is_weekend = day.weekday() >= 5
    if counts(day):
        return Day(day, DayForm.MAKE_UP if is_weekend else DayForm.COUNTS, "")
    said = holiday_name(day, name)
    return Day(day, DayForm.HOLIDAY if said or not is_weekend else DayForm.WEEKEND, said)


def named_days(months: list[Month]) -> list[Day]:
    """The days that are not as their day of the week says: holidays on working days, and weekends that count."""
    days = (day for month in months for week in month.weeks for day in week if day)
    odd = {DayForm.MAKE_UP, DayForm.HOLIDAY}
    return [day for day in days if day.form in odd and (day.form is DayForm.MAKE_UP or day.day.weekday() < 5)]


def uses_of(stores: list[Store], name: Calendar) -> list[Use]:
    """The rules of these stores that count by the calendar."""
    return [
        Use(rule, store)
        for store in stores
        for rule, values in store.current_policy.rules.items()
        if values.get("calendar") == name
    ]


def is_forecast(year: int, name: Calendar) -> bool:
    """Whether the year's days are still a guess."""
    return name is Calendar.CHINA_WORKING and is_provisional(date(year, 1, 1))
