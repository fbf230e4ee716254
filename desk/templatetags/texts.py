"""Texts and quick replies on a page."""

from typing import Any

from django import template

from desk import text_words

register = template.Library()


@register.filter
def text_word(code: str, table: str) -> str:
    """A code of one of the tables of `desk.text_words`, such as `reply_groups`; an unknown one as it is."""
    names: dict[str, Any] = getattr(text_words, table.upper())
    return str(names.get(code, code.replace("_", " ")))
