"""What the platform posts to us: whose it is, when it was sent, and what it is about.

A post is a bell and no letter: what it tells is not taken over but read, signed and dated, from the platform itself.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orders.platform.interface import FEEDS, Capability, PlatformError, Trouble
from orders.platform.terms import push_terms
from orders.platform.times import read_epoch, read_time
from orders.providers.reading import table, text


@dataclass(frozen=True, slots=True)
class Push:
    """A post: the seller that it names, when it was sent (UTC), and what is to be read."""

    seller_id: str
    sent_at: datetime | None
    brings: tuple[Capability, ...]


def read_push(body: bytes) -> Push:
    """Raises PlatformError where it is no post of the platform."""
    try:
        post = table(json.loads(body))
    except (ValueError, RecursionError) as error:
        raise PlatformError(Trouble.UNREADABLE, "the post is no JSON") from error
    if not post:
        raise PlatformError(Trouble.UNREADABLE, "the post is no object")
    terms = push_terms()
    sent = _first(post, terms.instants)
    return Push(_first(post, terms.sellers), read_epoch(sent) or read_time(sent), _brings(_first(post, terms.kinds)))


def _first(post: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((word for name in names if (word := text(post.get(name)))), "")


def _brings(kind: str) -> tuple[Capability, ...]:
    said = kind.casefold()
    named = {name for word, names in push_terms().topics.items() if word in said for name in names}
    return tuple(feed for feed in FEEDS if feed in named) or FEEDS


def is_stale(push: Push, *, now: datetime) -> bool:
    """Whether it says that it was sent too long ago, or in the future: what was posted once is not posted again."""
    terms = push_terms()
    return push.sent_at is not None and not now - terms.older <= push.sent_at <= now + terms.ahead
