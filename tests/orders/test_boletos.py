"""Boleto lines: read, checked, and dated by the order."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.boletos import BadBoleto, Boleto, Part, due_date, read_boleto, typed_line, whole_digit

LINE = "03399161407000001912815560010140411370000038936"
ORDERED = date(2000, 11, 10)

DIGITS = st.text("0123456789", min_size=1)


def problems(text: str) -> list[Part]:
    with pytest.raises(BadBoleto) as caught:
        read_boleto(text, near=ORDERED)
    return caught.value.parts


def barcode_of(bank: str, factor: int, cents: int, free: str) -> str:
    rest = f"{bank}9{factor:04}{cents:010}{free}"
    whole = whole_digit(f"{rest[:4]}0{rest[4:]}")
    return f"{rest[:4]}{whole}{rest[4:]}"


def test_the_published_line_is_sound() -> None:
    assert read_boleto(LINE, near=ORDERED) == Boleto(
        barcode="03394113700000389369161470000019121556001014",
        bank="033",
        due_on=date(2000, 11, 17),
        amount=Decimal("389.36"),
    )


def test_a_line_is_read_as_it_stands_on_the_slip() -> None:
    printed = "03399.16140 70000.019128 15560.010140 4 11370000038936"
    assert read_boleto(printed, near=ORDERED) == read_boleto(LINE, near=ORDERED)


def test_a_barcode_is_read_like_its_line_and_gives_it_back() -> None:
    found = read_boleto(LINE, near=ORDERED)
    assert found.line == "03399.16140 70000.019128 15560.010140 4 11370000038936"
    assert read_boleto(found.barcode, near=ORDERED) == found


@pytest.mark.parametrize(("place", "part"), [(9, Part.FIELD_1), (12, Part.FIELD_2), (31, Part.FIELD_3)])
def test_a_wrong_digit_is_found_in_its_field(place: int, part: Part) -> None:
    digit = (int(LINE[place]) + 1) % 10
    assert part in problems(f"{LINE[:place]}{digit}{LINE[place + 1 :]}")


def test_a_wrong_amount_is_found_by_the_digit_of_the_whole() -> None:
    assert problems(LINE[:-1] + "5") == [Part.WHOLE]


@pytest.mark.parametrize("text", ["", "123", LINE[:-1], "boleto", LINE[:-1] + "٣"])
def test_a_text_of_another_length_is_no_line(text: str) -> None:
    assert problems(text) == [Part.LENGTH]


def test_the_bill_of_a_public_service_is_another_slip() -> None:
    assert problems("8" * 48) == [Part.BILL]
    assert problems("8" + "0" * 43) == [Part.BILL]


@pytest.mark.parametrize(
    ("factor", "near", "due"),
    [
        (1000, date(2000, 6, 1), date(2000, 7, 3)),
        (9999, date(2025, 2, 1), date(2025, 2, 21)),
        (1000, date(2025, 2, 1), date(2025, 2, 22)),
        (1137, date(2025, 7, 1), date(2025, 7, 9)),
        (9999, date(2049, 10, 1), date(2049, 10, 13)),
        (1000, date(2049, 10, 1), date(2049, 10, 14)),
    ],
)
def test_a_due_factor_means_the_day_nearest_to_the_order(factor: int, near: date, due: date) -> None:
    assert due_date(factor, near=near) == due


@given(st.dates(date(2000, 7, 3), date(2090, 1, 1)), st.integers(-30, 60))
def test_a_slip_due_near_its_order_is_dated_right(due: date, days: int) -> None:
    factor = 1000 + (due - date(2000, 7, 3)).days % 9000
    assert due_date(factor, near=due - timedelta(days=days)) == due


@given(st.integers(0, 999))
def test_a_factor_below_the_first_is_no_date(factor: int) -> None:
    assert due_date(factor, near=ORDERED) is None


@given(
    st.text("0123456789", min_size=3, max_size=3).filter(lambda bank: bank[0] != "8"),
    st.integers(0, 9999),
    st.integers(0, 10**10 - 1),
    st.text("0123456789", min_size=25, max_size=25),
)
def test_a_line_made_of_a_barcode_reads_back_to_it(bank: str, factor: int, cents: int, free: str) -> None:
    barcode = barcode_of(bank, factor, cents, free)
    found = read_boleto(typed_line(barcode), near=ORDERED)
    assert (found.barcode, found.bank) == (barcode, bank)
    assert found.amount == (Decimal(cents) / 100 or None)


@given(st.integers(0, 46), st.integers(1, 9))
def test_one_mistyped_digit_is_always_found(place: int, off: int) -> None:
    digit = (int(LINE[place]) + off) % 10
    assert problems(f"{LINE[:place]}{digit}{LINE[place + 1 :]}") != [Part.LENGTH]


@given(st.text(max_size=60) | DIGITS)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert len(read_boleto(text, near=ORDERED).barcode) == 44
    except BadBoleto as error:
        assert error.parts
