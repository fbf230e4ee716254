"""What a command tells a person who did not ask for JSON."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disputes.plain_answers import MOST_LINES, plain_lines

WARNING = {"rule": "S1", "message": "a parcel of high value without the buyer's tax number"}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (3, ["it: 3"]),
        (True, ["it: yes"]),
        (None, ["it: none"]),
        ([], ["it: none"]),
        ({"scheduled": 4, "stale": 0}, ["it: scheduled 4, stale 0"]),
        ({"state": "paid", "reason": "", "ends_at": None}, ["it: state paid"]),
        ({"contact_30": {"fired": 1, "pending": 2}}, ["it: 1", "  contact_30: fired 1, pending 2"]),
        (["one.jpg", "two.jpg"], ["it: 2", "  one.jpg", "  two.jpg"]),
        ([{"kind": "a", "missing": ["x", "y"]}], ["it: 1", "  kind a, missing x; y"]),
        ([{"said": "two\nlines"}], ["it: 1", "  said two lines"]),
        ([{"kind": "a"}, {"kind": "a"}], ["it: 2", "  kind a (2 times)"]),
    ],
)
def test_a_value_is_told_in_lines(value: Any, lines: list[str]) -> None:
    assert list(plain_lines({"it": value})) == lines


def test_what_is_alike_in_many_rows_is_told_once_with_its_rows() -> None:
    warnings = [{"row": row, **WARNING} for row in range(2, 1330)]
    (count, line) = plain_lines({"warnings": warnings})
    assert count == "warnings: 1328"
    assert line.endswith("tax number (1328 rows: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 …)")
    assert list(plain_lines({"warnings": warnings[:2]}))[1].endswith("tax number (row 2, 3)")


def test_a_long_list_ends_with_how_much_more_there_is() -> None:
    rejected = [{"row": row, "field": "placed_at", "value": f"2018-13-{row}"} for row in range(100)]
    lines = list(plain_lines({"rejected": rejected}))
    assert (len(lines), lines[-1]) == (MOST_LINES + 2, "  … and 60 more: --json has them all")


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4))
def test_any_answer_can_be_told(answer: dict[str, Any]) -> None:
    assert len(list(plain_lines(answer))) >= len(answer)
