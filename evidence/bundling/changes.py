"""What is different from the version that was handed in: told to whoever has read that one."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ChangeKind(StrEnum):
    """What can have happened to an exhibit between two versions."""

    ADDED = "added"
    LEFT_OUT = "left_out"
    CAPTION_CHANGED = "caption_changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Content:
    """An exhibit as a version has it; `key` tells it in every version, whatever its mark."""

    key: str
    mark: str
    sha256: str
    caption: str
    kind: str


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `before` and `after` are captions, where those differ."""

    kind: ChangeKind
    mark: str
    what: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """All that is different from version `number`, in the order of the new one."""

    number: int
    changes: tuple[Change, ...]


def compare(before: Sequence[Content], after: Sequence[Content]) -> Iterator[Change]:
    """The differences: what came and what changed in the new order, then what was left out in the old one.

    As few exhibits as can be are called moved: those outside the longest run that kept its order.
    """
    old = {content.key: content for content in before}
    new = {content.key for content in after}
    places = {content.key: place for place, content in enumerate(before)}
    kept = [content.key for content in after if content.key in old]
    still = _longest_rising([places[key] for key in kept])
    moved = {key for key in kept if places[key] not in still}
    for content in after:
        yield from _changes(old.get(content.key), content, is_moved=content.key in moved)
    for content in before:
        if content.key not in new:
            yield Change(ChangeKind.LEFT_OUT, content.mark, content.kind, before=content.caption)


def _changes(old: Content | None, new: Content, *, is_moved: bool) -> Iterator[Change]:
    if old is None:
        yield Change(ChangeKind.ADDED, new.mark, new.kind, after=new.caption)
        return
    if old.caption != new.caption:
        yield Change(ChangeKind.CAPTION_CHANGED, new.mark, new.kind, old.caption, new.caption)
    if is_moved:
        yield Change(ChangeKind.MOVED, new.mark, new.kind, after=new.caption)


def _longest_rising(places: Sequence[int]) -> set[int]:
    """The longest run, gaps allowed, of places that rise (patience sorting; places are all different)."""
    tops: list[int] = []  # the lowest last place of a run of each length
    below: dict[int, int | None] = {}
    for place in places:
        length = bisect_left(tops, place)
        below[place] = tops[length - 1] if length else None
        tops[length : length + 1] = [place]
    run, place_or_none = set[int](), tops[-1] if tops else None
    while place_or_none is not None:
        run.add(place_or_none)
        place_or_none = below[place_or_none]
    return run


def write_contents(contents: Sequence[Content]) -> list[dict[str, str]]:
    """A version's exhibits as its bundle keeps them."""
    return [{"key": c.key, "mark": c.mark, "sha256": c.sha256, "caption": c.caption, "kind": c.kind} for c in contents]


def write_changes(changes: Changes) -> dict[str, Any]:
    """The differences as a bundle's report keeps them."""
    rows = [
        {"kind": c.kind, "mark": c.mark, "what": c.what, "before": c.before, "after": c.after} for c in changes.changes
    ]
    return {"number": changes.number, "changes": rows}


def read_contents(report: Mapping[str, Any]) -> list[Content]:
    """A version's exhibits from its bundle's report; none where an older program made it."""
    return [Content(**kept) for kept in report.get("contents", [])]
