"""Ids of rows as addresses and forms write them."""

MOST_DIGITS = 18  # of an id that a database holds


def read_id(text: str) -> int | None:
    """The id that a text names; None for what can be no row's, such as words or far too many digits."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None
