"""Country names in the languages of sellers, buyers and platforms, from CLDR, to ISO 3166 alpha-2 codes."""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from unicodedata import combining, normalize

from babel import Locale
from babel.core import get_global

LANGUAGES = ("en", "zh_Hans", "zh_Hant", "pt", "es", "fr", "de", "ru")
_CODE = re.compile(r"[A-Z]{2}")
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


@lru_cache
def parse_country(text: str) -> str:
    """Read a country: its code, an older or longer code (UK, BRA), or its name. Raises ValueError."""
    if len(text) == 2 and text in _codes():
        return text
    found = _names().get(_key(text)) if len(text) <= 100 else None
    if found is None:
        raise ValueError("not a country; write its two-letter code, such as BR")
    return found


def _key(name: str) -> str:
    decomposed = normalize("NFKD", name.replace("&", " and "))
    letters = "".join(character for character in decomposed if not combining(character))
    return " ".join(re.sub(r"[\W_]+", " ", letters.casefold()).split()).removeprefix("the ")


@cache
def _codes() -> frozenset[str]:
    return frozenset(filter(_CODE.fullmatch, map(str, Locale("en").territories))) - _NO_COUNTRIES


@cache
def _names() -> dict[str, str]:
    names = {_key(name): code for name, code in _further_names().items()}
    for alias, codes in get_global("territory_aliases").items():
        if len(codes) == 1 and codes[0] in _codes() and not alias.isdigit():
            names[_key(alias)] = codes[0]
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if code in _codes():
                names.setdefault(_key(name), code)
                # "Hong Kong SAR China", "Myanmar (Burma)": the name without its remark means the same.
                names.setdefault(_key(re.sub(r"\(.*\)|（.*）", "", name)), code)
    names.update({code.casefold(): code for code in _codes()})
    return names


def _further_names() -> dict[str, str]:
    return tomllib.loads(Path(__file__).with_name("countries.toml").read_text(encoding="utf-8"))
