"""Reviews on a page: their stars, how a state looks, and the words of `desk.review_words`."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from desk import review_words

MOST = 5
register = template.Library()


@register.filter
def stars(count: int) -> SafeString:
    """So many of five stars, drawn for the eye and said to a screen reader."""
    drawn = "★" * min(count, MOST) + "☆" * (MOST - min(count, MOST))
    said = _("%(n)d of 5 stars") % {"n": count}
    return format_html(
        '<span class="stars"><span aria-hidden="true">{}</span><span class="sr">{}</span></span>', drawn, said
    )


@register.filter
def review_tone(state: str) -> str:
    """The classes of a badge that shows a review's state."""
    return review_words.TONES.get(state, "")


@register.filter
def cause_detail(detail: str) -> str:
    """What a sub-cause is called."""
    return review_words.detail_words(detail)
