"""What changed since a version was handed in: as little as there is to say, and all of it."""

from hypothesis import given
from hypothesis import strategies as st

from evidence.bundling.changes import Change, ChangeKind, Content, compare, read_contents, write_contents


def content(key: str, caption: str = "") -> Content:
    """An exhibit of a version."""
    return Content(key, f"A-{key}", "ab" * 32, caption, "invoice")


def told(before: str, after: str) -> list[tuple[str, str]]:
    """The changes between two orders of exhibits, each a letter."""
    changes = compare([content(key) for key in before], [content(key) for key in after])
    return [(change.kind.value, change.mark) for change in changes]


def test_nothing_is_said_of_what_is_the_same() -> None:
    assert told("abc", "abc") == []


def test_what_came_and_what_went_is_said() -> None:
    assert told("abc", "axc") == [("added", "A-x"), ("left_out", "A-b")]


def test_only_the_exhibit_that_moved_is_said_to_have_moved() -> None:
    assert told("abcde", "eabcd") == [("moved", "A-e")]


def test_another_caption_stands_with_the_old_one() -> None:
    changes = list(compare([content("a", "old")], [content("a", "new")]))
    assert changes == [Change(ChangeKind.CAPTION_CHANGED, "A-a", "invoice", "old", "new")]


def test_contents_come_back_from_the_report_as_they_were() -> None:
    contents = [content("a", "caption"), content("b")]
    assert read_contents({"contents": write_contents(contents)}) == contents
    assert read_contents({}) == []


@given(st.permutations("abcdefgh"), st.permutations("abcdefgh"))
def test_what_did_not_move_kept_its_order(before: list[str], after: list[str]) -> None:
    moved = {mark[2:] for _kind, mark in told("".join(before), "".join(after))}
    assert [key for key in before if key not in moved] == [key for key in after if key not in moved]
