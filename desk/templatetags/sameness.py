"""Parts of pages that are the same for everybody who reads in a language: drawn once by each process."""

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.utils.translation import get_language

MOST_KEPT = 500  # of one part: what it depends on may stand in an address, where anybody writes anything

register = template.Library()


class Same(template.Node):
    """The part, and what was drawn of it already."""

    def __init__(self, nodelist: NodeList, given: list[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.given = given
        self.drawn: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        """What was drawn for the same language and the same values, else the part itself."""
        key = (get_language(), get_script_prefix(), *(value.resolve(context) for value in self.given))
        found = self.drawn.get(key)
        if found is None:
            if len(self.drawn) >= MOST_KEPT:
                self.drawn.clear()
            found = self.drawn[key] = self.nodelist.render(context)
        return found


@register.tag
def same(parser: Parser, token: Token) -> Same:
    """`{% same VALUE ... %}…{% endsame %}`: a part in which nothing differs but the language and these values.

    Never around what belongs to a person, a store or a moment (`csrf_token`, `reader`, `now`).
    """
    given = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodelist = parser.parse(("endsame",))
    parser.delete_first_token()
    return Same(nodelist, given)
