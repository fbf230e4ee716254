"""Parts of the API's document in words, for its page."""

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def shape(schema: dict[str, Any]) -> SafeString:
    """What a value looks like; a shape of its own is a link."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return format_html('<a href="#shape-{}">{}</a>', name, name)
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return format_html_join(" or ", "{}", ((shape(option),) for option in options))
    if "enum" in schema:
        return format_html("one of {}", ", ".join(map(str, schema["enum"])))
    if "const" in schema:
        return format_html("{}", schema["const"])
    if schema.get("type") == "array":
        return format_html("list of {}", shape(schema.get("items", {})))
    kind = schema.get("format") or schema.get("type", "anything")
    return format_html("{}", f"{kind}, at most {schema['maxLength']}" if "maxLength" in schema else kind)


@register.filter
def body_shape(body: dict[str, Any]) -> SafeString:
    """What is to be sent."""
    return format_html_join(", ", "{}", ((shape(said["schema"]),) for said in body["content"].values()))


@register.filter
def answer_shape(answer: dict[str, Any]) -> SafeString:
    """What comes back."""
    if "$ref" in answer:
        return format_html('<a href="#problems">{}</a>', "a problem")
    shapes = [shape(said["schema"]) for said in answer.get("content", {}).values() if "schema" in said]
    return format_html_join(", ", "{}", ((one,) for one in shapes)) if shapes else format_html("{}", "nothing")
