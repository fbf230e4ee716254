"""Reads amounts of money as people and platforms write them: "US $23.50", "R$ 1.234,56", "¥12", "23,50"."""

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from babel.core import get_global

LONGEST = 60  # characters
WHOLE_DIGITS, DECIMALS = 10, 4  # what a stored amount can hold

NOT_AN_AMOUNT = "not an amount"
NEGATIVE = "negative amount"
AMBIGUOUS = "thousands or decimals? write it without separators (1234.50), or give decimal_comma in the mapping"

_PLAIN = re.compile(r"\d{1,10}(?:\.\d{1,4})?", re.ASCII)
_AMOUNT = re.compile(r"([^\d.,+]*)\+?\s*(\d[\d.,' \u2019]*)([^\d]*)", re.ASCII)
_NEGATIVE = re.compile(r"[-\u2212\u2013(][^\d]*\d", re.ASCII)
_GROUPED = re.compile(r"\d+|\d{1,3}(?:([.,' \u2019])\d{3})(?:\1\d{3})*", re.ASCII)


class Money(NamedTuple):
    """An amount, never negative, and its currency (ISO 4217, empty where the text names none).

    `certain` is False where the sign is shared by several currencies and the usual one was taken.
    """

    amount: Decimal
    currency: str = ""
    certain: bool = True


@dataclass(frozen=True)
class MoneyReader:
    """Reads amounts; `decimal_comma` says what a comma is, None lets each amount speak for itself."""

    decimal_comma: bool | None = None

    def __call__(self, text: str) -> Money:
        """Give the amount. Raises ValueError for anything else, for negative and for ambiguous amounts."""
        if self.decimal_comma is not True and _PLAIN.fullmatch(text):
            return Money(Decimal(text))
        if len(text) > LONGEST:
            raise ValueError(NOT_AN_AMOUNT)
        text = normalize("NFKC", text).strip()
        if _NEGATIVE.search(text):
            raise ValueError(NEGATIVE)
        found = _AMOUNT.fullmatch(text)
        if found is None:
            raise ValueError(NOT_AN_AMOUNT)
        currency, certain = _currency(found[1], found[3])
        return Money(_decimal(found[2].strip(), self.decimal_comma, marked=bool(currency)), currency, certain)


@lru_cache
def parse_currency(text: str) -> str:
    """Read a currency: its ISO 4217 code, or a sign or word that stands for one."""
    if len(text) > LONGEST or not text:
        raise ValueError("not a currency")
    return _currency(normalize("NFKC", text), "")[0]


def _currency(before: str, after: str) -> tuple[str, bool]:
    found = {_meaning(mark) for mark in (before, after) if mark.strip(" .:")}
    if len(found) > 1:
        raise ValueError("two currencies in one amount")
    return found.pop() if found else ("", True)


def _meaning(mark: str) -> tuple[str, bool]:
    mark = re.sub(r"[\s.:]", "", mark).upper()
    signs = _signs()
    if mark in signs["certain"]:
        return signs["certain"][mark], True
    if mark in signs["usual"]:
        return signs["usual"][mark], False
    if mark in get_global("all_currencies"):
        return mark, True
    raise ValueError("not a currency")


@cache
def _signs() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_name("currencies.toml").read_text(encoding="utf-8"))


def _decimal(number: str, decimal_comma: bool | None, *, marked: bool) -> Decimal:
    mark = _decimal_mark(number, decimal_comma, marked=marked)
    whole, _, decimals = number.rpartition(mark) if mark and mark in number else (number, "", "")
    if not _GROUPED.fullmatch(whole) or not re.fullmatch(r"\d*", decimals, re.ASCII):
        raise ValueError(NOT_AN_AMOUNT)
    if mark and mark in whole:
        raise ValueError(NOT_AN_AMOUNT)
    whole = re.sub(r"\D", "", whole)
    if len(decimals.rstrip("0")) > DECIMALS:
        raise ValueError(f"more than {DECIMALS} decimals")
    if len(whole.lstrip("0")) > WHOLE_DIGITS:
        raise ValueError("the amount is too large")
    return Decimal(f"{whole.lstrip('0') or '0'}.{decimals[:DECIMALS]}" if decimals else whole)


def _decimal_mark(number: str, decimal_comma: bool | None, *, marked: bool) -> str:
    """Say which character begins the decimals, empty for none.

    One separator with exactly three digits behind it can be either. A plain 1.234 comes from a program and
    is a decimal; with a comma, or beside a currency sign, a person wrote it, and a mistake would be a
    thousandfold.
    """
    if decimal_comma is not None:
        return "," if decimal_comma else "."
    last = max(number.rfind(","), number.rfind("."))
    if last < 0:
        return ""
    mark = number[last]
    if number.count(mark) > 1:
        return ""
    alone = number.count(",") + number.count(".") == 1
    if alone and len(number) - last == 4 and 0 < last <= 3 and number[0] != "0" and (mark == "," or marked):
        raise ValueError(AMBIGUOUS)
    return mark
