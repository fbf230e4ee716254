"""What the outbox of a webhook may hold, and when trouble is told, as data: `webhooks.toml`, read once."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from orders.providers.limits import with_spans


@dataclass(frozen=True, slots=True)
class Told:
    """How long each trouble lasts before the owner is told, and how long he is told of what was given up."""

    failing: timedelta
    behind: timedelta
    given_up: timedelta


@dataclass(frozen=True, slots=True)
class WebhookTerms:
    """How many deliveries of one webhook wait and are kept, and how long; when it is switched off."""

    most_waiting: int
    longest_wait: timedelta
    kept: timedelta
    most_kept: int
    longest_retry_after: timedelta
    switched_off_after: timedelta
    failures_end_after: timedelta
    former_secret: timedelta
    told: Told


@cache
def webhook_terms() -> WebhookTerms:
    """The file."""
    text = (Path(__file__).parent / "webhooks.toml").read_text(encoding="utf-8")
    read = with_spans(tomllib.loads(text))
    return WebhookTerms(**read | {"told": Told(**read["told"])})
