"""Where an order's page lies on its platform: a pattern of a pack or a store, checked before anybody follows it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

PLATFORM = "platform"
NUMBER = "{order_number}"


def read_platform(given: Any) -> dict[str, str]:
    """The table's values. Raises ValueError, saying which value is wrong and what is expected."""
    if given in ({}, None):
        return {}
    if not isinstance(given, Mapping) or set(given) != {"order_url"}:
        raise ValueError("[platform] takes one value, 'order_url'")
    pattern = given["order_url"]
    if not _is_pattern(pattern):
        raise ValueError(
            f"[platform] order_url = {pattern!r}: expected an https address with {NUMBER} once, after the host"
        )
    return {"order_url": pattern}


def order_address(pattern: str, order_number: str) -> str:
    """The address of an order's page, or an empty string where the pattern is empty."""
    return pattern.replace(NUMBER, quote(order_number, safe=""))


def _is_pattern(pattern: Any) -> bool:
    if not isinstance(pattern, str) or pattern.count(NUMBER) != 1 or not pattern.isprintable() or " " in pattern:
        return False
    try:
        parts = urlsplit(pattern)
        named = parts.port  # raises where the port is none
    except ValueError:
        return False
    plain = not {"{", "}"} & set(pattern.replace(NUMBER, ""))
    within = NUMBER not in parts.netloc and parts.username is None
    return parts.scheme == "https" and bool(parts.hostname) and named != 0 and plain and within
