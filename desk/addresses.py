"""Addresses of pages, quickly: each form of them is looked up once, and only the numbers of rows are new."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse

STAND_IN = 9_007_199_254_740_993  # a number that stands in no address by itself, and nor do the next ones


def address_of(name: str, *given: int | str) -> str:
    """What `reverse(name, args=given)` gives. Raises NoReverseMatch."""
    words = tuple(None if type(value) is int else value for value in given)
    return _form(name, words, get_script_prefix()).format(*given)


@lru_cache(2000)
def _form(name: str, words: tuple[int | str | None, ...], _prefix: str) -> str:
    """The address with the words in it, and a place for each number, by where it was given."""
    numbers = {at: STAND_IN + at for at, word in enumerate(words) if word is None}
    form = reverse(name, args=[numbers.get(at, word) for at, word in enumerate(words)])
    form = form.replace("{", "{{").replace("}", "}}")
    for at, number in numbers.items():
        form = form.replace(str(number), f"{{{at}}}")
    return form
