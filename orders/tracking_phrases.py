"""From a carrier's words to what they say of the parcel: phrases of `carriers/`, tried in the order of `order.toml`."""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from orders.tracking_statuses import TrackingDetail, TrackingStatus

CARRIERS = Path(__file__).parent / "carriers"
ORDER = "order.toml"
# Carriers' lines are short; what stands after this many characters is advertising, and costs time to search.
LONGEST_DESCRIPTION = 500
MOST_REMEMBERED = 20_000  # texts; a carrier repeats its lines
BETWEEN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
EVENT_CODE = re.compile(r"([a-z]{2,5})[ /-]?(\d{1,2})")
# Within one clause: "not … delivered" must not reach over a full stop.
ANYTHING = "[^.,;:!?。，；！？-]*"
WORDS_BETWEEN = f" (?:{ANYTHING} )?"
START = r"^(?:[\[【(][^\]】)]*[\]】)] ?)?"  # a place in brackets may stand before the words
_TOKENS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a carrier's words say. No status and known: the words are read, and tell of none.

    `corrects`: they void the event before them and say nothing of their own (rule T10).
    """

    status: TrackingStatus | None = None
    detail: TrackingDetail = TrackingDetail.NONE
    corrects: bool = False
    is_known: bool = True


UNKNOWN = Reading(is_known=False)


@dataclass(frozen=True, slots=True)
class Pass:
    """Phrases that say one thing, searched in one go."""

    pattern: re.Pattern[str]
    reading: Reading


@dataclass(frozen=True, slots=True)
class Phrases:
    """The data, ready to match: whole texts, passes in order, and details by status.

    `hints` tells which passes a word can belong to, so that a text is searched for few of them.
    """

    whole: dict[str, Reading]
    passes: tuple[Pass, ...]
    hints: dict[str, frozenset[int]]
    details: dict[TrackingStatus, tuple[Pass, ...]]


def read_words(description: str) -> Reading:
    """What the words of a carrier or the code of its event say; `UNKNOWN` where they are unknown: never a guess.

    Words that deny a delivery are matched before words that tell of one, and a correction before all (rule T10).
    """
    return _read(fold(description))


def classify(description: str) -> TrackingStatus | None:
    """The status that a carrier's words tell, or None where they are unknown or tell of none."""
    return read_words(description).status


def fold(text: str) -> str:
    """The text without case, accents, full-width forms, repeated white space and its last full stop; its beginning."""
    beginning = " ".join(text.split())[: 2 * LONGEST_DESCRIPTION]
    if beginning.isascii():
        plain = beginning.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", beginning.casefold())
        plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).replace("’", "'")
    spaced = " ".join(plain.split())
    return BETWEEN_CHINESE.sub("", spaced).rstrip(".!。 ")[:LONGEST_DESCRIPTION]


@lru_cache(MOST_REMEMBERED)
def _read(text: str) -> Reading:
    phrases = _load()
    if reading := phrases.whole.get(text) or phrases.whole.get(_as_code(text)):
        return reading
    tokens = _tokens(text)
    candidates = sorted(set().union(phrases.hints[""], *(phrases.hints.get(token, ()) for token in tokens)))
    found = next((phrases.passes[index] for index in candidates if phrases.passes[index].pattern.search(text)), None)
    if found is None:
        return UNKNOWN
    reading = found.reading
    if reading.status is None or reading.detail:
        return reading
    details = phrases.details.get(reading.status, ())
    return next((replace(reading, detail=d.reading.detail) for d in details if d.pattern.search(text)), reading)


def _as_code(text: str) -> str:
    """A Correios event as the data writes it: "bde1" and "bde/01" are "bde 01"."""
    match = EVENT_CODE.fullmatch(text)
    return f"{match[1]} {int(match[2]):02}" if match else ""


# --- the data ---------------------------------------------------------------------------------------------------------
@cache
def _load() -> Phrases:
    order = (CARRIERS / ORDER).read_text(encoding="utf-8")
    files = sorted(path for path in CARRIERS.glob("*.toml") if path.name != ORDER)
    return read_phrases(order, [path.read_text(encoding="utf-8") for path in files])


