"""Who a bundle is for, and what he gets to see: data in recipients.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DEFAULT = "archive"


class UnknownRecipient(ValueError):
    """A profile that does not exist; the message names those that do."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One profile."""

    name: str
    languages: tuple[str, ...]
    timeline_without: frozenset[str]
    shows_missing: bool


@cache
def recipients() -> dict[str, Recipient]:
    """Every profile by its name."""
    tables = tomllib.loads((Path(__file__).parent / "recipients.toml").read_text(encoding="utf-8"))
    return {
        name: Recipient(
            name, tuple(table["languages"]), frozenset(table["timeline_without"]), bool(table["shows_missing"])
        )
        for name, table in tables.items()
    }


def find_recipient(name: str) -> Recipient:
    """The profile of this name. Raises UnknownRecipient."""
    if name not in recipients():
        raise UnknownRecipient(f"there is no recipient {name!r}: expected one of {', '.join(sorted(recipients()))}")
    return recipients()[name]
