"""What spoke for a review's cause: the words in its text, the facts of its order, and how sure that makes us."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.review_words import FACT_MARKS, detail_words
from disputes.models import Review

Words = str | Promise
CLEAR = 0.7  # the cause has at least this share of all that speaks for any
LIKELY = 0.5
DENSE = re.compile("[\u3400-\u9fff]")  # Chinese knows no spaces between words
LEAST = 2.0  # weight of what is more than a hint


@dataclass(frozen=True)
class Passage:
    """A piece of a text; one that is marked spoke for the cause, or, where `is_other`, for another one."""

    text: str
    is_marked: bool = False
    is_other: bool = False


@dataclass(frozen=True)
class MarkLine:
    """Words or a fact that spoke for a cause, and for which."""

    words: Words
    cause: str
    weight: float
    is_fact: bool
    is_chosen: bool


def sureness(review: Review) -> Words:
    """How sure the likely cause is, in a word; empty where a person said it, or nothing speaks for one."""
    if not review.cause or review.cause_by:
        return ""
    weights: Counter[tuple[str, str]] = Counter()
    for mark in review.marks:
        weights[mark.get("group", ""), mark.get("detail", "")] += mark.get("weight", 0)
    own, whole = weights[review.cause, review.detail], sum(weights.values())
    share = own / whole if whole else 0
    if own >= LEAST and share >= CLEAR:
        return _("clear")
    return _("likely") if own >= LEAST and share >= LIKELY else _("unsure")


def mark_words(review: Review) -> list[MarkLine]:
    """All that spoke for a cause, the weightiest first."""
    lines = [
        MarkLine(
            words=FACT_MARKS.get(mark.get("words", ""), mark.get("words", "")),
            cause=detail_words(mark.get("detail", "")),
            weight=mark.get("weight", 0),
            is_fact=mark.get("words", "") in FACT_MARKS,
            is_chosen=_is_own(mark, review),
        )
        for mark in review.marks
    ]
    return sorted(lines, key=lambda line: (not line.is_chosen, -line.weight))


def passages(text: str, review: Review) -> Iterator[Passage]:
    """The text in pieces, those marked that spoke for a cause; where two reach over each other, the chosen one's."""
    at = 0
    for start, end, is_own in _places(text, review):
        if start < at:
            continue
        if start > at:
            yield Passage(text[at:start])
        yield Passage(text[start:end], is_marked=True, is_other=not is_own)
        at = end
    if at < len(text):
        yield Passage(text[at:])


def _places(text: str, review: Review) -> list[tuple[int, int, bool]]:
    """From character to character; of what begins at the same place, the chosen cause's and the longest first."""
    found = []
    for mark in review.marks:
        if pattern := _pattern(mark.get("words", "")):
            found += [(*match.span(), _is_own(mark, review)) for match in pattern.finditer(text)]
    return sorted(found, key=lambda place: (place[0], not place[2], -place[1]))


def _pattern(words: str) -> re.Pattern[str] | None:
    """The words where the buyer wrote them, whatever stood between them."""
    parts = [re.escape(part) for part in words.split()]
    if not parts:
        return None
    before, after = ("", "") if DENSE.search(words) else (r"(?<!\w)", r"(?!\w)")
    return re.compile(before + r"[\W_]*".join(parts) + after)


def _is_own(mark: dict[str, Any], review: Review) -> bool:
    return (mark.get("group"), mark.get("detail")) == (review.cause, review.detail)