def read_phrases(order: str, carriers: Iterable[str]) -> Phrases:
    """The phrases of TOML documents. Raises ValueError that names the pass, status or detail that is wrong."""
    tables = tomllib.loads(order)
    files: list[dict[str, Any]] = [tomllib.loads(document) for document in carriers]
    says = {entry["name"]: entry["says"] for entry in tables["passes"]}
    phrases = _gather(files, "phrases", says)
    names = [name for name in says if phrases[name]]
    passes = tuple(Pass(_any_of(phrases[name]), _reading(says[name])) for name in names)
    whole = {
        fold(text): _reading(says) for file in files for says, texts in file.get("whole", {}).items() for text in texts
    }
    return Phrases(whole, passes, _hints([phrases[name] for name in names]), _details(tables["details"], files))


def _details(allowed: dict[str, list[str]], files: list[dict[str, Any]]) -> dict[TrackingStatus, tuple[Pass, ...]]:
    phrases = _gather(files, "details", list(TrackingDetail))
    return {
        TrackingStatus(status): tuple(
            Pass(_any_of(phrases[detail]), Reading(detail=TrackingDetail(detail)))
            for detail in details
            if phrases[detail]
        )
        for status, details in allowed.items()
    }


def _gather(files: list[dict[str, Any]], section: str, allowed: Iterable[str]) -> dict[str, list[str]]:
    """The phrases of one section of all files, by name. Raises ValueError for a name that is not allowed."""
    gathered: dict[str, list[str]] = {name: [] for name in allowed}
    for file in files:
        for name, phrases in file.get(section, {}).items():
            if name not in gathered:
                raise ValueError(f"[{section}] {name}: not one of {', '.join(filter(None, gathered))}")
            gathered[name] += phrases
    return gathered


def _reading(says: str) -> Reading:
    """What `order.toml` calls "failed_attempt/refused", "nothing" or "correction"."""
    status, _, detail = says.partition("/")
    if status in ("nothing", "correction"):
        return Reading(detail=TrackingDetail(detail), corrects=status == "correction")
    return Reading(TrackingStatus(status), TrackingDetail(detail))


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(_pattern(phrase) for phrase in phrases))


def _pattern(phrase: str) -> str:
    """A phrase as a pattern of whole words; what `*` and `^` stand for, the first lines of `order.toml` say."""
    words = fold(phrase.removeprefix("^"))
    pattern = re.escape(words).replace(r"\ \*\ ", WORDS_BETWEEN).replace(r"\*", ANYTHING)
    before = START if phrase.startswith("^") else _edge(words[0], r"(?<![a-z0-9])")
    return before + pattern + _edge(words[-1], r"(?![a-z0-9])")


def _edge(letter: str, boundary: str) -> str:
    return boundary if letter.isascii() and letter.isalnum() else ""


def _hints(groups: list[list[str]]) -> dict[str, frozenset[int]]:
    """Word → the groups that have a phrase which cannot stand in a text without it; "" → those that cannot tell."""
    indexes: dict[str, set[int]] = defaultdict(set, {"": set()})
    for index, phrases in enumerate(groups):
        for phrase in phrases:
            indexes[max(_whole_words(phrase), key=len, default="")].add(index)
    return {word: frozenset(found) for word, found in indexes.items()}


def _whole_words(phrase: str) -> Iterator[str]:
    """The tokens that a text with the phrase must have; letters that touch a `*` may belong to a longer word."""
    for part in re.split(r"[a-z0-9]*\*[a-z0-9]*", fold(phrase.removeprefix("^"))):
        yield from _tokens(part)


def _tokens(text: str) -> set[str]:
    """The words of a text, and its pairs of Chinese characters."""
    words = set(_TOKENS.findall(text))
    return {word for word in words if word.isascii()} | {
        text[at : at + 2] for at in range(len(text) - 1) if text[at] > "\u33ff" and text[at + 1] > "\u33ff"
    }
