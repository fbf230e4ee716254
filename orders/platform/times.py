"""The platform's times: US Pacific ones without saying so, in several spellings, to UTC and back."""

import re
from datetime import UTC, datetime, timedelta

from orders.platform.terms import gateway
from orders.providers.reading import FIRST_YEAR, LAST_YEAR, instant, text

_PACKED = re.compile(r"(\d{14})(\d{3})?([+-]\d{4})?")  # yyyyMMddHHmmssSSSZ, of the older interface
_EPOCH = re.compile(r"\d{10}|\d{13}")
_HOUR = timedelta(hours=1)


def read_time(value: object) -> datetime | None:
    """An instant in UTC, or None for what is none.

    A time without an offset is Pacific; the hour that comes twice in November is taken as the first of the two.
    """
    said = text(value)
    if _EPOCH.fullmatch(said):
        return read_epoch(said)
    if packed := _PACKED.fullmatch(said):
        digits, _millis, offset = packed.groups()
        said = f"{digits[:8]}T{digits[8:]}{offset or ''}"
    return instant(said, gateway().zone)


def read_epoch(value: object) -> datetime | None:
    """Seconds or milliseconds since 1970, as an instant in UTC."""
    said = text(value)
    if not _EPOCH.fullmatch(said):
        return None
    read = datetime.fromtimestamp(int(said[:10]), tz=UTC)
    return read if FIRST_YEAR <= read.year <= LAST_YEAR else None


def write_time(at: datetime) -> str:
    """An instant as the platform wants it in a question: its own clock, to the second."""
    return at.astimezone(gateway().zone).strftime("%Y-%m-%d %H:%M:%S")


def write_start(at: datetime) -> str:
    """The beginning of a span; where the clock is set back it begins an hour early, for the platform cannot tell."""
    return write_time(at - _HOUR if at.astimezone(gateway().zone).fold else at)
