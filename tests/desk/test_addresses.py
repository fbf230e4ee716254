"""Addresses that are put together quickly are those that Django resolves."""

from collections.abc import Iterator

import pytest
from django.template import Context, Template
from django.template.defaulttags import URLNode
from django.urls import NoReverseMatch, get_script_prefix, reverse, set_script_prefix

from desk.addresses import address_of
from desk.templatetags.addresses import QuickURL

NAMES = ("desk:order", "desk:action", "desk:review", "desk:look")
GIVEN: list[tuple[str, list[object]]] = [
    ("desk:today", []),
    ("desk:order", [4825]),
    ("desk:parcel_number", [12, 4825]),
    ("desk:fact", [4825, "shipped"]),
    ("desk:mail", ["a{0} & 'c' <d>"]),
    ("account_logout", []),
]


@pytest.fixture(params=["/", "/prazo/"])
def prefix(request: pytest.FixtureRequest) -> Iterator[str]:
    before = get_script_prefix()
    set_script_prefix(request.param)
    yield request.param
    set_script_prefix(before)


def test_an_address_is_what_django_says_under_whatever_path_the_program_runs(prefix: str) -> None:
    for name in NAMES:
        assert address_of(name, 4825) == reverse(name, args=[4825])
    assert address_of("desk:today") == prefix


@pytest.mark.parametrize("form", ["{% url name a b %}", "{% url name a b as it %}<{{ it }}>"])
def test_a_template_writes_what_django_writes(prefix: str, form: str) -> None:
    for name, given in GIVEN:
        words = " ".join(["a", "b"][: len(given)])
        ours = Template(form.replace("a b", words))
        values = {"name": name, **dict(zip("ab", given, strict=False))}
        (node,) = ours.nodelist.get_nodes_by_type(QuickURL)
        drawn = ours.render(Context(values))
        node.__class__ = URLNode
        assert drawn == ours.render(Context(values))
        assert prefix in drawn


def test_an_address_that_is_none_is_an_error_and_nothing_where_it_is_only_kept() -> None:
    with pytest.raises(NoReverseMatch):
        Template("{% url 'desk:order' missing %}").render(Context())
    assert Template("{% url 'desk:order' missing as it %}<{{ it }}>").render(Context()) == "<>"
