"""From a carrier's words to what they say of the parcel: phrases of `carriers/`, tried in the order of `order.toml`."""

import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
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
_LATIN_WORDS = re.compile(r"[a-z0-9]+")
BEFORE_CHINESE = "\u33ff"


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


class Finder:
    """Phrases in order, each with what it says; the first that stands in a text tells.

    A text is searched only for the phrases whose rarest word it has, so that the time hardly grows with the phrases.
    """

    def __init__(self, phrases: Iterable[tuple[str, Reading]]) -> None:
        """Take the phrases, the most telling first."""
        self.phrases = tuple(phrases)
        words = [_whole_words(phrase) for phrase, _ in self.phrases]
        shared = Counter(word for group in words for word in group)
        self.by_word: dict[str, list[int]] = defaultdict(list)
        for index, group in enumerate(words):
            self.by_word[min(group, key=lambda word: (shared[word], word), default="")].append(index)

    def find(self, text: str, words: Iterable[str]) -> Reading | None:
        """What a folded text with these words says."""
        candidates = sorted(index for word in ("", *words) for index in self.by_word.get(word, ()))
        found = (self.phrases[index] for index in candidates)
        return next((reading for phrase, reading in found if _pattern(phrase).search(text)), None)


@dataclass(frozen=True, slots=True)
class Phrases:
    """The data, ready to match: whole texts, phrases in the order of their passes, and details by status."""

    whole: dict[str, Reading]
    phrases: Finder
    details: dict[TrackingStatus, Finder]


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
    words = _words(text)
    reading = phrases.phrases.find(text, words)
    if reading is None or reading.status is None or reading.detail:
        return reading or UNKNOWN
    more = phrases.details[reading.status].find(text, words)
    return replace(reading, detail=more.detail) if more else reading


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
    says = {entry["name"]: _reading(entry["says"]) for entry in tables["passes"]}
    phrases = _gather(files, "phrases", says)
    details = _gather(files, "details", list(TrackingDetail))
    return Phrases(
        {
            fold(text): _reading(said)
            for file in files
            for said, texts in file.get("whole", {}).items()
            for text in texts
        },
        Finder((phrase, says[name]) for name in says for phrase in phrases[name]),
        {status: _details(tables["details"].get(status, ()), details) for status in TrackingStatus},
    )


def _details(allowed: Iterable[str], phrases: dict[str, list[str]]) -> Finder:
    return Finder((phrase, Reading(detail=TrackingDetail(name))) for name in allowed for phrase in phrases[name])


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
    """What the data call "failed_attempt/refused", "nothing" or "correction"."""
    status, _, detail = says.partition("/")
    if status in ("nothing", "correction"):
        return Reading(detail=TrackingDetail(detail), corrects=status == "correction")
    return Reading(TrackingStatus(status), TrackingDetail(detail))


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    """A phrase as a pattern of whole words; what `*` and `^` stand for, the first lines of `order.toml` say."""
    words = fold(phrase.removeprefix("^"))
    pattern = re.escape(words).replace(r"\ \*\ ", WORDS_BETWEEN).replace(r"\*", ANYTHING)
    before = START if phrase.startswith("^") else _edge(words[0], r"(?<![a-z0-9])")
    return re.compile(before + pattern + _edge(words[-1], r"(?![a-z0-9])"))


def _edge(letter: str, boundary: str) -> str:
    return boundary if letter.isascii() and letter.isalnum() else ""


def _whole_words(phrase: str) -> set[str]:
    """The words that a text with the phrase must have; letters that touch a `*` may belong to a longer word."""
    parts = re.split(r"[a-z0-9]*\*[a-z0-9]*", fold(phrase.removeprefix("^")))
    return {word for part in parts for word in _words(part)}


def _words(text: str) -> set[str]:
    """The words of a folded text, and its pairs of Chinese characters."""
    pairs = (text[at : at + 2] for at in range(len(text) - 1))
    return {*_LATIN_WORDS.findall(text), *(pair for pair in pairs if pair[0] > BEFORE_CHINESE < pair[1])}
