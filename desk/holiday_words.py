"""The names of holidays for a reader whose language the calendars' library does not speak, by its English names."""

import re
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from orders.calendars import Calendar, day_name

# The reader's language → that of the names of holidays.
LANGUAGES = {"zh-hans": "zh_CN", "pt-br": "pt_BR"}
OBSERVED = " (observed)"
MADE_UP_FOR = re.compile(r"Day off \(substituted from (\d\d)/(\d\d)/(\d{4})\)")

HOLIDAYS: dict[str, str | Promise] = {
    # Brazil
    "All Souls' Day": _("All Souls' Day"),
    "Ash Wednesday": _("Ash Wednesday"),
    "Carnival": _("Carnival"),
    "Christmas Day": _("Christmas Day"),
    "Christmas Eve": _("Christmas Eve"),
    "Corpus Christi": _("Corpus Christi"),
    "Good Friday": _("Good Friday"),
    "Independence Day": _("Independence Day"),
    "National Day of Zumbi and Black Awareness": _("National Day of Zumbi and Black Awareness"),
    "New Year's Eve": _("New Year's Eve"),
    "Our Lady of Aparecida": _("Our Lady of Aparecida"),
    "Public Servant's Day": _("Public Servant's Day"),
    "Republic Proclamation Day": _("Republic Proclamation Day"),
    "Tiradentes' Day": _("Tiradentes' Day"),
    "Universal Fraternization Day": _("New Year's Day"),
    "Worker's Day": _("Labour Day"),
    # China
    "Chinese New Year (Spring Festival)": _("Spring Festival"),
    "Chinese New Year Extended Holiday": _("Spring Festival, extended"),
    "Chinese New Year's Eve": _("Eve of the Spring Festival"),
    "Dragon Boat Festival": _("Dragon Boat Festival"),
    "Labor Day": _("Labour Day"),
    "Mid-Autumn Festival": _("Mid-Autumn Festival"),
    "National Day": _("National Day of China"),
    "New Year's Day": _("New Year's Day"),
    "Tomb-Sweeping Day": _("Tomb-Sweeping Day"),
}


def holiday_name(day: date, calendar: Calendar) -> str:
    """What a day that does not count is called, in the reader's language; empty for no holiday."""
    said = day_name(day, calendar, language=LANGUAGES.get(get_language() or "", "en_US"))
    return "; ".join(_one(name) for name in said.split("; ")) if said else ""


def _one(name: str) -> str:
    if found := MADE_UP_FOR.fullmatch(name):
        month, day, year = map(int, found.groups())
        worked = date_format(date(year, month, day))
        return _now("Day off, made up for on %(worked)s") % {"worked": worked}
    known = HOLIDAYS.get(name.removesuffix(OBSERVED))
    if known is None:
        return name
    return _now("%(holiday)s (day off in its place)") % {"holiday": known} if name.endswith(OBSERVED) else str(known)
