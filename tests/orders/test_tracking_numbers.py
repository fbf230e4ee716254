"""Parcel numbers: their shapes, and the check digit of S10."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.tracking_numbers import (
    NumberProblem,
    Service,
    check_digit_of,
    normalise_number,
    number_problem,
    parse_postal,
)

LETTERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2)
SERIALS = st.text("0123456789", min_size=8, max_size=8)


def test_the_standards_own_example_has_its_digit() -> None:
    assert check_digit_of("47312482") == 9


@pytest.mark.parametrize(
    "number",
    ["SW371675211BR", "PU847542099BR", "rr 473 124 829 us", "RR473124829US\u200b", "ＲＲ４７３１２４８２９ＵＳ"],
)
def test_a_real_number_has_no_problem(number: str) -> None:
    assert number_problem(number) is None


@pytest.mark.parametrize("number", ["LB711320125HK", "RR123456789CN"])
def test_a_digit_that_does_not_fit_is_a_warning(number: str) -> None:
    assert number_problem(number) is NumberProblem.CHECK_DIGIT


@pytest.mark.parametrize("number", ["LP00123456789012", "YT2212345678901234", "1Z999AA10123456784", "AB-12345", ""])
def test_other_carriers_numbers_and_none_are_taken_as_they_are(number: str) -> None:
    assert number_problem(number) is None


@pytest.mark.parametrize("number", ["AB12", "1" * 51, "RR473124829US!", "单号"])
def test_what_no_carrier_writes_is_a_warning(number: str) -> None:
    assert number_problem(number) is NumberProblem.SHAPE


def test_a_postal_number_tells_its_service_and_its_post() -> None:
    found = parse_postal("LX123456785CN")
    assert found is not None
    assert (found.service, found.country, found.is_sound) == (Service.TRACKED_LETTER, "CN", True)
    assert parse_postal("LP00123456789012") is None


@given(LETTERS, SERIALS, LETTERS)
def test_exactly_one_check_digit_fits(service: str, serial: str, country: str) -> None:
    sound = [d for d in range(10) if number_problem(f"{service}{serial}{d}{country}") is None]
    assert sound == [check_digit_of(serial)]


@given(LETTERS, SERIALS, LETTERS, st.integers(0, 7), st.integers(1, 9))
def test_a_mistyped_digit_is_found(service: str, serial: str, country: str, place: int, off: int) -> None:
    wrong = f"{serial[:place]}{(int(serial[place]) + off) % 10}{serial[place + 1 :]}"
    number = f"{service}{wrong}{check_digit_of(serial)}{country}"
    # Remainders 0 and 6 share the digit 5, 1 and 11 the digit 0: the standard itself lets these few pass.
    if check_digit_of(wrong) != check_digit_of(serial):
        assert number_problem(number) is NumberProblem.CHECK_DIGIT


@given(st.text(max_size=80))
def test_any_text_is_judged(text: str) -> None:
    assert not any(letter.isspace() for letter in normalise_number(text))
    assert number_problem(text) in {None, *NumberProblem}
