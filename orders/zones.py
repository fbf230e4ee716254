"""Which time zone a buyer lives in: his own, else his state's, else his country's, else the pack's (rule C)."""

import tomllib
import unicodedata
from functools import cache
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones


@cache
def _data() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "zones.toml").read_text())


@cache
def _state_codes() -> dict[str, dict[str, str]]:
    """Country → a state's code or name, folded → its code."""
    codes = {code: code for code in _data()["BR"]} | {name: code for code, name in _data()["BR-names"].items()}
    return {"BR": {_fold(word): code for word, code in codes.items()}}


@cache
def _states() -> dict[str, dict[str, str]]:
    return {
        country: {word: _data()[country][code] for word, code in words.items()}
        for country, words in _state_codes().items()
    }


@cache
def _countries() -> dict[str, str]:
    """Country code → the zone of most of its people: the first of the IANA table, save where zones.toml differs."""
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text()
    zones: dict[str, str] = {}
    for line in table.splitlines():
        if not line.startswith("#"):
            code, _coordinates, zone = line.split("\t")[:3]
            zones.setdefault(code, zone)
    return zones | _data()["countries"]


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold().strip()


@cache
def _all() -> set[str]:
    """Read once: it takes a walk through all files of the table."""
    return available_timezones()


def known_zone(name: str) -> bool:
    """Whether the name stands in the IANA table."""
    return name in _all()


def state_code(country: str, state: str) -> str:
    """A state's code, by its code or its name ("SP", "São Paulo", "BR-SP"); empty where it is not known."""
    word = _fold(state).removeprefix(f"{country.casefold()}-")
    return _state_codes().get(country.upper(), {}).get(word, "")


def buyer_zone(*, timezone: str, country: str, state: str, default: str) -> ZoneInfo:
    """The zone whose clock the buyer reads; `default` is the pack's."""
    if timezone and known_zone(timezone):
        return ZoneInfo(timezone)
    by_state = _states().get(country.upper(), {}).get(_fold(state))
    return ZoneInfo(by_state or _countries().get(country.upper(), default))
