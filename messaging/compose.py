"""Builds the values of a text's variables from plain facts, for the message's language and buyer's zone."""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_currency

from messaging.rendering import clean_value, fill
from messaging.vocabulary import Language

PHRASES = Path(__file__).parent / "phrases"
TITLE_LENGTH = 60  # characters of one product's title
LISTED_TITLES = 2
NAME_LENGTH = 30  # characters of the name in a greeting

_LETTER_BEFORE_DIGIT = re.compile(r"(?<=[A-Z])(?=\d)")  # "USD1,234.50": babel leaves out CLDR's currency spacing


@cache
def load_phrases(language: Language) -> dict[str, Any]:
    """A language's phrases, as in its file: groups of named phrases, and the `locale` of its numbers."""
    return tomllib.loads((PHRASES / f"{language}.toml").read_text("utf-8"))


def greeting(name: str, language: Language) -> str:
    """The opening line: by first name (Chinese: the whole one) where it looks like a person's, else none."""
    phrases = load_phrases(language)["greeting"]
    called = _called(name, language)
    return fill(phrases["with_name"], {"name": called}) if called else str(phrases["without_name"])


def tracking_summary(status: str, location: str, at: datetime | None, zone: ZoneInfo, language: Language) -> str:
    """A clause that tells where the parcel roughly is.

    No event at all is the status `no_scan`; an empty status is an event that could not be classified.
    """
    phrases = load_phrases(language)
    if status == "no_scan":
        return str(phrases["status"]["no_scan"])
    place = clean_value(location).rstrip(" .。,，;；")
    known = {(True, True): "date_and_location", (True, False): "date_only", (False, True): "location_only"}
    pattern = phrases["tracking"][known.get((at is not None, bool(place)), "bare")]
    named = phrases["status"].get(status) or phrases["status"]["other"]
    date = format_date(at, zone, language) if at else ""
    return fill(pattern, {"status": named, "location": place, "date": date})


def format_date(instant: datetime, zone: ZoneInfo, language: Language) -> str:
    """Day and month on the zone's calendar, such as "12 de março"."""
    # Not babel's time zone support: it wants pytz or a name, and a date needs neither.
    return _day(instant.astimezone(zone).date(), language)


@lru_cache(4096)  # the same few days stand in many messages
def _day(day: date, language: Language) -> str:
    return format_skeleton("MMMMd", datetime.combine(day, time()), locale=_locale(language))


def format_time(instant: datetime, zone: ZoneInfo, language: Language) -> str:
    """Day, month and the time of the zone's clock, such as "12 de março, 15:30"."""
    return f"{format_date(instant, zone, language)}, {instant.astimezone(zone):%H:%M}"


def format_money(amount: Decimal, currency: str, language: Language) -> str:
    """The amount with its currency (ISO 4217), such as "US$ 23,50"; empty without a currency."""
    if not currency:
        return ""
    formatted = format_currency(amount, currency, locale=_locale(language))
    # No-break spaces become plain ones: the text is also copied by hand into chats and searched.
    return _LETTER_BEFORE_DIGIT.sub(" ", " ".join(formatted.split()))


def format_days(days: int, language: Language) -> str:
    """A number of days with its unit, such as "30 dias"."""
    return fill(load_phrases(language)["days"]["one" if days == 1 else "many"], {"count": str(days)})


def payment_method(code: str, language: Language) -> str:
    """The method's name, to stand after a label; an unknown one is "the one you chose"."""
    return _named("payment", code, language)


def disruption_cause(code: str, language: Language) -> str:
    """The cause in words, to stand after a label; an unknown one is "an unexpected problem"."""
    return _named("disruption", code, language)


def inspection(code: str, language: Language) -> str:
    """What came back, in words, to stand after a label; empty where nothing was inspected."""
    return str(load_phrases(language)["inspection"].get(code, ""))


def return_costs(code: str, language: Language) -> str:
    """A sentence that says who pays the way back; empty where that is not decided."""
    return str(load_phrases(language)["return_costs"].get(code, ""))


def expected_window(start: datetime | None, end: datetime | None, zone: ZoneInfo, language: Language) -> str:
    """A hedged range of dates (never a promise, M4); empty when either end is not known."""
    if start is None or end is None:
        return ""
    phrases = load_phrases(language)["expected"]
    dates = {"from": format_date(start, zone, language), "to": format_date(end, zone, language)}
    return fill(phrases["one_day" if dates["from"] == dates["to"] else "range"], dates)


def arrival_estimate(earliest: int, latest: int, language: Language) -> str:
    """The days after shipping in which such parcels normally come: hedged, never a promise (M4)."""
    phrases = load_phrases(language)["expected"]
    pattern = phrases["days"] if earliest < latest else phrases["about_a_day" if latest == 1 else "about_days"]
    return fill(pattern, {"from": str(earliest), "to": str(latest)})


def item_titles(titles: Sequence[str], language: Language) -> str:
    """A short list of what was bought: the first titles, shortened, and how many more there are."""
    phrases = load_phrases(language)["items"]
    short = [_shorten(title) for title in map(clean_value, titles) if title]
    if len(short) < LISTED_TITLES:
        return "".join(short)
    more = len(short) - LISTED_TITLES
    pattern = phrases["pair"] if not more else phrases["more_one" if more == 1 else "more_many"]
    values = {"first": short[0], "second": short[1], "count": str(more), "total": str(len(short))}
    return fill(pattern, values)


@cache
def _locale(language: Language) -> Locale:
    return Locale.parse(str(load_phrases(language)["locale"]))


def _named(group: str, code: str, language: Language) -> str:
    phrases = load_phrases(language)[group]
    return str(phrases.get(code) or phrases["other"])


def _shorten(title: str) -> str:
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1].rstrip() + "…"


@cache
def _name_words() -> tuple[frozenset[str], frozenset[str]]:
    data = tomllib.loads((PHRASES / "names.toml").read_text("utf-8"))
    return frozenset(map(_plain, data["titles"])), frozenset(map(_plain, data["not_a_person"]))


def _called(name: str, language: Language) -> str:
    """What to call the buyer, or nothing where the name may be a login, a company, a link or an initial."""
    titles, not_a_person = _name_words()
    words = clean_value(name).replace("，", " ").split()
    while words and _plain(words[0]) in titles:
        words = words[1:]
    if not words or not all(map(_is_name_word, words)) or not_a_person & set(map(_plain, words)):
        return ""
    called = _cased(" ".join(words)) if language is Language.ZH_HANS else _cased(words[0])
    return called if _is_call_name(words[0]) and len(called) <= NAME_LENGTH else ""


def _is_name_word(word: str) -> bool:
    return all(unicodedata.category(letter)[0] in "LM" or letter in "'’-.·" for letter in word)


def _is_call_name(word: str) -> bool:
    """Two letters at least, no abbreviation; a lone Chinese character is only a surname."""
    return len(word) >= 2 and "." not in word


def _cased(word: str) -> str:
    """JOÃO and joão become João; McCoy and Ana-Lúcia stay as they are."""
    return word.title() if word.isupper() or word.islower() else word


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold().rstrip("."))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
