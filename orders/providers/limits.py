"""What each service allows, and how we call it, as data: `providers.toml`, read once."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orders.providers.interface import ProviderName


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """How long we wait for a server, how much we read, and how often a call that only reads is tried."""

    connect: timedelta
    read: timedelta
    whole: timedelta
    max_bytes: int
    tries: int
    pause: timedelta
    hurry: timedelta
    longest_retry_after: timedelta

    def hurried(self) -> "HttpLimits":
        """The same for a person who waits for a page."""
        return replace(self, read=self.hurry, whole=self.hurry, tries=1)


@dataclass(frozen=True, slots=True)
class Circuit:
    """After so many failures in a row an account rests, longer each time; `longest_wait` is for one's turn."""

    failures: int
    rest: timedelta
    longest_rest: timedelta
    quota_rest: timedelta
    longest_wait: timedelta


@dataclass(frozen=True, slots=True)
class PushLimits:
    """How much of a webhook's post is read, and how long it is kept."""

    max_bytes: int
    keep: timedelta
    keep_unknown: timedelta
    look_again: timedelta


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """One service's terms. `carriers` are names → its codes, `suffixes` the ends of postal numbers → its codes."""

    base_url: str
    calls_per_second: float
    per_call: int
    number: str
    first_look: timedelta = timedelta(0)
    stops_after: timedelta | None = None
    timezone: str = "UTC"
    needs_phone: tuple[str, ...] = ()
    carriers: Mapping[str, str] = field(default_factory=dict)
    suffixes: Mapping[str, str] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The clock of its times where they carry no zone."""
        return ZoneInfo(self.timezone)

    def takes(self, number: str) -> bool:
        """Whether the service takes a number of this form."""
        return re.fullmatch(self.number, number) is not None

    def carrier_code(self, name: str, number: str) -> str:
        """The service's code for a carrier as an order file names it; empty where we do not know it."""
        text = " ".join(name.casefold().split())
        named = (code for word, code in self.carriers.items() if re.search(_as_word(word), text))
        postal = (
            self.suffixes.get(number[-2:].upper(), "") if re.fullmatch(r"[A-Za-z]{2}\d{9}[A-Za-z]{2}", number) else ""
        )
        return next(named, postal)


def _as_word(word: str) -> str:
    return rf"(?<![a-z]){re.escape(word)}(?![a-z])"


@cache
def document() -> dict[str, Any]:
    """The file, with its spans as timedeltas."""
    text = (Path(__file__).parent / "providers.toml").read_text(encoding="utf-8")
    read: dict[str, Any] = with_spans(tomllib.loads(text))
    return read


UNITS = {"days", "hours", "minutes", "seconds", "milliseconds"}


def with_spans(value: Any) -> Any:
    """What a file says, with each table of nothing but units of time as a timedelta."""
    if isinstance(value, dict):
        return timedelta(**value) if value and set(value) <= UNITS else {k: with_spans(v) for k, v in value.items()}
    return [with_spans(item) for item in value] if isinstance(value, list) else value


@cache
def http_limits() -> HttpLimits:
    """How we call."""
    return HttpLimits(**document()["http"])


@cache
def circuit() -> Circuit:
    """When an account rests."""
    return Circuit(**document()["circuit"])


@cache
def push_limits() -> PushLimits:
    """What we take by webhook."""
    return PushLimits(**document()["pushes"])


@cache
def service_limits(name: ProviderName) -> ServiceLimits:
    """The service's terms."""
    given = dict(document()[name])
    return ServiceLimits(**given | {"needs_phone": tuple(given.get("needs_phone", ()))})
