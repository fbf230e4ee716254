"""Turns the text of one cell into a typed value; what cannot be turned is a ValueError that says why not."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from unicodedata import normalize
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST_NUMBER = 60  # characters of a cell that is a date, an amount or a count

NOT_A_DATE = "not a date"
AMBIGUOUS_DATE = "day and month can be mixed up; write 2018-01-31, or give date_format in the mapping"
LOST_DIGITS = (
    "its last digits are lost, a spreadsheet stored it as a number; "
    "format the column as text and export or type the number again"
)

_INSTANT = re.compile(
    r"(\d{4})\s*(?:[-/.年])\s*(\d{1,2})\s*(?:[-/.月])\s*(\d{1,2})\s*日?"
    r"(?:(?:T|\s|(?<=日))\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII | re.IGNORECASE,
)
_DAY_OR_MONTH_FIRST = re.compile(r"\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{2,4}\b.*", re.ASCII)
_SERIAL = re.compile(r"[3-7]\d{4}(?:\.\d+)?", re.ASCII)
_SERIAL_START = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's day 0 (1900 system), local like its cells
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_WHOLE_FLOAT = re.compile(r"\d+\.0+", re.ASCII)
_AS_FORMULA = re.compile(r'="([^"]*)"')
_CODE = re.compile(r"\S+")
_COUNT = re.compile(r"(\d{1,9})(?:\.0+)?(?:\s*[^\W\d_]{1,12})?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


def clean(text: str) -> str:
    """Make text from outside harmless on one line: control characters become spaces (rule M9)."""
    if not text.isprintable():
        text = _UNPRINTABLE.sub(" ", text)
    return text.strip()


@dataclass(frozen=True)
class InstantReader:
    """Reads dates and times, year first or as `date_format` (strptime) says; a date alone is midnight.

    Without an offset the time is local in `zone`. A time that occurs twice when a clock is set back means
    the first; one that a clock skipped moves forward by the gap, so that a skipped midnight is the day's
    first instant. `serials`: bare numbers are Excel's day counts, as in a workbook's unformatted cells.
    """

    zone: tzinfo
    date_format: str = ""
    serials: bool = False

    def __call__(self, text: str) -> datetime:
        """Give the instant in UTC. Raises ValueError; years outside 2000..2100 are refused."""
        # The form that nearly all exports use, then every other; the check keeps ISO's week dates out.
        if len(text) == 19 and text[4] == text[7] == "-" and text.isascii() and not self.date_format:
            try:
                local = datetime.fromisoformat(text)
            except ValueError:
                local = self._slow(text)
        else:
            local = self._slow(text)
        if not FIRST_YEAR <= local.year <= LAST_YEAR:
            raise ValueError(f"the year is not within {FIRST_YEAR} and {LAST_YEAR}")
        if local.tzinfo is None:
            local = local.replace(tzinfo=self.zone)
        return local.astimezone(UTC)

    def _slow(self, text: str) -> datetime:
        if len(text) > LONGEST_NUMBER:
            raise ValueError(NOT_A_DATE)
        text = normalize("NFKC", text).strip()
        if self.date_format:
            try:
                return datetime.strptime(text, self.date_format)  # noqa: DTZ007 - the zone is added above
            except ValueError:
                pass  # spreadsheets' own dates come year first, whatever the mapping says of the text
        if found := _INSTANT.fullmatch(text):
            return _datetime(*found.groups())
        if self.serials and _SERIAL.fullmatch(text):
            return _SERIAL_START + timedelta(seconds=round(float(text) * 86_400))
        raise ValueError(AMBIGUOUS_DATE if _DAY_OR_MONTH_FIRST.fullmatch(text) else NOT_A_DATE)


def _datetime(
    year: str,
    month: str,
    day: str,
    hour: str | None,
    minute: str | None,
    second: str | None,
    fraction: str | None,
    offset: str | None,
) -> datetime:
    try:
        return datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "0")[:6].ljust(6, "0")),
            tzinfo=_offset(offset),
        )
    except ValueError as error:
        raise ValueError(NOT_A_DATE) from error


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if int(digits[2:]) > 59 or minutes > 14 * 60:
        raise ValueError(NOT_A_DATE)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def check_date_format(date_format: str) -> None:
    """Raise ValueError unless the strptime format names year, month and day."""
    day = datetime(2018, 3, 25)  # noqa: DTZ001 - only its date is compared
    if not re.search("%[YyGcxD]", date_format):  # from Python 3.13 on, strptime warns of a day without its year
        raise ValueError(f"{date_format!r} does not name year, month and day; example: %d/%m/%Y %H:%M")
    try:
        same = datetime.strptime(day.strftime(date_format), date_format).date() == day.date()  # noqa: DTZ007
    except (ValueError, re.error) as error:
        raise ValueError(f"{date_format!r} is not a date format ({error}); example: %d/%m/%Y %H:%M") from error
    if not same:
        raise ValueError(f"{date_format!r} does not name year, month and day; example: %d/%m/%Y %H:%M")


def text_reader(limit: int) -> Callable[[str], str]:
    """Give a reader of free text of at most `limit` characters."""

    def read(text: str) -> str:
        if len(text) > limit:
            raise ValueError(f"longer than {limit} characters")
        return text

    return read


def parse_code(text: str) -> str:
    """Read an order or tracking number: at most 64 characters, no spaces inside.

    What spreadsheets put round numbers to keep them text is taken off: a leading apostrophe, `="…"`, `.0`
    at the end. Scientific notation is refused, because the digits are gone.
    """
    if found := _AS_FORMULA.fullmatch(text):
        text = found[1].strip()
    text = text.lstrip("'`")
    if _SCIENTIFIC.fullmatch(text):
        raise ValueError(LOST_DIGITS)
    if _WHOLE_FLOAT.fullmatch(text):
        text = text.partition(".")[0]
    if len(text) > 64:
        raise ValueError("longer than 64 characters")
    if not _CODE.fullmatch(text):
        raise ValueError("has spaces inside" if text else "is missing")
    return text


def count_reader(most: int) -> Callable[[str], int]:
    """Give a reader of whole numbers from 1 to `most`; a unit behind the number is ignored ("2 pieces")."""

    def read(text: str) -> int:
        found = _COUNT.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
        if found is None:
            raise ValueError("not a whole number")
        if not 1 <= int(found[1]) <= most:
            raise ValueError(f"not within 1 and {most:,}")
        return int(found[1])

    return read


def parse_email(text: str) -> str:
    """Read an e-mail address (syntax only)."""
    try:
        validate_email(text)
    except ValidationError as error:
        raise ValueError("not an e-mail address") from error
    return text


@lru_cache
def parse_language(text: str) -> str:
    """Read a language code, kept in small letters with hyphens (`pt-br`)."""
    code = text.lower().replace("_", "-")
    if len(code) > 35 or not _LANGUAGE.fullmatch(code):
        raise ValueError("not a language code such as pt-br")
    return code


def parse_timezone(text: str) -> str:
    """Read the name of a time zone (IANA)."""
    if text not in _zone_names():
        raise ValueError("not a time zone such as America/Sao_Paulo")
    return text


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())
