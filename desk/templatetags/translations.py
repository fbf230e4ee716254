"""The library `i18n`, as Django's own; what stands in a template to be translated is looked up once for a language."""

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.templatetags import i18n
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils.translation import get_language

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class SaidAlready(TranslateNode):
    """Words, and how they were said in the languages that were asked for."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.said: dict[str | None, str] = {}

    def render(self, context: template.Context) -> str:
        """The words in the reader's language."""
        language = get_language()
        said = self.said.get(language)
        if said is None:
            said = self.said[language] = str(super().render(context))
        return said


@register.tag("trans")
@register.tag("translate")
def translate(parser: Parser, token: Token) -> TranslateNode:
    """`{% translate "WORDS" %}`, with all that Django's takes; what depends on a variable is looked up each time."""
    node = do_translate(parser, token)
    words, meaning = node.filter_expression, node.message_context
    is_fixed = not words.filters and words.var.lookups is None and (meaning is None or not meaning.is_var)
    if node.asvar or not is_fixed:
        return node
    return SaidAlready(words, node.noop, None, meaning)
