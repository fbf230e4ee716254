"""Where the platform is, what it allows and what its words mean, as data: `aliexpress.toml`, read once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orders.platform.interface import Capability, Trouble
from orders.providers.limits import with_spans


@dataclass(frozen=True, slots=True)
class GatewayTerms:
    """The platform's addresses, its clock, and how often it may be called."""

    base_url: str
    business: str
    system: str
    authorize: str
    create_token: str
    refresh_token: str
    partner: str
    timezone: str
    calls_per_second: float
    keys: str

    @property
    def zone(self) -> ZoneInfo:
        """The clock of its dates."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class LogInTerms:
    """How long a code and its tokens live, and when new ones are asked for."""

    code: timedelta
    before_end: timedelta
    again: timedelta
    life: timedelta


@dataclass(frozen=True, slots=True)
class CircuitTerms:
    """When an account rests, and when a capability that is off is tried again."""

    failures: int
    rest: timedelta
    longest_rest: timedelta
    longest_wait: timedelta
    off: timedelta


@dataclass(frozen=True, slots=True)
class PushTerms:
    """What of a post is read, and how old it may be."""

    max_bytes: int
    header: str
    older: timedelta
    ahead: timedelta
    keep: timedelta
    sellers: tuple[str, ...]
    instants: tuple[str, ...]
    kinds: tuple[str, ...]
    topics: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class FeedTerms:
    """How much is read at once, how far back, and how often."""

    page: int
    overlap: timedelta
    first: timedelta
    soonest: timedelta
    read_anyway: timedelta
    reviews_window: timedelta
    reviews_shortest: timedelta
    known_pages: int
    every: Mapping[str, timedelta]


@dataclass(frozen=True, slots=True)
class CommandTerms:
    """How long a command may wait, and within which time the same again is a second click."""

    too_old: timedelta
    same_within: timedelta


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """The words of orders, and how they are asked for."""

    created_within: timedelta
    finished_within: timedelta
    finished: str
    details: int
    disputed: str
    unpaid: list[str]
    statuses: list[str]
    partial: list[str]
    waiting: list[str]
    receiving: list[str]
    same_end: timedelta
    received: list[str]
    refunded: list[str]
    ends: Mapping[str, str]
    payments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class IssueTerms:
    """The words of disputes."""

    open: str
    ended: list[str]
    cancelled: str
    same_moment: timedelta
    same_offer: timedelta
    steps: Mapping[str, str]
    members: Mapping[str, str]
    reached: Mapping[str, str]
    reached_states: Mapping[str, list[str]]
    reasons: Mapping[str, str]


@cache
def document() -> dict[str, Any]:
    """The file, with its spans as timedeltas."""
    text = (Path(__file__).parent / "aliexpress.toml").read_text(encoding="utf-8")
    read: dict[str, Any] = with_spans(tomllib.loads(text))
    return read


@cache
def gateway() -> GatewayTerms:
    """Where it is."""
    return GatewayTerms(**document()["gateway"])


@cache
def log_in_terms() -> LogInTerms:
    """How a store is connected."""
    return LogInTerms(**document()["log_in"])


@cache
def circuit_terms() -> CircuitTerms:
    """When nothing is asked."""
    return CircuitTerms(**document()["circuit"])


@cache
def push_terms() -> PushTerms:
    """What it posts."""
    return PushTerms(**document()["pushes"])


@cache
def feed_terms() -> FeedTerms:
    """What is read regularly."""
    return FeedTerms(**document()["feeds"])


@cache
def command_terms() -> CommandTerms:
    """What is sent."""
    return CommandTerms(**document()["commands"])


@cache
def order_terms() -> OrderTerms:
    """What its words of orders mean."""
    return OrderTerms(**document()["orders"])


@cache
def issue_terms() -> IssueTerms:
    """What its words of disputes mean."""
    return IssueTerms(**document()["issues"])


def method(name: str) -> str:
    """The method behind a name of ours."""
    found: str = document()["methods"][name]
    return found


def trouble_of(code: str) -> Trouble:
    """What kept an answer, by its code; an unknown one is a refusal."""
    return Trouble(document()["errors"].get(code, Trouble.REFUSED))


def every(name: Capability) -> timedelta:
    """How often something is read."""
    return feed_terms().every[name]
