"""A bundle of a real case stands every point of the plan; so does none that somebody changed."""

import pytest

from tests.evidence.readers.conftest import Court
from tests.evidence.readers.points import POINTS
from tests.evidence.readers.reading import Reading

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("point", POINTS)
def test_a_bundle_stands_every_point(point: str, read: Reading) -> None:
    assert list(POINTS[point](read)) == []


def test_the_manifest_is_what_the_database_says(court: Court, read: Reading) -> None:
    assert {one["name"]: one["original_sha256"] for one in read.exhibits} == court.originals()
    assert [one["sha256"] for one in court.answer["exhibits"]] == [one["original_sha256"] for one in read.exhibits]
