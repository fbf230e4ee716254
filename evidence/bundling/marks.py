"""The names of exhibits: A-1, A-2 … in their order; what was handed in keeps its name, what comes late is 12A."""

import re
from collections.abc import Iterable, Mapping, Sequence
from string import ascii_uppercase

SERIES = "A"  # the seller's exhibits; the buyer's would be B
NOTICES = "N"  # third parties' notices of disruptions, which are no exhibit of one case
MARK = re.compile(r"(?P<series>[A-Z]+)-(?P<number>\d+)(?P<letters>[A-Z]*)")


def give_marks(keys: Sequence[str], fixed: Mapping[str, str], *, series: str = SERIES) -> dict[str, str]:
    """A mark for each key, in the order of `keys`; `fixed` are the marks that were handed in, gone keys among them.

    A late key goes by the one before it: A-12A behind A-12, where something with a mark follows; at the end or at the
    very beginning, it gets the next number. A mark that was handed in is never given to anything else.
    """
    given = {key: fixed[key] for key in keys if key in fixed}
    taken = {mark for mark in fixed.values() if mark.startswith(f"{series}-")}
    number = max((_number(mark) for mark in taken), default=0)
    last_fixed = max((place for place, key in enumerate(keys) if key in fixed), default=-1)
    before = ""
    for place, key in enumerate(keys):
        if key not in given:
            if before and place < last_fixed:
                given[key] = _next_letter(before, taken)
            else:
                number += 1
                given[key] = f"{series}-{number}"
            taken.add(given[key])
        before = given[key]
    return {key: given[key] for key in keys}


def fixed_marks(versions: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The marks that stand for ever: of each key that under which it was handed in first; versions in their order."""
    fixed: dict[str, str] = {}
    for version in versions:
        fixed = dict(version) | fixed
    return fixed


def _number(mark: str) -> int:
    found = MARK.fullmatch(mark)
    return int(found["number"]) if found else 0


def _next_letter(before: str, taken: set[str]) -> str:
    """The first free mark behind this one: 12A, 12B … 12Z, 12AA …"""
    base = before.rstrip(ascii_uppercase)
    place = 1
    while (mark := base + _letters(place)) in taken:
        place += 1
    return mark


def _letters(place: int) -> str:
    """1 → A, 26 → Z, 27 → AA, as the columns of a table are named."""
    letters = ""
    while place:
        place, rest = divmod(place - 1, len(ascii_uppercase))
        letters = ascii_uppercase[rest] + letters
    return letters
