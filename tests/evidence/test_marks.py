"""Marks: in their order at first, for ever once handed in, and 12A for what comes late."""

from hypothesis import given
from hypothesis import strategies as st

from evidence.bundling.marks import fixed_marks, give_marks

KEYS = st.lists(st.integers(0, 30).map(str), unique=True, max_size=20)


def test_exhibits_are_numbered_in_their_order() -> None:
    assert give_marks(["7", "3", "9"], {}) == {"7": "A-1", "3": "A-2", "9": "A-3"}


def test_a_late_exhibit_goes_by_the_one_before_it() -> None:
    fixed = {"x": "A-12", "y": "A-13"}
    assert give_marks(["x", "late", "later", "y"], fixed)["late"] == "A-12A"
    assert give_marks(["x", "late", "later", "y"], fixed)["later"] == "A-12B"


def test_what_comes_at_the_end_or_at_the_beginning_gets_the_next_number() -> None:
    fixed = {"x": "A-1", "y": "A-2"}
    assert give_marks(["x", "y", "new"], fixed)["new"] == "A-3"
    assert give_marks(["new", "x", "y"], fixed)["new"] == "A-3"


def test_the_mark_of_what_was_left_out_is_given_to_nothing_else() -> None:
    assert give_marks(["new"], {"gone": "A-1"}) == {"new": "A-2"}


def test_another_series_counts_for_itself() -> None:
    assert give_marks(["notice"], {"x": "A-7", "old": "N-1"}, series="N") == {"notice": "N-2"}


def test_the_first_version_that_was_handed_in_decides() -> None:
    assert fixed_marks([{"x": "A-1"}, {"x": "A-2", "y": "A-3"}]) == {"x": "A-1", "y": "A-3"}


@given(KEYS, KEYS)
def test_every_exhibit_has_a_mark_of_its_own_and_keeps_it(first: list[str], second: list[str]) -> None:
    handed_in = give_marks(first, {})
    now = give_marks(second, handed_in)
    assert len({*now.values()}) == len(second)
    assert all(now[key] == handed_in[key] for key in second if key in handed_in)
    assert not {now[key] for key in second if key not in handed_in} & {*handed_in.values()}


@given(KEYS, KEYS, KEYS)
def test_marks_of_two_versions_never_meet(first: list[str], second: list[str], third: list[str]) -> None:
    one = give_marks(first, {})
    two = give_marks(second, one)
    fixed = fixed_marks([one, two])
    assert len({*fixed.values()}) == len(fixed)
    assert give_marks(third, fixed) == give_marks(third, fixed)
