"""Widgets that are drawn without templates are what Django's own templates make of them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, override

from desk.form_rendering import DRAWN, QuickWidgets

HOSTILE = "\"><script>'&"
CHOICES = [
    ("", gettext_lazy("Order")),
    (HOSTILE, HOSTILE),
    (1, SafeString("<b>safe</b>")),
    (None, 1234.5),
    ("Group & co", [("a", "A"), ("b", Decimal("1234.50"))]),
]
ATTRS = {
    "id": "x",
    "class": HOSTILE,
    "disabled": True,
    "readonly": False,
    "maxlength": 1000,
    "title": gettext_lazy("Order"),
}
WIDGETS = [
    forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.PasswordInput, forms.HiddenInput,
    forms.DateInput, forms.DateTimeInput, forms.TimeInput, forms.CheckboxInput, forms.FileInput, forms.Textarea,
]  # fmt: skip
VALUES = [
    None,
    "",
    HOSTILE,
    1234,
    Decimal("1234.50"),
    date(2026, 11, 2),
    datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    True,
]


def test_inputs_are_drawn_as_django_draws_them() -> None:
    ours, theirs = QuickWidgets(), DjangoTemplates()
    for widget in WIDGETS:
        drawn = widget(attrs=ATTRS)
        assert drawn.template_name in DRAWN
        for value in VALUES:
            assert drawn.render("n&m", value, renderer=ours) == drawn.render("n&m", value, renderer=theirs)


@pytest.mark.parametrize("widget", [forms.Select, forms.SelectMultiple, forms.NullBooleanSelect])
@pytest.mark.parametrize("language", ["en", "pt-br"])
def test_selects_are_drawn_as_django_draws_them(widget: type[forms.Select], language: str) -> None:
    choices = {} if widget is forms.NullBooleanSelect else {"choices": CHOICES}
    drawn = widget(attrs=ATTRS, **choices)
    with override(language):
        for value in ([], ["a", 1]) if widget is forms.SelectMultiple else ("a", 1, "1", None, HOSTILE):
            assert drawn.render("n", value, renderer=QuickWidgets()) == drawn.render(
                "n", value, renderer=DjangoTemplates()
            )


def test_other_widgets_are_left_to_their_templates() -> None:
    drawn = forms.RadioSelect(choices=CHOICES[:2])
    assert drawn.render("n", "", renderer=QuickWidgets()) == drawn.render("n", "", renderer=DjangoTemplates())


def test_the_program_draws_its_forms_so() -> None:
    assert settings.FORM_RENDERER == "desk.form_rendering.QuickWidgets"
    assert isinstance(get_default_renderer(), QuickWidgets)
