"""`{% url %}`, as Django's own in all that it says and quicker: a page has fifty of them."""

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape

from desk.addresses import address_of

OURS = "desk:"  # of a name with another space, it may depend on the page where it leads

register = template.Library()


class QuickURL(URLNode):
    """An address of the desk with numbers and words in it; all others are left to Django."""

    def render(self, context: template.Context) -> str:
        """The address, or nothing where it is kept for later `as` a variable."""
        name = self.view_name.resolve(context)
        given = [value.resolve(context) for value in self.args]
        if self.kwargs or not name.startswith(OURS) or not all(isinstance(value, int | str) for value in given):
            return str(super().render(context))
        try:
            address = address_of(name, *given)
        except NoReverseMatch:
            return str(super().render(context))  # which says what is wrong
        if self.asvar:
            context[self.asvar] = address
            return ""
        return str(conditional_escape(address)) if context.autoescape else address


@register.tag
def url(parser: Parser, token: Token) -> QuickURL:
    """`{% url NAME VALUE ... %}`, with `as` too: see Django's."""
    node = parse_url(parser, token)
    return QuickURL(node.view_name, node.args, node.kwargs, node.asvar)
