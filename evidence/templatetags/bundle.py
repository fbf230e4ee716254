"""Printing what people wrote: as data, in its own direction and script, and never able to stall the typesetter."""

import re
import unicodedata

from django import template
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString

from evidence.phrasing import Phrase

register = template.Library()

LONG_RUN = re.compile(r"[^\s\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]{60,}")  # nothing in it where a line could break
BREAK_AFTER = 40  # characters of such a run
PIECE = 2000  # characters: longer paragraphs take the typesetter quadratic time
LONGEST = 20_000  # characters of one text; what is longer belongs into an exhibit
SCRIPTS = {"HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "CJK": "zh-Hans", "ARABIC": "ar", "HEBREW": "he"}
ZERO_WIDTH_SPACE = "\u200b"
# Marks that turn the direction of all that follows, ours included: each text gets its direction from us.
OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
CUT = " […]"


def is_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((direction in {"R", "AL"} for direction in directions if direction in {"L", "R", "AL"}), False)


def script_language(text: str) -> str:
    """A language of the text's script where the font's shapes depend on it, else an empty string."""
    names = {unicodedata.name(letter, "").split(" ")[0].split("-")[0] for letter in text if letter > "\u0500"}
    return next((language for script, language in SCRIPTS.items() if script in names), "")


def breakable(text: str) -> str:
    """The text without control characters, and with places where a long run of letters can break."""
    clean = "".join(
        " " if unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t" else letter
        for letter in text.translate(OVERRIDES)
    )
    return LONG_RUN.sub(
        lambda run: ZERO_WIDTH_SPACE.join(run[0][i : i + BREAK_AFTER] for i in range(0, len(run[0]), BREAK_AFTER)),
        clean,
    )


@register.filter
def words(value: object) -> SafeString:
    """A line of somebody's words."""
    return _span(" ".join(_cut(str(value)).split()))


@register.filter
def paragraphs(value: object) -> SafeString:
    """A text of somebody's, a paragraph a line; a very long one ends where it says so."""
    return every_paragraph(_cut(str(value)))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + CUT


@register.filter
def every_paragraph(value: object) -> SafeString:
    """The whole of a text that is an exhibit, a paragraph a line."""
    lines = [line for line in str(value).splitlines() if line.strip()]
    pieces = (line[i : i + PIECE] for line in lines for i in range(0, len(line), PIECE))
    return format_html_join("", "<p{}>{}</p>", ((_direction(piece), _span(piece)) for piece in pieces))


@register.filter
def both(phrase: Phrase) -> SafeString:
    """A phrase, with its second language beside it. The first is the document's own: each tag costs time to set."""
    if not phrase.beside:
        return conditional_escape(phrase.text)
    code = _code(phrase.beside_language)
    return format_html('{} <span class="beside" lang="{}">{}</span>', phrase.text, code, phrase.beside)


@register.filter
def second(phrase: Phrase) -> SafeString:
    """A phrase in its second language alone."""
    return _tagged(phrase.beside, phrase.beside_language)


def _tagged(text: str, language: str) -> SafeString:
    return format_html('<span lang="{}">{}</span>', _code(language), text)


def _code(language: str) -> str:
    return "zh-Hans" if language == "zh-hans" else language


def _span(text: str) -> SafeString:
    language = script_language(text)
    attributes = (format_html(' lang="{}"', language) if language else SafeString("")) + _direction(text)
    return format_html("<span{}>{}</span>", attributes, breakable(text)) if attributes else escape(breakable(text))


def _direction(text: str) -> SafeString:
    return SafeString(' dir="rtl"' if is_right_to_left(text) else "")
