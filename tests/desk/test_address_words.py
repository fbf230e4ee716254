"""Why an address was told nothing is said in the reader's language; what it answered itself is shown as it came."""

import pytest
from django.utils import translation

from desk.address_words import untold_words
from orders.outward import Refusal, Silence


@pytest.mark.parametrize("language", ["zh-hans", "pt-br"])
@pytest.mark.parametrize("why", [*Silence, *Refusal])
def test_each_reason_of_ours_is_said_in_the_readers_language(why: Silence | Refusal, language: str) -> None:
    with translation.override("en"):
        english = untold_words(why)
    with translation.override(language):
        assert untold_words(why) not in {why, english}


def test_what_an_address_answered_is_shown_as_it_came() -> None:
    assert untold_words("500 Internal Server Error") == "500 Internal Server Error"
