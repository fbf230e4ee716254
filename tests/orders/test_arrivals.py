"""How long parcels take: percentiles, lanes, and the names that are counted together."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.arrivals import Lane, Span, carrier_key, lane_of, learn_span, percentile

COUNTS = st.dictionaries(st.integers(0, 400), st.integers(1, 50), min_size=1)


def test_ten_parcels_have_the_span_of_their_second_and_ninth_tenth() -> None:
    assert learn_span(dict.fromkeys(range(11, 21), 1)) == Span(parcels=10, earliest=11, median=15, latest=19)


def test_one_parcel_is_its_own_span() -> None:
    assert learn_span({30: 1}) == Span(1, 30, 30, 30)


def test_nothing_is_learnt_of_no_parcel() -> None:
    with pytest.raises(ValueError, match="no parcel"):
        learn_span({})


@given(COUNTS, st.sampled_from([0.1, 0.5, 0.9]))
def test_a_percentile_is_the_nearest_rank(counts: dict[int, int], share: float) -> None:
    row = sorted(days for days, parcels in counts.items() for _ in range(parcels))
    assert percentile(counts, share) == row[max(0, math.ceil(share * len(row)) - 1)]


@given(COUNTS)
def test_a_span_is_in_order(counts: dict[int, int]) -> None:
    span = learn_span(counts)
    assert min(counts) <= span.earliest <= span.median <= span.latest <= max(counts)


@pytest.mark.parametrize("state", ["SP", "sp", "São Paulo", "sao  paulo".replace("  ", " "), "BR-SP"])
def test_a_lane_is_the_same_however_its_names_are_spelt(state: str) -> None:
    assert lane_of(" China  POST ", "br", state) == Lane("china post", "BR", "SP")


def test_a_region_that_no_list_knows_stays_as_it_is_written() -> None:
    assert lane_of("SF", "CN", " Zhejiang  Sheng ") == Lane("sf", "CN", "Zhejiang Sheng")


def test_a_lane_is_held_by_its_country_and_by_its_carrier() -> None:
    assert Lane("sf", "CN", "Z").wider() == [Lane("sf", "CN", "Z"), Lane("sf", "CN"), Lane("sf")]
    assert Lane("sf").wider() == [Lane("sf")]


@given(st.text())
def test_a_carriers_name_is_counted_under_one_key(name: str) -> None:
    assert len(carrier_key(name)) <= 200
    assert carrier_key(f"  {name}  ") == carrier_key(name)
