"""Values that stand in somebody's text: parcels' and orders' numbers, amounts, dates. What is not sure is not found."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

PARCEL = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2}) ?(\d{3}) ?(\d{3}) ?(\d{3}) ?([A-Z]{2})(?![A-Za-z0-9])")  # S10
LONG_NUMBER = re.compile(r"(?<![\w.,:/-])\d{8,20}(?![\w:/-]|[.,]\d)")
CURRENCIES = {"US$": "USD", "R$": "BRL", "€": "EUR", "£": "GBP", "RMB": "CNY", "元": "CNY"}
CODE = r"USD|BRL|CNY|EUR|GBP|RUB|US\$|R\$|€|£|RMB"
FIGURE = r"\d{1,3}(?:[ .,]\d{3})+(?:[.,]\d{2})?|\d{1,9}(?:[.,]\d{1,2})?"
AMOUNT = re.compile(
    rf"(?<![A-Za-z])(?P<before>{CODE}) ?(?P<figure>{FIGURE})(?![\d.,]*\d)"
    rf"|(?<![\d.,/-])(?P<figure_first>{FIGURE}) ?(?P<behind>USD|BRL|CNY|EUR|GBP|RUB|RMB|€|元)(?![A-Za-z])"
)
DAY_FIRST_OR_MONTH = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january janeiro",
            "feb february fev fevereiro",
            "mar march março",
            "apr april abr abril",
            "may mai maio",
            "jun june junho",
            "jul july julho",
            "aug august ago agosto",
            "sep sept september set setembro",
            "oct october out outubro",
            "nov november novembro",
            "dec december dez dezembro",
        ),
        start=1,
    )
    for word in words.split()
}
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
DAY_MONTH = re.compile(rf"(?<!\d)(\d{{1,2}})(?:\.? | de )({MONTH})\.?(?:,? | de )(\d{{4}})(?!\d)", re.IGNORECASE)
MONTH_DAY = re.compile(rf"(?<![A-Za-z])({MONTH})\.? (\d{{1,2}}),? (\d{{4}})(?!\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date as it stands, and the days that it can mean: 03/04/2026 is one in March or one in April."""

    words: str
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class FoundAmount:
    """An amount as it stands, with its currency (ISO 4217)."""

    words: str
    amount: Decimal
    currency: str


def find_parcels(text: str) -> list[str]:
    """Numbers of parcels of the postal union's form, each once, in the order in which they stand."""
    return list(dict.fromkeys("".join(found.groups()) for found in PARCEL.finditer(text)))


def find_numbers(text: str, digits: int) -> list[str]:
    """Numbers of exactly so many digits, each once."""
    return list(dict.fromkeys(found[0] for found in LONG_NUMBER.finditer(text) if len(found[0]) == digits))


def find_amounts(text: str) -> list[FoundAmount]:
    """Amounts with a currency beside them; a bare $ may be that of many, and is none."""
    return [amount for found in AMOUNT.finditer(text) if (amount := _amount(found)) is not None]


def _amount(found: re.Match[str]) -> FoundAmount | None:
    sign = found["before"] or found["behind"]
    try:
        figure = read_figure(found["figure"] or found["figure_first"])
    except InvalidOperation:
        return None
    return FoundAmount(found[0], figure, CURRENCIES.get(sign, sign))


def read_figure(words: str) -> Decimal:
    """1,234.50, 1.234,50 and 1 234,50 alike: the last separator parts the cents where one or two digits follow it."""
    cents = re.search(r"[.,](\d{1,2})$", words)
    whole = words[: cents.start()] if cents else words
    return Decimal(re.sub(r"[ .,]", "", whole) + (f".{cents[1]}" if cents else ""))


def find_dates(text: str) -> list[FoundDate]:
    """Dates with a year of four digits."""
    found = [FoundDate(words, days) for words, readings in _readings(text) if (days := tuple(_days(readings)))]
    return list(dict.fromkeys(found))


def _readings(text: str) -> Iterator[tuple[str, list[tuple[int, int, int]]]]:
    """Each date's words, with its (year, month, day) in every order in which it can be meant."""
    for found in YEAR_FIRST.finditer(text):
        yield found[0], [(int(found[1]), int(found[2]), int(found[3]))]
    for found in DAY_FIRST_OR_MONTH.finditer(text):
        year, first, second = int(found[4]), int(found[1]), int(found[3])
        yield found[0], [(year, second, first), *([(year, first, second)] if first != second else [])]
    for found in DAY_MONTH.finditer(text):
        yield found[0], [(int(found[3]), MONTHS[found[2].casefold()], int(found[1]))]
    for found in MONTH_DAY.finditer(text):
        yield found[0], [(int(found[3]), MONTHS[found[1].casefold()], int(found[2]))]


def _days(readings: list[tuple[int, int, int]]) -> Iterator[date]:
    for year, month, day in readings:
        try:
            if 2000 <= year <= 2100:
                yield date(year, month, day)
        except ValueError:
            continue
