"""Scores the signs that a review is no honest one (R11): each sign has its points and its sentence, in `malice.toml`.

The score suggests; a person decides, and he sees every sign with what it rests on.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

MOST = 100  # points
# What a person, a file or a platform may say of a reviewer, by what they say it with.
FACTS = {
    "ratings": int,  # how many ratings he has given, everywhere
    "good_share": float,  # which share of them was good, from 0 to 1
    "second_account": bool,
    "silent_order": bool,
    "habitual": bool,
    "competitor": bool,
    "advert": bool,
}


class Sign(StrEnum):
    """What may speak against a review."""

    SECOND_ACCOUNT = "second_account"
    FEW_RATINGS = "few_ratings"
    LOW_GOOD_SHARE = "low_good_share"
    SILENT_ORDER = "silent_order"
    HABITUAL = "habitual"
    COMPETITOR = "competitor"
    ADVERT = "advert"


class SignSource(StrEnum):
    """Who says that a sign is there."""

    RECORDS = "records"  # the store's own orders, messages and reviews
    WORDS = "words"  # the review's own text
    SAID = "said"  # a person, a file, or the platform


@dataclass(frozen=True, slots=True)
class Found:
    """What the store's records and the review's words say: None where they say nothing.

    `other_bad` counts the buyer's other bad reviews in the store; `competitor` and `advert` are the words.
    """

    second_account: bool | None = None
    silent_order: bool | None = None
    other_bad: int = 0
    competitor: tuple[str, ...] = ()
    advert: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """A sign that is there: its points, who says so, and what its sentence is filled in with."""

    sign: Sign
    points: int
    source: SignSource
    values: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For the review's row."""
        return {"sign": self.sign, "points": self.points, "source": self.source, "values": dict(self.values)}


@cache
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def score(found: Found, facts: Mapping[str, Any]) -> list[Signal]:
    """The signs that are there, the weightiest first; what is said in `facts` stands over what was found."""
    signals = [signal for sign in Sign if (signal := _signal(sign, found, facts))]
    return sorted(signals, key=lambda signal: -signal.points)


def points_of(signals: list[Signal]) -> int:
    """Their sum, 100 at most."""
    return min(MOST, sum(signal.points for signal in signals))


def sentence(signal: Mapping[str, Any], language: str) -> str:
    """What a kept signal says, in one of our languages, else in English; empty for one that is not known any more."""
    texts = _table().get(str(signal.get("sign")), {})
    text = str(texts.get(language) or texts.get("en") or "")
    for name, value in signal.get("values", {}).items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def is_suspicious(points: int, threshold: float | None) -> bool:
    """Whether somebody should look, by R11's share of 100."""
    return threshold is not None and points >= threshold * MOST


def _signal(sign: Sign, found: Found, facts: Mapping[str, Any]) -> Signal | None:
    limits = _table()["limits"]
    points = int(_table()[sign]["points"])
    if sign is Sign.FEW_RATINGS:
        ratings = facts.get("ratings")
        is_few = isinstance(ratings, int) and ratings <= limits["few"]
        return Signal(sign, points, SignSource.SAID, {"ratings": str(ratings)}) if is_few else None
    if sign is Sign.LOW_GOOD_SHARE:
        share = facts.get("good_share")
        is_low = isinstance(share, int | float) and share <= limits["low"]
        return Signal(sign, points, SignSource.SAID, {"good_share": f"{share:.0%}"}) if is_low else None
    is_there, source, values = _found(sign, found, limits)
    if sign in facts:
        return Signal(sign, points, SignSource.SAID, values or {"words": "–", "bad": "–"}) if facts[sign] else None
    return Signal(sign, points, source, values) if is_there else None


def _found(sign: Sign, found: Found, limits: Mapping[str, Any]) -> tuple[bool, SignSource, dict[str, str]]:
    if sign is Sign.HABITUAL:
        return found.other_bad >= limits["bad"], SignSource.RECORDS, {"bad": str(found.other_bad)}
    if sign in {Sign.COMPETITOR, Sign.ADVERT}:
        words: tuple[str, ...] = getattr(found, sign)
        return bool(words), SignSource.WORDS, {"words": ", ".join(words[:5])} if words else {}
    return bool(getattr(found, sign)), SignSource.RECORDS, {}
