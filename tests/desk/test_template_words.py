"""Words in templates are what Django's own tag says, in each language, however often they are said."""

import pytest
from django.template import Context, Engine, Template
from django.utils.translation import override

from desk.templatetags.translations import SaidAlready

FORMS = [
    '{% translate "Orders" %}',
    '{% trans "Orders" %}',
    "{% translate 'nobody' context 'who has it' %}",
    '{% translate "Orders" noop %}',
    '{% translate "100 %% of <b>" %}',
    '{% translate "Orders" as words %}<{{ words }}>',
    "{% translate words %}",
    '{% translate "Orders"|upper %}',
    "{% translate 'nobody' context meaning %}",
]


@pytest.mark.parametrize("form", FORMS)
def test_words_are_said_as_django_says_them_in_each_language(form: str) -> None:
    ours = Template("{% load i18n %}" + form)
    theirs = Template("{% load i18n %}" + form, engine=Engine(libraries={"i18n": "django.templatetags.i18n"}))
    for language in ("en", "pt-br", "zh-hans", "pt-br", "en"):
        for values in ({"words": "Orders", "meaning": "who has it"}, {"words": "Disputes", "meaning": "key"}):
            with override(language):
                assert ours.render(Context(values)) == theirs.render(Context(values))


def test_only_what_no_value_changes_is_kept() -> None:
    kept = [bool(Template("{% load i18n %}" + form).nodelist.get_nodes_by_type(SaidAlready)) for form in FORMS]
    assert kept == [True] * 5 + [False] * 4
