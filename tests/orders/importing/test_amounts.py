"""Amounts of money as people and platforms write them."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.importing.amounts import Money, MoneyReader, parse_currency

read = MoneyReader()


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("23.50", "23.50", ""),
        ("23,50", "23.50", ""),
        ("0", "0", ""),
        ("US $23.50", "23.50", "USD"),
        ("US$ 1,234.50", "1234.50", "USD"),
        ("$ 23.50", "23.50", "USD"),
        ("23.50 USD", "23.50", "USD"),
        ("usd 23.5", "23.5", "USD"),
        ("R$ 1.234,56", "1234.56", "BRL"),
        ("R$1.234.567,8", "1234567.8", "BRL"),
        ("¥12", "12", "CNY"),
        ("￥１２．５", "12.5", "CNY"),
        ("12元", "12", "CNY"),
        ("RMB 12", "12", "CNY"),
        ("€ 1 234,50", "1234.50", "EUR"),
        ("1'234.50 CHF", "1234.50", "CHF"),
        ("1,234,567", "1234567", ""),
        ("1.234", "1.234", ""),
        ("0,125", "0.125", ""),
        ("+5", "5", ""),
    ],
)
def test_reads_amount_and_currency(text, amount, currency):
    money = read(text)
    assert (str(money.amount), money.currency) == (amount, currency)


@pytest.mark.parametrize("text", ["-5", "US $-23.50", "-US $23.50", "(23.50)", "R$ −5", "USD - 5"])
def test_negative_amounts_are_refused(text):
    with pytest.raises(ValueError, match="negative amount"):
        read(text)


@pytest.mark.parametrize("text", ["1,234", "R$ 1.234", "US $12,345"])
def test_three_digits_behind_one_separator_are_ambiguous(text):
    with pytest.raises(ValueError, match="thousands or decimals"):
        read(text)


def test_the_mapping_says_what_a_comma_is():
    assert MoneyReader(decimal_comma=True)("1.234").amount == Decimal(1234)
    assert MoneyReader(decimal_comma=True)("R$ 1.234,5").amount == Decimal("1234.5")
    assert MoneyReader(decimal_comma=False)("1,234").amount == Decimal(1234)


@pytest.mark.parametrize(
    "text",
    ["free", "", "1.2.3", "12,34,56", "1..2", "USD", "23.50 XXQ", "1e5", "NaN", "Infinity", "1.234,56.7", "5 6",
     "0x10", "23.50 US dollars", "1.123456", "12345678901", "US $5 EUR", "9" * 300, "=1+1", "#REF!"],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read(text)


def test_a_sign_that_several_currencies_share_is_uncertain():
    assert (read("$5").certain, read("US $5").certain) == (False, True)


def test_currencies_are_read_by_code_and_by_sign():
    assert [parse_currency(text) for text in ("brl", "R$", "美元", "US $")] == ["BRL", "BRL", "USD", "USD"]
    with pytest.raises(ValueError, match="not a currency"):
        parse_currency("reais")


@given(st.decimals(0, 10**9, places=2, allow_nan=False))
def test_every_amount_is_read_back_in_either_country(amount):
    english = f"{amount:,.2f}"
    brazilian = english.translate(str.maketrans(",.", ".,"))
    assert read(f"US ${english}") == Money(amount, "USD")
    assert read(f"R$ {brazilian}") == Money(amount, "BRL")


@given(st.text() | st.text("0123456789.,-+ $R¥USD()'", max_size=20), st.sampled_from([None, True, False]))
def test_any_text_is_an_amount_or_refused(text, decimal_comma):
    with contextlib.suppress(ValueError):
        amount = MoneyReader(decimal_comma)(text).amount
        assert 0 <= amount < 10**10
        assert amount == amount.quantize(Decimal("0.0001"))
