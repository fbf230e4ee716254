"""The marks between words that differ by language: `：` and `、` where Latin letters have `:` and `,`."""

from collections.abc import Iterable

from django import template
from django.utils.translation import gettext

from desk.rules import list_words

register = template.Library()


@register.simple_tag
def colon() -> str:
    """What stands between a label and its value."""
    return gettext("%(what)s: %(which)s") % {"what": "", "which": ""}


@register.filter
def listed(parts: Iterable[object]) -> str:
    """Several things in one line."""
    return list_words([str(part) for part in parts])
