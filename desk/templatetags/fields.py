"""The fields of a form, each with its label, its help and what is wrong with it.

Drawn without templates, as their widgets are (`desk.form_rendering`): an order's page has a dozen of them.
"""

from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def fields(form: BaseForm, short: Any = "") -> SafeString:
    """All fields of a form, and what is wrong with it as a whole; in one line each where they are `short`."""
    if not form:  # a page without the form
        return SafeString("")
    bound = list(form)
    hidden = (str(field) for field in bound if field.is_hidden)
    visible = (_draw(field, short) for field in bound if not field.is_hidden)
    return mark_safe("".join((_errors(form.non_field_errors()), *hidden, *visible)))  # noqa: S308  each is safe


@register.simple_tag
def field_group(field: BoundField, short: Any = "") -> SafeString:
    """One field with all that belongs to it."""
    return _draw(field, short) if field else SafeString("")


def _draw(field: BoundField, short: Any) -> SafeString:
    errors = _errors(field.errors)
    looks = f"field{' short' if short else ''}{' has-error' if errors else ''}"
    help_text = conditional_escape(field.help_text) if field.help_text else ""
    told = f'<p class="help" id="{conditional_escape(field.auto_id)}_helptext">{help_text}</p>' if help_text else ""
    return mark_safe(f'<div class="{looks}">{_labelled(field)}{told}{errors}</div>')  # noqa: S308  each is safe


def _labelled(field: BoundField) -> str:
    label = str(conditional_escape(field.label))
    if isinstance(field.field.widget, CheckboxInput):
        return f'<label class="check">{field} {label}</label>'
    if not field.field.required:
        optional = _("optional")
        label = f'{label} <span class="muted">{optional}</span>'
    if field.use_fieldset:  # Django describes the group, not each of its buttons
        told = f' aria-describedby="{field.aria_describedby}"' if field.aria_describedby else ""
        return f"<fieldset{told}><legend>{label}</legend>{field}</fieldset>"
    return f'<label for="{conditional_escape(field.id_for_label)}">{label}</label>{field}'


def _errors(errors: Any) -> str:
    return str(errors) if errors else ""
