"""Sorts a review by its cause, so that it can be explained: phrases of each language, with weights (`review_words/`).

A file's tables are causes (a group of R12 and its sub-cause) with a weight and phrases. A phrase's words stand one
after the other; `*` stands for up to three words between them, none of which ends the clause, and `word*` for a word
with any ending. Case and accents do not matter, doubled letters and one slip in a longer word hardly ever. A phrase
counts only where no negation stands right before it, unless it begins with one itself. What speaks for a cause is
kept with the words as the buyer wrote them.
"""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from disputes.causes import CauseGroup

WORDS = Path(__file__).parent / "review_words"
BREAK = "|"  # ends a clause: no phrase reaches over it
REACH = 3  # words between a negation and what it denies, and most words for `*`
TYPO_LENGTH = 7  # letters from which on one slip is forgiven
LONGEST = 5_000  # characters that are looked at
SECOND = 0.25  # how much a cause gains from each further phrase, in weights: many words make no trouble worse
GOOD = 4  # stars
SURE = 3.0  # the weight of a phrase that names the trouble by itself

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.!?;,:…()\n。！？；，、—-]")
_DENSE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_GAP = re.compile(f"(?<={_DENSE.pattern}) (?={_DENSE.pattern})")
_APOSTROPHE = str.maketrans("", "", "'’")
_TRIPLED = re.compile(r"(\w)\1{2,}")
_LINK = re.compile(r"(?:https?://|www\.)\S+|(?<![\w.])@\w{4,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What had happened to the order when the review was written; without an order only the stars are known."""

    stars: int
    is_shipped: bool | None = None
    is_delivered: bool | None = None
    is_late: bool | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Words, or a fact, that spoke for a cause: as the buyer wrote them, and with what weight."""

    group: str
    detail: str
    words: str
    weight: float

    def as_json(self) -> dict[str, Any]:
        """For the review's row."""
        return {"group": self.group, "detail": self.detail, "words": self.words, "weight": self.weight}


@dataclass(frozen=True, slots=True)
class Finding:
    """The likely cause: empty where nothing speaks for one. `kind` is what its words are (a ReviewKind's value)."""

    group: str = ""
    detail: str = ""
    kind: str = "experience"
    marks: tuple[Mark, ...] = ()
    competitor: tuple[str, ...] = ()
    advert: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Text:
    """A text as folded words, with the words as they were written."""

    folded: list[str]
    written: list[str]


@dataclass(frozen=True, slots=True)
class _List:
    """A language's phrases by what they speak for, and how its words are spelled."""

    phrases: dict[tuple[str, str], tuple[float, re.Pattern[str]]]
    negations: frozenset[str]
    spelling: dict[str, str]
    near: dict[str, str] = field(default_factory=dict)


def sort_words(title: str, text: str, *, language: str, facts: OrderFacts) -> Finding:
    """The likely cause of a review, the kind of its words, and all that spoke for either."""
    whole = f"{title}\n{text}"[:LONGEST]
    lists = _languages(language, whole)
    marks = [mark for name in lists for mark in _marks(whole, load_words(name))]
    links = tuple(match[0] for match in _LINK.finditer(whole))
    said = {kind: tuple(mark.words for mark in marks if mark.group == kind) for kind in ("competitor", "advert")}
    causes = [mark for mark in marks if mark.group in set(CauseGroup)]
    advert = said["advert"] + links
    kind = _kind(whole, marks, causes, advert)
    causes += list(_told_by_facts(facts, causes, marks, kind))
    if facts.stars >= GOOD and any(mark.group == "praise" for mark in marks):
        causes = [mark for mark in causes if mark.weight >= SURE]  # of a good review that praises, a hint is no trouble
    group, detail = _heaviest(causes)
    return Finding(group, detail, kind, tuple(causes), said["competitor"], advert if kind == "advert" else ())


def _languages(language: str, text: str) -> list[str]:
    """The lists to look in: the language's own, else, where nobody says which it is, all of those of its script."""
    base = language.lower().replace("_", "-").split("-")[0]
    own = [name for name in list_names() if name.split("-")[0] == base]
    if _DENSE.search(text):
        return [name for name in list_names() if name.startswith("zh")]
    return own if own and own != ["zh-hans"] else [name for name in list_names() if not name.startswith("zh")]


@cache
def list_names() -> list[str]:
    """The languages that have a list."""
    return sorted(path.stem for path in WORDS.glob("*.toml"))


def _kind(text: str, marks: Sequence[Mark], causes: Sequence[Mark], advert: Sequence[str]) -> str:
    if not any(letter.isalnum() for letter in text):
        return "silent"
    if advert and not causes:
        return "advert"
    others = {mark.group for mark in marks}
    return "off_topic" if "off_topic" in others and not causes and "praise" not in others else "experience"


def _told_by_facts(facts: OrderFacts, causes: Sequence[Mark], marks: Sequence[Mark], kind: str) -> Iterator[Mark]:
    """What the order's own dates say to a complaint: it had not arrived, or came after the promised day."""
    if facts.stars >= GOOD or (any(mark.group == "praise" for mark in marks) and not causes):
        return
    if facts.is_shipped is not None and facts.is_delivered is False:
        yield Mark(CauseGroup.LOGISTICS, "not_received", "not_delivered", 1.5)
    elif facts.is_late:
        yield Mark(CauseGroup.LOGISTICS, "slow", "after_promise", 1.0 if kind == "silent" else 0.5)


def _heaviest(marks: Iterable[Mark]) -> tuple[str, str]:
    """The cause that most speaks for: its weightiest phrase, and a little for each further one."""
    weights: dict[tuple[str, str], list[float]] = defaultdict(list)
    for mark in marks:
        weights[mark.group, mark.detail].append(mark.weight)
    if not weights:
        return "", ""
    sums = {cause: max(found) + SECOND * (len(found) - 1) for cause, found in weights.items()}
    return max(sums, key=lambda cause: sums[cause])


# --- one text against one list ----------------------------------------------------------------------------------------
def _marks(text: str, words: _List) -> list[Mark]:
    split = _split(text, words)
    line = " ".join(split.folded)
    starts = _starts(split.folded)
    found: list[Mark] = []
    for (group, detail), (weight, pattern) in words.phrases.items():
        seen: set[str] = set()
        for match in pattern.finditer(line):
            first, last = starts[match.start()], starts[match.start() + match[0].rfind(" ") + 1]
            if match[0] in seen or _is_denied(split.folded, first, match[0], words.negations):
                continue
            seen.add(match[0])
            found.append(Mark(group, detail, _GAP.sub("", " ".join(split.written[first : last + 1])), weight))
    return found


def _is_denied(folded: Sequence[str], first: int, phrase: str, negations: frozenset[str]) -> bool:
    """Whether a negation stands a few words before the phrase in its clause; one of its own is part of it."""
    if negations & set(phrase.split()):
        return False
    before = folded[max(0, first - REACH) : first]
    clause = before[len(before) - before[::-1].index(BREAK) :] if BREAK in before else before
    return bool(negations & set(clause))


def _starts(folded: Sequence[str]) -> dict[int, int]:
    """Where in the line each word begins → which word it is."""
    starts, place = {}, 0
    for number, word in enumerate(folded):
        starts[place] = number
        place += len(word) + 1
    return starts


def _split(text: str, words: _List) -> _Text:
    folded: list[str] = []
    written: list[str] = []
    for match in _TOKEN.finditer(_spread(_LINK.sub(" ", text))):
        plain = BREAK if not match[0][0].isalnum() else _spell(fold(match[0]), match[0], words)
        folded.append(plain)
        written.append(match[0])
    return _Text(folded, written)


def _spread(text: str) -> str:
    """Chinese characters stand each for themselves."""
    return _DENSE.sub(lambda match: f" {match[0]} ", text)


def fold(text: str) -> str:
    """Lower case without accents, and without letters that are drawn out: MUUUITO is muito."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_APOSTROPHE))
    return _TRIPLED.sub(r"\1", "".join(letter for letter in plain if not unicodedata.combining(letter)))


def _spell(plain: str, written: str, words: _List) -> str:
    """The word as the list spells it: an abbreviation in full, a slip set right."""
    if (known := words.spelling.get(written.casefold())) or (known := words.spelling.get(plain)):
        return known
    if len(plain) < TYPO_LENGTH or plain in words.near:
        return plain
    return next((words.near[part] for part in _without_one(plain) if words.near.get(part)), plain)


def _without_one(word: str) -> Iterator[str]:
    """The word, and the word without each of its letters: two that share one of these differ by a slip."""
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


# --- the lists --------------------------------------------------------------------------------------------------------
@cache
def load_words(name: str) -> _List:
    """Read a language's list. Raises KeyError or ValueError for one that is not well formed."""
    data = tomllib.loads((WORDS / f"{name}.toml").read_text("utf-8"))
    negations = frozenset(fold(word) for word in data.pop("negations"))
    spelling = {word: fold(known) for word, known in data.pop("spelling", {}).items()}
    phrases = {}
    for group, details in data.items():
        for detail, table in details.items():
            weight, said = float(table["weight"]), [_phrase(phrase, negations) for phrase in table["phrases"]]
            phrases[group, detail] = (weight, re.compile("|".join(sorted(said, key=len, reverse=True))))
    return _List(phrases, negations, spelling, _neighbours(data))


def _neighbours(data: dict[str, Any]) -> dict[str, str]:
    """Every longer word of the phrases, and each of its spellings with one letter left out → the word."""
    vocabulary = {
        word
        for details in data.values()
        for table in details.values()
        for phrase in table["phrases"]
        for word in fold(phrase).replace("*", " ").split()
        if len(word) >= TYPO_LENGTH and f"{word}*" not in fold(phrase)
    }
    near = {part: word for word in sorted(vocabulary) for part in _without_one(word) if part != word}
    return near | {word: word for word in vocabulary}


def _phrase(phrase: str, negations: Iterable[str]) -> str:
    """A phrase as a pattern over a line of folded words; neither a clause's end nor a negation stands in a gap."""
    parts = []
    denied = "|".join(map(re.escape, sorted(negations)))
    for word in fold(_spread(phrase)).split():
        if word == "*":
            parts.append(rf"(?:(?!(?:{denied}) )[^ {BREAK}]+ ){{0,{REACH}}}")
        else:
            parts.append((re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word)) + " ")
    body = "".join(parts).removesuffix(" ")
    return rf"(?<![^ ]){body}(?![^ ])"
