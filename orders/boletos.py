"""Boletos, the Brazilian payment slips: whether a typed line (47 digits) or a barcode (44 digits) is sound.

A line is three fields with a check digit each (modulo 10), the check digit of the whole (modulo 11), the due factor
and the amount; layout and rules are FEBRABAN's.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

LINE, BARCODE = 47, 44  # digits
FIELDS = ((0, 10), (10, 21), (21, 32))  # of a line, each with its check digit at the end
# Factor 1000 was 3 July 2000; after 9999, on 21 February 2025, the factors began at 1000 again.
BASE, FIRST, LAST = date(1997, 10, 7), 1000, 9999
CYCLE = LAST - FIRST + 1  # days from a factor to the same factor of the next cycle
# Bills of public services and taxes are other slips: 48 digits, from 8 on.
BILL_LENGTHS = (48, 44)


class Part(StrEnum):
    """Where a line is wrong."""

    LENGTH = "length"
    BILL = "bill"
    FIELD_1 = "field_1"
    FIELD_2 = "field_2"
    FIELD_3 = "field_3"
    WHOLE = "whole"


class BadBoleto(ValueError):
    """A line that no bank takes; `parts` says where it is wrong."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts
        super().__init__(f"the line does not hold: check {', '.join(parts)} against the slip")


@dataclass(frozen=True, slots=True)
class Boleto:
    """What a sound line says: `due_on` is None where the slip has no due date, `amount` (BRL) where it has none."""

    barcode: str
    bank: str  # the bank's three digits
    due_on: date | None
    amount: Decimal | None

    @property
    def line(self) -> str:
        """The line as it is printed, for those who had only the barcode."""
        line = typed_line(self.barcode)
        fields = [f"{line[start : start + 5]}.{line[start + 5 : end]}" for start, end in FIELDS]
        return " ".join([*fields, line[32], line[33:]])


def read_boleto(text: str, *, near: date) -> Boleto:
    """Read a typed line, or a barcode; anything between the digits is left out.

    `near` is the day of the order: a due factor stands for two or more days, 9000 days apart, and the nearest is taken.
    Raises BadBoleto, naming every part that does not hold.
    """
    digits = re.sub(r"[\s.\-·]", "", text)
    if not re.fullmatch("[0-9]+", digits) or len(digits) not in (LINE, BARCODE, *BILL_LENGTHS):
        raise BadBoleto([Part.LENGTH])
    if digits[0] == "8" and len(digits) in BILL_LENGTHS:
        raise BadBoleto([Part.BILL])
    if len(digits) not in (LINE, BARCODE):
        raise BadBoleto([Part.LENGTH])
    barcode = _barcode(digits) if len(digits) == LINE else digits
    wrong = _wrong_fields(digits) if len(digits) == LINE else []
    if int(barcode[4]) != whole_digit(barcode):
        wrong.append(Part.WHOLE)
    if wrong:
        raise BadBoleto(wrong)
    amount = Decimal(barcode[9:19]).scaleb(-2)
    return Boleto(barcode, barcode[:3], due_date(int(barcode[5:9]), near=near), amount or None)


def typed_line(barcode: str) -> str:
    """The 47 digits that a person types for a barcode of 44."""
    free = barcode[19:]
    fields = [barcode[:4] + free[:5], free[5:15], free[15:]]
    return "".join(field + str(field_digit(field)) for field in fields) + barcode[4] + barcode[5:19]


def due_date(factor: int, *, near: date) -> date | None:
    """The day behind a due factor: of the days that it stands for, the one nearest to `near`.

    None where the slip has no due date: a factor that begins with 0.
    """
    if factor < FIRST:
        return None
    first = BASE + timedelta(days=factor)
    turns = max(0, round((near - first).days / CYCLE))
    return first + timedelta(days=turns * CYCLE)


def field_digit(field: str) -> int:
    """Modulo 10: the digits times 2, 1, 2 … from the right, digits of the products added up."""
    products = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(field)))
    return -sum(product // 10 + product % 10 for product in products) % 10


def whole_digit(barcode: str) -> int:
    """Modulo 11 over the 43 other digits of the barcode, times 2 … 9 from the right; 0, 10 and 11 become 1."""
    others = barcode[:4] + barcode[5:]
    total = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(others)))
    rest = 11 - total % 11
    return 1 if rest in (0, 10, 11) else rest


def _barcode(line: str) -> str:
    free = line[4:9] + line[10:20] + line[21:31]
    return line[:4] + line[32] + line[33:47] + free


def _wrong_fields(line: str) -> list[Part]:
    parts = zip((Part.FIELD_1, Part.FIELD_2, Part.FIELD_3), FIELDS, strict=True)
    return [part for part, (start, end) in parts if int(line[end - 1]) != field_digit(line[start : end - 1])]
