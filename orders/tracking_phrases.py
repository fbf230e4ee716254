"""From a carrier's words to a tracking status: ordered phrases, read from `tracking_phrases.toml`."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from orders.tracking_statuses import TrackingStatus

# Carriers' lines are short; what stands after this many characters is advertising, and costs time to search.
LONGEST_DESCRIPTION = 500
BETWEEN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
CORREIOS_CODE = re.compile(r"([a-z]{2,3})[ /-]?(\d{1,2})")
# Within one clause: "not … delivered" must not reach over a full stop.
ANYTHING = "[^.,;:!?。-]*"
WORDS_BETWEEN = f" (?:{ANYTHING} )?"
START = r"^(?:[\[【(][^\]】)]*[\]】)] ?)?"  # a place in brackets may stand before the words


@dataclass(frozen=True, slots=True)
class Phrases:
    """The data, ready to match: whole texts, and patterns in order. No status: the words tell none."""

    whole: dict[str, TrackingStatus]
    rules: tuple[tuple[re.Pattern[str], TrackingStatus | None], ...]


def classify(description: str) -> TrackingStatus | None:
    """The status that a carrier's words tell, or None where they are unknown or tell of none: never a guess.

    Words that deny a delivery are matched before words that tell of one (rule T10).
    """
    phrases = _load()
    text = fold(description[:LONGEST_DESCRIPTION])
    if status := phrases.whole.get(text) or phrases.whole.get(_as_code(text)):
        return status
    return next((status for pattern, status in phrases.rules if pattern.search(text)), None)


def fold(text: str) -> str:
    """The text without case, accents, full-width forms, repeated white space and its last full stop."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    spaced = " ".join(plain.replace("’", "'").split())
    return BETWEEN_CHINESE.sub("", spaced).rstrip(".!。 ")


def _as_code(text: str) -> str:
    """A Correios event as the data writes it: "bde1" and "bde/01" are "bde 01"."""
    match = CORREIOS_CODE.fullmatch(text)
    return f"{match[1]} {int(match[2]):02}" if match else ""


@cache
def _load() -> Phrases:
    return read_phrases((Path(__file__).parent / "tracking_phrases.toml").read_text(encoding="utf-8"))


def read_phrases(document: str) -> Phrases:
    """The phrases of a TOML document. Raises ValueError or KeyError when a status or a key is wrong."""
    data: dict[str, Any] = tomllib.loads(document)
    whole = {fold(text): TrackingStatus(name) for name, texts in data["whole"].items() for text in texts}
    rules = tuple(
        (
            re.compile("|".join(_pattern(phrase) for phrase in rule["phrases"])),
            TrackingStatus(rule["status"]) if "status" in rule else None,
        )
        for rule in data["rules"]
    )
    return Phrases(whole, rules)


def _pattern(phrase: str) -> str:
    """A phrase as a pattern of whole words; what `*` and `^` stand for, the data's first lines say."""
    words = fold(phrase.removeprefix("^"))
    pattern = re.escape(words).replace(r"\ \*\ ", WORDS_BETWEEN).replace(r"\*", ANYTHING)
    before = START if phrase.startswith("^") else _edge(words[0], r"(?<![a-z0-9])")
    return before + pattern + _edge(words[-1], r"(?![a-z0-9])")


def _edge(letter: str, boundary: str) -> str:
    return boundary if letter.isascii() and letter.isalnum() else ""
