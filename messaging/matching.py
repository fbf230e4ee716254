"""What in a mail may tell the order that it is about: our own Message-IDs, and words that look like order numbers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST_WORDS = 300
SHORTEST = 5  # characters of an order number that a text may name in passing
_WORD = re.compile(r"(?<![\w-])[A-Za-z0-9][A-Za-z0-9_-]{4,63}(?![\w-])")
_OURS = re.compile(r"<(\d{1,18})\.([a-z0-9_]{1,30})\.(\d{1,9})@([^<>\s@]{1,255})>")


@dataclass(frozen=True, slots=True)
class OwnId:
    """A Message-ID of ours, taken apart: it names the order, the purpose and the timeline's event."""

    order_id: int
    purpose: str
    sequence: int


def own_ids(texts: Iterable[str], domain: str) -> list[OwnId]:
    """The Message-IDs of ours that stand in the texts, each once, in their order."""
    found = (match for text in texts for match in _OURS.finditer(text))
    ours = [OwnId(int(match[1]), match[2], int(match[3])) for match in found if match[4].lower() == domain.lower()]
    return list(dict.fromkeys(ours))


def number_words(text: str) -> list[str]:
    """The words of a text that could be order numbers: long enough, with a digit; each once, the first ones."""
    found = (match[0] for match in _WORD.finditer(text) if any(map(str.isdigit, match[0])))
    return list(dict.fromkeys(found))[:MOST_WORDS]
