"""What is the same for everybody is drawn once: for each language, and for each value that it depends on."""

from django.template import Context, Template
from django.utils.translation import override

from desk.templatetags.sameness import Same

PART = Template("{% load i18n sameness %}{% same here %}{% translate 'Orders' %} {{ here }} {{ drawn }}{% endsame %}")


def drawn(here: str, number: int) -> str:
    """The part, as it says which drawing it is."""
    return PART.render(Context({"here": here, "drawn": number}))


def test_a_part_is_drawn_once_for_its_values_and_language() -> None:
    with override("en"):
        assert [drawn("a", 1), drawn("a", 2), drawn("b", 3)] == ["Orders a 1", "Orders a 1", "Orders b 3"]
    with override("zh-hans"):
        assert drawn("a", 4) == "订单 a 4"


def test_what_anybody_writes_in_an_address_fills_no_memory() -> None:
    for number in range(1200):
        drawn(f"word {number}", number)
    (part,) = [node for node in PART.nodelist if isinstance(node, Same)]
    assert len(part.drawn) <= 500
