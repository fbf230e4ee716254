"""Dates and amounts as the reader sees them: on his own clock, in his own language's form, near or far."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, get_timezone_location
from babel.numbers import format_currency, format_decimal
from django.utils import timezone
from django.utils.translation import get_language, ngettext

LOCALES = {"zh-hans": "zh_Hans_CN", "pt-br": "pt_BR", "en": "en_GB"}
LETTER_BEFORE_DIGIT = re.compile(r"(?<=[A-Z])(?=\d)")  # "XYZ23.50": babel leaves out the space after a bare code
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AHEAD: dict[str, Callable[[int], str]] = {
    "minute": lambda n: ngettext("in %(n)d min", "in %(n)d min", n),
    "hour": lambda n: ngettext("in %(n)d h", "in %(n)d h", n),
    "day": lambda n: ngettext("in %(n)d day", "in %(n)d days", n),
}
AGO: dict[str, Callable[[int], str]] = {
    "minute": lambda n: ngettext("%(n)d min ago", "%(n)d min ago", n),
    "hour": lambda n: ngettext("%(n)d h ago", "%(n)d h ago", n),
    "day": lambda n: ngettext("%(n)d day ago", "%(n)d days ago", n),
}
LATE: dict[str, Callable[[int], str]] = {
    "minute": lambda n: ngettext("%(n)d min late", "%(n)d min late", n),
    "hour": lambda n: ngettext("%(n)d h late", "%(n)d h late", n),
    "day": lambda n: ngettext("%(n)d day late", "%(n)d days late", n),
}


@dataclass(frozen=True, slots=True)
class Clock:
    """One of the clocks that a seller looks at: whose it is, its zone, and what it shows at an instant."""

    label: str
    zone: ZoneInfo

    @property
    def city(self) -> str:
        """The zone's place in the reader's language, such as "Sao Paulo", "São Paulo" or "圣保罗"."""
        return _place(self.zone.key, get_language() or "en")


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(LOCALES.get(language, "en_GB"))


@lru_cache(1024)
def _place(zone: str, language: str) -> str:
    try:
        place = get_timezone_location(zone, _locale(language), return_city=True)
    except LookupError:  # a name that only this machine's tables hold, such as "localtime"
        place = zone.replace("_", " ")
    return place.rpartition("/")[2]  # babel says "Argentina/Buenos Aires"


def locale() -> Locale:
    """The reader's locale."""
    return _locale(get_language() or "en")


def _form(instant: datetime, zone: ZoneInfo | None, skeleton: str) -> str:
    local = instant.astimezone(zone or timezone.get_current_timezone())
    return _form_day(local.date(), skeleton, get_language() or "en")


@lru_cache(4096)
def _form_day(day: date, skeleton: str, language: str) -> str:
    """The day in words: a page of orders says a hundred, and most of them again and again."""
    return format_skeleton(skeleton, day, locale=_locale(language))


def format_instant(instant: datetime, *, now: datetime, zone: ZoneInfo | None = None) -> str:
    """Day and time on the zone's clock (the reader's without one); the year only where it is another one."""
    return f"{format_day(instant, now=now, zone=zone)} {format_time(instant, zone)}"


def format_day(instant: datetime, *, now: datetime, zone: ZoneInfo | None = None) -> str:
    """The day alone."""
    clock = zone or timezone.get_current_timezone()
    near = instant.astimezone(clock).year == now.astimezone(clock).year
    return _form(instant, zone, "MMMd" if near else "yMMMd")


def format_time(instant: datetime, zone: ZoneInfo | None = None) -> str:
    """Hours and minutes."""
    local = instant.astimezone(zone or timezone.get_current_timezone())
    return f"{local.hour:02}:{local.minute:02}"


def format_weekday_time(instant: datetime, zone: ZoneInfo) -> str:
    """Weekday and time, for a clock that shows now."""
    return f"{_form(instant, zone, 'E')} {format_time(instant, zone)}"


def _amount(span: timedelta) -> tuple[str, int]:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return "minute", max(minutes, 1)
    return ("hour", minutes // 60) if span < 2 * DAY else ("day", span.days)


def format_distance(instant: datetime, now: datetime) -> str:
    """How far off an instant is, such as "in 3 h" or "2 days ago"."""
    unit, n = _amount(abs(instant - now))
    return (AHEAD if instant >= now else AGO)[unit](n) % {"n": n}


def format_due(due_at: datetime, now: datetime) -> str:
    """How long there is left, or how late it is, such as "in 3 h" or "2 days late"."""
    if due_at >= now:
        return format_distance(due_at, now)
    unit, n = _amount(now - due_at)
    return LATE[unit](n) % {"n": n}


def weekday_names() -> list[str]:
    """The days of the week, Monday first, as short as a box's label."""
    names = locale().days["format"]["abbreviated"]
    return [str(names[number]) for number in range(7)]


def format_date(day: date) -> str:
    """A date of a calendar, such as a slip's due date: with its year, on nobody's clock."""
    return format_skeleton("yMMMd", day, locale=locale())


def format_span(span: timedelta) -> str:
    """A rule's span, such as "30 days" or "48 hours"."""
    if span % DAY == timedelta(0) and span >= 2 * DAY:
        return ngettext("%(n)d day", "%(n)d days", span.days) % {"n": span.days}
    hours = round(span / HOUR)
    return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}


def format_money(amount: Decimal, currency: str) -> str:
    """An amount with its currency; without one, the bare number."""
    return _form_money(amount, currency, get_language() or "en")


@lru_cache(16_384)
def _form_money(amount: Decimal, currency: str, language: str) -> str:
    """The amount in words: a page says dozens, and lists say them again and again."""
    if not currency:
        return str(format_decimal(amount, locale=_locale(language)))
    return LETTER_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", format_currency(amount, currency, locale=_locale(language)))


def format_country(code: str) -> str:
    """A country's name in the reader's language, or the code where it has none."""
    return str(locale().territories.get(code.upper(), code))
