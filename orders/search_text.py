"""What an order is found by: all its names as one folded line, and a reader's words in the same spelling.

Accents, case and width do not count. Chinese and Japanese are written without spaces and in words of two characters,
of which a trigram index knows nothing: a run of them stands in the line as its overlapping pairs, each a word of its
own (`台灯架` is `台灯 灯架 架`), so that a part of two characters is found as fast as a longer one.
"""

import re
import unicodedata
from collections.abc import Iterable

MOST_WORDS = 8
SHORT = 3  # characters: what is shorter is found at the beginning of a word only, for the index knows three at least
_MARKS = re.compile("[\u0300-\u036f]+")  # accents, once they are taken off their letters
_DENSE = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_TYPED_NUMBER = re.compile(r"[\d\s+()./-]+")
_LEAST_DIGITS = 8  # of a number that is typed in groups
_TELLING_DIGITS = 8  # the last of a number, by which the index finds it: many numbers begin alike
_LONG_NUMBER = re.compile(rf"\d{{{_TELLING_DIGITS + 1},}}")


def fold(text: str) -> str:
    """The text without accents, case and width: João and JOAO are joao, １２ is 12."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold())).casefold()


def compose_search_text(names: Iterable[str], *, phone: str = "") -> str:
    """The line of an order with these names; a phone number stands in it as it is written, and as its digits."""
    digits = _digits(phone)
    folded = fold(" ".join([*names, phone, digits if digits != phone else ""]))
    return f" {' '.join(_DENSE.sub(_in_pairs, folded).split())} "


def search_parts(query: str) -> list[list[str]]:
    """What must stand in the line of an order, for each way in which the query can be meant; none for an empty one.

    Every blank in the query may be a gap: each of its words must be there, in whatever order. A number that is typed
    in groups is looked for as one, too.
    """
    words = fold(query).split()[:MOST_WORDS]
    ways = [[_part(word) for word in words]] if words else []
    if len(words) > 1 and _TYPED_NUMBER.fullmatch(query) and len(digits := _digits(query)) >= _LEAST_DIGITS:
        ways.append([digits])
    return ways


def telling_part(part: str) -> str:
    """What is looked up of a part: the end of a long number, for each group of its digits is looked up by itself."""
    number = _LONG_NUMBER.search(part)
    return number[0][-_TELLING_DIGITS:] if number else part


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, unicodedata.normalize("NFKC", text)))


def _in_pairs(run: re.Match[str]) -> str:
    return f" {' '.join(_pairs(run[0]))} "


def _pairs(run: str) -> list[str]:
    """Every pair, and the last character alone."""
    return [run[place : place + 2] for place in range(len(run))]


def _part(word: str) -> str:
    """The word as it stands in a line that holds it, also where a run of characters goes on after its end."""
    runs = list(_DENSE.finditer(word))
    if not runs:
        return word if len(word) >= SHORT else f" {word}"
    ends_inside = runs[-1].end() == len(word)
    spread = " ".join(_DENSE.sub(_in_pairs, word).split())
    if ends_inside and len(runs[-1][0]) > 1:
        spread = spread[:-1]  # the last character alone: in the line it may go on; the blank before it stays
    return f" {spread}" if runs[0].start() == 0 else spread
