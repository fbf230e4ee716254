"""Values found in somebody's text: numbers, amounts and dates, in the ways in which they are written."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.bundling.findings import find_amounts, find_dates, find_numbers, find_parcels, read_figure


def test_numbers_of_parcels_are_found_with_or_without_spaces() -> None:
    assert find_parcels("LX123456785CN, LX 123 456 785 CN; xLX123456785CN") == ["LX123456785CN"]


def test_numbers_of_a_length_are_found_whole() -> None:
    assert find_numbers("pedido 8012345678901234, 80123456789012345 e 8012345678901234", 16) == ["8012345678901234"]


@pytest.mark.parametrize(
    ("words", "amount", "currency"),
    [
        ("USD 24.00", "24.00", "USD"),
        ("US$ 24", "24", "USD"),
        ("R$ 1.234,50", "1234.50", "BRL"),
        ("1 234,50 €", "1234.50", "EUR"),
        ("24,5 EUR", "24.5", "EUR"),
        ("RMB 1,000", "1000", "CNY"),
    ],
)
def test_amounts_are_read_in_every_spelling(words: str, amount: str, currency: str) -> None:
    found = find_amounts(f"total: {words}, please")
    assert [(one.amount, one.currency) for one in found] == [(Decimal(amount), currency)]


@pytest.mark.parametrize("text", ["$ 24.00", "24.00", "31/02/2026 USD", "CUSD 5"])
def test_what_may_be_no_amount_is_none(text: str) -> None:
    assert find_amounts(text) == []


@pytest.mark.parametrize(
    "words",
    ["2026-03-05", "2026/3/5", "2026年3月5日", "5 de março de 2026", "March 5, 2026", "5 Mar 2026", "05.03.2026"],
)
def test_dates_are_read_in_every_spelling(words: str) -> None:
    assert date(2026, 3, 5) in find_dates(f"Postado em {words}.")[0].days


def test_a_date_that_can_be_two_is_both() -> None:
    assert find_dates("05/03/2026")[0].days == (date(2026, 3, 5), date(2026, 5, 3))


def test_a_date_that_cannot_be_is_none() -> None:
    assert find_dates("31/02/2026 and 2026-13-45") == []


@given(st.decimals(0, 999_999, places=2))
def test_every_spelling_of_a_figure_is_the_same_figure(figure: Decimal) -> None:
    english = f"{figure:,.2f}"
    german = english.replace(",", "_").replace(".", ",").replace("_", ".")
    assert read_figure(english) == read_figure(german) == figure


@given(st.text(max_size=300))
def test_any_text_can_be_searched(text: str) -> None:
    assert all(one.amount >= 0 for one in find_amounts(text))
    assert all(found.days for found in find_dates(text))
    assert all(len(number) == 13 for number in find_parcels(text))
