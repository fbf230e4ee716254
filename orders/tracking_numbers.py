"""Parcel numbers: what shape a carrier's number has, and whether a postal one (UPU S10) checks out.

A wrong check digit is worth a warning and never a refusal: real numbers exist that fail it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

# The S10 standard: two letters, eight digits and their check digit, the country of the post.
_S10 = re.compile(r"([A-Z]{2})([0-9]{8})([0-9])([A-Z]{2})")
_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_OTHER = re.compile(r"[A-Z0-9-]{5,50}")  # what tracking services take of any carrier, such as Cainiao's LP00…
# People write them in groups, copy invisible marks along, and type full-width letters on a Chinese keyboard.
_BETWEEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_FULL_WIDTH = {code + 0xFEE0: chr(code) for code in range(0x21, 0x7F)}


class Service(StrEnum):
    """What an S10 number's first letter says of the parcel."""

    REGISTERED = "registered"
    TRACKED_LETTER = "tracked_letter"
    PARCEL = "parcel"
    EXPRESS = "express"
    UNTRACKED = "untracked"
    ECOMMERCE = "ecommerce"
    INSURED = "insured"
    OTHER = "other"


SERVICES = {
    "R": Service.REGISTERED,
    "L": Service.TRACKED_LETTER,
    "C": Service.PARCEL,
    "E": Service.EXPRESS,
    "U": Service.UNTRACKED,
    "H": Service.ECOMMERCE,
    "V": Service.INSURED,
}


class NumberProblem(StrEnum):
    """What is odd about a number."""

    CHECK_DIGIT = "check_digit"  # the shape of S10, and a digit that does not fit: mistyped, or invented
    SHAPE = "shape"  # no carrier's number looks so


@dataclass(frozen=True, slots=True)
class PostalNumber:
    """An S10 number in its parts; `country` is the post's (ISO 3166), `check_digit` the one that it should have."""

    text: str
    service: Service
    country: str
    check_digit: int

    @property
    def is_sound(self) -> bool:
        """Whether the check digit fits."""
        return int(self.text[10]) == self.check_digit


def normalise_number(text: str) -> str:
    """The number as carriers write it: upper case, full-width letters made plain, nothing between them."""
    return _BETWEEN.sub("", text.translate(_FULL_WIDTH)).upper()


def check_digit_of(serial: str) -> int:
    """The S10 check digit of eight digits: 11 less their weighted sum modulo 11; 10 becomes 0 and 11 becomes 5."""
    rest = 11 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, serial, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def parse_postal(text: str) -> PostalNumber | None:
    """The parts of an S10 number, whether its check digit fits or not; None for a number of another shape."""
    number = normalise_number(text)
    match = _S10.fullmatch(number)
    if match is None:
        return None
    service = SERVICES.get(match[1][0], Service.OTHER)
    return PostalNumber(number, service, match[4], check_digit_of(match[2]))


def number_problem(text: str) -> NumberProblem | None:
    """What is odd about a number, or None: nothing, or no number at all."""
    number = normalise_number(text)
    postal = parse_postal(number)
    if postal:
        return None if postal.is_sound else NumberProblem.CHECK_DIGIT
    return None if not number or _OTHER.fullmatch(number) else NumberProblem.SHAPE
