"""Checks what a text says to a buyer against rule M4; the words of each language are data, in `wordlists/`.

In a phrase, `#` stands for a number and `*` for a few characters of the same sentence.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path

from messaging.vocabulary import Language

WORDLISTS = Path(__file__).parent / "wordlists"
RULE = "M4"
MAX_EMOJI = 1
REVIEW_REACH = 3  # sentences in a row within which a review and a reward belong together
EXCERPT_LENGTH = 80  # characters

_SENTENCE_END = re.compile(r"(?<=[。！？；])(?![！？!?])|(?<=[.!?;…])\s+|\n+")
_CAPITALS = re.compile(r"\b[^\W\d_]{2,}\b")
_EXCLAMATIONS = re.compile(r"[!！]{2,}|[?？][!！]+|[!！]+[?？]")
_PICTURE = "[\U0001f300-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff]"
_EMOJI = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3"
    f"|{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*)*"
)


class WordingKind(StrEnum):
    """What rule M4 forbids."""

    EXACT_ARRIVAL = "exact_arrival"
    BARE_WAIT = "bare_wait"
    PAID_REVIEW = "paid_review"
    TOO_MANY_EMOJI = "too_many_emoji"
    SHOUTING = "shouting"


@dataclass(frozen=True, slots=True)
class WordingProblem:
    """One thing that the text must not say; the excerpt shows where."""

    rule: str
    kind: WordingKind
    excerpt: str


@dataclass(frozen=True, slots=True)
class Wordlist:
    """The phrases of one language, ready to search; matching ignores case and accents."""

    arrival: re.Pattern[str]
    date: re.Pattern[str]
    hedge: re.Pattern[str]
    wait: re.Pattern[str]
    cause: re.Pattern[str]
    review: re.Pattern[str]
    reward: re.Pattern[str]
    capitals: frozenset[str]


@cache
def load_wordlist(language: Language) -> Wordlist:
    """Read a language's words."""
    data = tomllib.loads((WORDLISTS / f"{language}.toml").read_text("utf-8"))
    capitals = frozenset(data.pop("capitals"))
    return Wordlist(**{name: _any_of(phrases) for name, phrases in data.items()}, capitals=capitals)


def check_wording(text: str, language: Language) -> list[WordingProblem]:
    """Everything in the text (subject and body, before or after filling in) that rule M4 forbids."""
    words = load_wordlist(language)
    sentences = [sentence for sentence in _SENTENCE_END.split(text) if sentence and sentence.strip()]
    found = [
        *((WordingKind.EXACT_ARRIVAL, excerpt) for excerpt in _exact_arrivals(sentences, words)),
        *((WordingKind.BARE_WAIT, excerpt) for excerpt in _bare_waits(text, words)),
        *((WordingKind.PAID_REVIEW, excerpt) for excerpt in _paid_reviews(sentences, words)),
        *((WordingKind.TOO_MANY_EMOJI, excerpt) for excerpt in _surplus_emoji(text)),
        *((WordingKind.SHOUTING, excerpt) for excerpt in _shouting(sentences, words)),
    ]
    return [WordingProblem(RULE, kind, _excerpt(excerpt)) for kind, excerpt in found]


def _exact_arrivals(sentences: list[str], words: Wordlist) -> Iterator[str]:
    for sentence in sentences:
        plain = _fold(sentence)
        if words.arrival.search(plain) and words.date.search(plain) and not words.hedge.search(plain):
            yield sentence


def _bare_waits(text: str, words: Wordlist) -> Iterator[str]:
    """Paragraphs that ask for patience and give neither a cause nor a date."""
    for paragraph in re.split(r"\n\s*\n", text):
        plain = _fold(paragraph)
        if words.wait.search(plain) and not (words.cause.search(plain) or words.date.search(plain)):
            yield paragraph


def _paid_reviews(sentences: list[str], words: Wordlist) -> Iterator[str]:
    """The first place where a reward stands near a review."""
    for start in range(len(sentences)):
        near = " ".join(sentences[start : start + REVIEW_REACH])
        plain = _fold(near)
        if words.review.search(plain) and words.reward.search(plain):
            yield near
            return


def _surplus_emoji(text: str) -> Iterator[str]:
    emoji = _EMOJI.findall(text)
    if len(emoji) > MAX_EMOJI:
        yield " ".join(emoji)


def _shouting(sentences: list[str], words: Wordlist) -> Iterator[str]:
    """Sentences with two capital words in a row, one long capital word, or a row of exclamation marks."""
    for sentence in sentences:
        found = _CAPITALS.findall(sentence)
        loud = [word.isupper() and word not in words.capitals for word in found]
        long = {word for word in found if len(word) > 5 and word.isupper()}
        in_a_row = any(left and right for left, right in pairwise(loud))
        if in_a_row or long - words.capitals or _EXCLAMATIONS.search(sentence):
            yield sentence


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(_pattern(_fold(phrase)) for phrase in phrases))


def _pattern(phrase: str) -> str:
    body = re.escape(phrase).replace(r"\#", r"\d+").replace(r"\*", ".{0,24}?").replace(r"\ ", r"\s+")
    return f"(?<!{_edge(phrase[0])}){body}(?!{_edge(phrase[-1])})"


def _edge(character: str) -> str:
    """What may not stand next to a phrase that begins or ends so; Chinese has no word boundaries."""
    if character == "#":
        return r"\d"
    return "[a-z0-9_]" if character.isascii() and character.isalpha() else r"\0"


def _fold(text: str) -> str:
    """Lower case without accents, so that "AMANHÃ" and "amanha" are one word."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT_LENGTH else line[: EXCERPT_LENGTH - 1] + "…"
