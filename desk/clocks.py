"""Dates and amounts as the reader sees them: on his own clock, in his own language's form, near or far."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_currency, format_decimal
from django.utils import timezone
from django.utils.translation import get_language, ngettext

LOCALES = {"zh-hans": "zh_Hans_CN", "pt-br": "pt_BR", "en": "en_GB"}
LETTER_BEFORE_DIGIT = re.compile(r"(?<=[A-Z])(?=\d)")  # "XYZ23.50": babel leaves out the space after a bare code
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """One of the clocks that a seller looks at: whose it is, its zone, and what it shows at an instant."""

    label: str
    zone: ZoneInfo

    @property
    def city(self) -> str:
        """The zone's place, such as "Sao Paulo"."""
        return self.zone.key.rpartition("/")[2].replace("_", " ")


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(LOCALES.get(language, "en_GB"))


def locale() -> Locale:
    """The reader's locale."""
    return _locale(get_language() or "en")


def _form(instant: datetime, zone: ZoneInfo | None, skeleton: str) -> str:
    # Babel is handed the local time bare: its own zones want other names than the IANA table's.
    local = instant.astimezone(zone or timezone.get_current_timezone()).replace(tzinfo=None)
    return format_skeleton(skeleton, local, locale=locale())


def format_instant(instant: datetime, *, now: datetime, zone: ZoneInfo | None = None) -> str:
    """Day and time on the zone's clock (the reader's without one); the year only where it is another one."""
    near = instant.astimezone(zone or UTC).year == now.astimezone(zone or UTC).year
    return f"{_form(instant, zone, 'MMMd' if near else 'yMMMd')} {format_time(instant, zone)}"


def format_day(instant: datetime, *, now: datetime, zone: ZoneInfo | None = None) -> str:
    """The day alone."""
    near = instant.astimezone(zone or UTC).year == now.astimezone(zone or UTC).year
    return _form(instant, zone, "MMMd" if near else "yMMMd")


def format_time(instant: datetime, zone: ZoneInfo | None = None) -> str:
    """Hours and minutes."""
    return f"{instant.astimezone(zone or timezone.get_current_timezone()):%H:%M}"


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
    if instant >= now:
        texts = {
            "minute": ngettext("in %(n)d min", "in %(n)d min", n),
            "hour": ngettext("in %(n)d h", "in %(n)d h", n),
            "day": ngettext("in %(n)d day", "in %(n)d days", n),
        }
    else:
        texts = {
            "minute": ngettext("%(n)d min ago", "%(n)d min ago", n),
            "hour": ngettext("%(n)d h ago", "%(n)d h ago", n),
            "day": ngettext("%(n)d day ago", "%(n)d days ago", n),
        }
    return texts[unit] % {"n": n}


def format_due(due_at: datetime, now: datetime) -> str:
    """How long there is left, or how late it is, such as "in 3 h" or "2 days late"."""
    if due_at >= now:
        return format_distance(due_at, now)
    unit, n = _amount(now - due_at)
    texts = {
        "minute": ngettext("%(n)d min late", "%(n)d min late", n),
        "hour": ngettext("%(n)d h late", "%(n)d h late", n),
        "day": ngettext("%(n)d day late", "%(n)d days late", n),
    }
    return texts[unit] % {"n": n}


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
    if not currency:
        return str(format_decimal(amount, locale=locale()))
    return LETTER_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", format_currency(amount, currency, locale=locale()))


def format_country(code: str) -> str:
    """A country's name in the reader's language, or the code where it has none."""
    return str(locale().territories.get(code.upper(), code))
