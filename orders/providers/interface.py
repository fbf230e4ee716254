"""What every tracking service can be asked, and how it answers, whatever its protocol."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol


class ProviderName(StrEnum):
    """The services that there are clients for; the name is also the source of the facts that they bring."""

    SEVENTEEN_TRACK = "17track"
    KUAIDI100 = "kuaidi100"


class Standing(StrEnum):
    """How a service stands to one number."""

    TRACKED = "tracked"
    ALREADY = "already"  # it does what we ask for all the time
    WAITING = "waiting"  # it follows the number, and has heard nothing yet
    NOT_FOUND = "not_found"  # it asked, and no carrier knows the number
    NOT_REGISTERED = "not_registered"
    STOPPED = "stopped"  # it follows the number no more
    REJECTED = "rejected"  # it refuses the number as it is
    FAILED = "failed"  # it could not answer for this one now


class ErrorKind(StrEnum):
    """What kept a service from answering."""

    WRONG_KEY = "wrong_key"
    QUOTA_USED_UP = "quota_used_up"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A number to ask for. `carrier` is the service's own code, empty where it shall find the carrier itself.

    `phone` is the end of the buyer's telephone number, for the few carriers that answer nobody without it.
    """

    number: str
    carrier: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """One line of a parcel's history at `at` (UTC).

    `code` is the service's own word for it where it gives one, as `orders.tracking_phrases` reads it.
    """

    at: datetime
    description: str = ""
    location: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service says about one number: its history oldest first, and what of it could not be read.

    `error` is why it gave no answer for this one, where the reason is the account's.
    """

    number: str
    standing: Standing
    carrier: str = ""
    news: tuple[News, ...] = ()
    problems: tuple[str, ...] = ()
    error: ErrorKind | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """How many parcels may still be registered, where the service tells."""

    left: int | None = None
    total: int | None = None


class ProviderError(Exception):
    """A call that brought no answer; the message says what the service said, never a key."""

    kind: ClassVar[ErrorKind]


class WrongKey(ProviderError):
    """The service knows neither this key nor this address of ours, or has closed the account."""

    kind = ErrorKind.WRONG_KEY


class QuotaUsedUp(ProviderError):
    """What the account paid for, or may use in a day, is used up."""

    kind = ErrorKind.QUOTA_USED_UP


class RateLimited(ProviderError):
    """Too many calls; `wait` is how long the service asks us to wait, where it says."""

    kind = ErrorKind.RATE_LIMITED

    def __init__(self, message: str, wait: timedelta | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class Unreachable(ProviderError):
    """No connection, no answer in time, or an error of the service itself."""

    kind = ErrorKind.UNREACHABLE


class Unreadable(ProviderError):
    """An answer that is not of the documented form."""

    kind = ErrorKind.UNREADABLE


class Provider(Protocol):
    """A tracking service. Every call raises ProviderError when it brings no answer at all.

    `parcels` are at most as many as one call takes; there is one answer for each of them, in any order.
    """

    def register(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """Have the service follow the numbers from now on."""

    def ask(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """What the service knows of the numbers."""

    def resume(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """Have the service follow numbers again that it has stopped following."""

    def stop(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """Have the service follow the numbers no more."""

    def check(self) -> Quota:
        """Whether the key works, and what is left of the quota."""
