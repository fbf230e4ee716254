"""The platform's times: US Pacific, in several spellings, across both changes of the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.platform.times import read_time, write_start, write_time


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-01-15 10:00:00", "2026-01-15T18:00:00+00:00"),
        ("2026-07-15 10:00:00", "2026-07-15T17:00:00+00:00"),
        ("2026-03-08 01:59:59", "2026-03-08T09:59:59+00:00"),
        ("2026-03-08 03:00:00", "2026-03-08T10:00:00+00:00"),
        ("2026-11-01 01:30:00", "2026-11-01T08:30:00+00:00"),  # comes twice: the first of the two
        ("20150714020749000-0700", "2015-07-14T09:07:49+00:00"),
        ("20150714020749", "2015-07-14T09:07:49+00:00"),
        (1517820392000, "2018-02-05T08:46:32+00:00"),
        ("1517820392", "2018-02-05T08:46:32+00:00"),
    ],
)
def test_a_time_is_pacific_unless_it_says_otherwise(said: object, meant: str) -> None:
    assert read_time(said) == datetime.fromisoformat(meant)


@pytest.mark.parametrize("said", [None, "", "soon", "2026-13-01 00:00:00", True, {}, "99991231000000", "1999-01-01"])
def test_what_is_no_time_is_none(said: object) -> None:
    assert read_time(said) is None


@settings(max_examples=25)
@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1)))
def test_a_span_begins_no_later_than_it_should(naive: datetime) -> None:
    at = naive.replace(tzinfo=UTC, microsecond=0)
    asked = read_time(write_start(at))
    assert asked is not None
    assert timedelta(0) <= at - asked <= timedelta(hours=1)
    assert read_time(write_time(at)) in {at, at - timedelta(hours=1)}
