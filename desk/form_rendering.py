"""Draws the widgets of forms without templates: a page has a dozen, and Django reads two templates for each of them.

What comes out is to the letter what Django's own templates make of it (tests/desk/test_form_rendering.py).
"""

from collections.abc import Callable
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.safestring import SafeData

Widget = dict[str, Any]  # what a widget says of itself for its template
INPUTS = (
    "checkbox", "color", "date", "datetime", "email", "file", "hidden", "input", "number", "password", "search", "tel",
    "text", "time", "url",
)  # fmt: skip


class QuickWidgets(DjangoTemplates):
    """Django's renderer; inputs, selects and text areas are drawn at once."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """The widget's HTML; for all others what their template says."""
        draw = DRAWN.get(template_name)
        return draw(context["widget"]) if draw else str(super().render(template_name, context, request))


def _text(value: object) -> str:
    return str(value) if isinstance(value, SafeData) else escape(str(value))


def _attributes(widget: Widget) -> str:
    given = ((name, value) for name, value in widget["attrs"].items() if value is not False)
    return "".join(f" {_text(name)}" + ("" if value is True else f'="{_text(value)}"') for name, value in given)


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    return f'<input type="{_text(widget["type"])}" name="{_text(widget["name"])}"{value}{_attributes(widget)}>'


def _textarea(widget: Widget) -> str:
    value = _text(localize(widget["value"])) if widget["value"] else ""
    return f'<textarea name="{_text(widget["name"])}"{_attributes(widget)}>\n{value}</textarea>'


def _select(widget: Widget) -> str:
    groups = "".join(_group(name, options) for name, options, _index in widget["optgroups"])
    return f'<select name="{_text(widget["name"])}"{_attributes(widget)}>{groups}\n</select>'


def _group(name: object, options: list[Widget]) -> str:
    drawn = "".join(f"\n  {_option(option)}\n" for option in options)
    return f'\n  <optgroup label="{_text(localize(name))}">{drawn}\n  </optgroup>' if name else drawn


def _option(option: Widget) -> str:
    label = _text(localize(option["label"]))
    return f'<option value="{_text(option["value"])}"{_attributes(option)}>{label}</option>'


DRAWN: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{name}.html": _input for name in INPUTS},
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
}
