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
_PARAGRAPH_END = re.compile(r"\n\s*\n")
_CAPITALS = re.compile(r"\b[^\W\d_]{2,}\b")
_EXCLAMATIONS = re.compile(r"[!！]{2,}|[?？][!！]+|[!！]+[?？]")
_LOUD = re.compile(rf"\b[A-ZÀ-ÖØ-Þ]{{2,}}\b|{_EXCLAMATIONS.pattern}")
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
    """One thing that the text must not say; the excerpt shows where, `start` and `end` count its characters."""

    rule: str
    kind: WordingKind
    excerpt: str
    start: int = 0
    end: int = 0


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


class Phrases:
    """Phrases in the manner of the wordlists, ready to be found in a text."""

    def __init__(self, phrases: list[str]) -> None:
        self._pattern = _any_of(phrases)

    def find(self, text: str) -> str:
        """The first words of the text that are one of the phrases, as they are written there; else nothing."""
        plain, origins = _fold_by_letter(text)
        match = self._pattern.search(plain)
        return text[origins[match.start()] : origins[match.end() - 1] + 1] if match else ""


@cache
def load_wordlist(language: Language) -> Wordlist:
    """Read a language's words."""
    data = tomllib.loads((WORDLISTS / f"{language}.toml").read_text("utf-8"))
    capitals = frozenset(data.pop("capitals"))
    return Wordlist(**{name: _any_of(phrases) for name, phrases in data.items()}, capitals=capitals)


def check_wording(text: str, language: Language) -> list[WordingProblem]:
    """Everything in the text (subject and body, before or after filling in) that rule M4 forbids."""
    words = load_wordlist(language)
    sentences = [part for part in _parts(_SENTENCE_END, text) if text[part].strip()]
    found = [
        *((WordingKind.EXACT_ARRIVAL, part) for part in _exact_arrivals(text, sentences, words)),
        *((WordingKind.BARE_WAIT, part) for part in _bare_waits(text, words)),
        *((WordingKind.PAID_REVIEW, part) for part in _paid_reviews(text, sentences, words)),
        *((WordingKind.TOO_MANY_EMOJI, part) for part in _surplus_emoji(text)),
        *((WordingKind.SHOUTING, part) for part in _shouting(text, sentences, words)),
    ]
    return [WordingProblem(RULE, kind, _excerpt(text[part]), part.start, part.stop) for kind, part in found]


def mark_words(text: str, language: Language) -> list[tuple[int, int]]:
    """Where the words stand that `check_wording` takes offence at: from character to character, in order."""
    words = load_wordlist(language)
    marks = {mark for problem in check_wording(text, language) for mark in _offending(problem, text, words)}
    apart: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _offending(problem: WordingProblem, text: str, words: Wordlist) -> Iterator[tuple[int, int]]:
    part = text[problem.start : problem.end]
    by_kind = {
        WordingKind.EXACT_ARRIVAL: (words.arrival, words.date),
        WordingKind.BARE_WAIT: (words.wait,),
        WordingKind.PAID_REVIEW: (words.review, words.reward),
    }
    plain, origins = _fold_by_letter(part)
    for pattern in by_kind.get(problem.kind, ()):
        for match in pattern.finditer(plain):
            yield problem.start + origins[match.start()], problem.start + origins[match.end() - 1] + 1
    if problem.kind not in by_kind:
        loud = problem.kind is WordingKind.SHOUTING
        for match in (_LOUD if loud else _EMOJI).finditer(part):
            if not loud or match[0] not in words.capitals:
                yield problem.start + match.start(), problem.start + match.end()


def asks_to_wait(text: str) -> bool:
    """Whether a paragraph asks for patience, in whatever language, and names no date: it wants a promise (M7)."""
    paragraphs = [_fold(paragraph) for paragraph in _PARAGRAPH_END.split(text)]
    lists = [load_wordlist(language) for language in Language]
    return any(words.wait.search(plain) and not words.date.search(plain) for words in lists for plain in paragraphs)


def names_date(text: str, language: Language) -> bool:
    """Whether the text says a day or a span of time."""
    return load_wordlist(language).date.search(_fold(text)) is not None


def _parts(separator: re.Pattern[str], text: str) -> Iterator[slice]:
    """What stands between the separators, as slices of the text."""
    start = 0
    for match in separator.finditer(text):
        if match.start() > start:
            yield slice(start, match.start())
        start = match.end()
    if start < len(text):
        yield slice(start, len(text))


def _exact_arrivals(text: str, sentences: list[slice], words: Wordlist) -> Iterator[slice]:
    for sentence in sentences:
        plain = _fold(text[sentence])
        if words.arrival.search(plain) and words.date.search(plain) and not words.hedge.search(plain):
            yield sentence


def _bare_waits(text: str, words: Wordlist) -> Iterator[slice]:
    """Paragraphs that ask for patience and give neither a cause nor a date."""
    for paragraph in _parts(_PARAGRAPH_END, text):
        plain = _fold(text[paragraph])
        if words.wait.search(plain) and not (words.cause.search(plain) or words.date.search(plain)):
            yield paragraph


def _paid_reviews(text: str, sentences: list[slice], words: Wordlist) -> Iterator[slice]:
    """The first place where a reward stands near a review."""
    folded = [_fold(text[part]) for part in sentences]
    about = [place for place, plain in enumerate(folded) if words.review.search(plain)]
    given = [place for place, plain in enumerate(folded) if words.reward.search(plain)] if about else []
    for first in range(len(sentences) if given else 0):
        near = range(first, first + REVIEW_REACH)
        if not set(near).isdisjoint(about) and not set(near).isdisjoint(given):
            both = sorted({*about, *given}.intersection(near))
            yield slice(sentences[both[0]].start, sentences[both[-1]].stop)
            return


def _surplus_emoji(text: str) -> Iterator[slice]:
    emoji = list(_EMOJI.finditer(text))
    if len(emoji) > MAX_EMOJI:
        yield slice(emoji[0].start(), emoji[-1].end())


def _shouting(text: str, sentences: list[slice], words: Wordlist) -> Iterator[slice]:
    """Sentences with two capital words in a row, one long capital word, or a row of exclamation marks."""
    for sentence in sentences:
        found = _CAPITALS.findall(text[sentence])
        loud = [word.isupper() and word not in words.capitals for word in found]
        long = {word for word in found if len(word) > 5 and word.isupper()}
        in_a_row = any(left and right for left, right in pairwise(loud))
        if in_a_row or long - words.capitals or _EXCLAMATIONS.search(text[sentence]):
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
    lower = text.casefold()
    if lower.isascii():
        return lower
    decomposed = unicodedata.normalize("NFKD", lower)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _fold_by_letter(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its letters where it came from."""
    folded, origins = [], []
    for at, letter in enumerate(text):
        plain = _fold(letter)
        folded.append(plain)
        origins += [at] * len(plain)
    return "".join(folded), origins


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT_LENGTH else line[: EXCERPT_LENGTH - 1] + "…"
