"""Carriers' real words: every event of the Correios, and hundreds of texts a carrier, labelled by hand."""

import unicodedata

import pytest

from orders.tracking_phrases import read_words
from tests.orders.carrier_precision import Labelled, correios_events, spell

EVENTS = correios_events()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.text[:60])
def test_every_wording_of_a_correios_event_is_read_right(event: Labelled) -> None:
    plain = unicodedata.normalize("NFKD", event.text).encode("ascii", "ignore").decode()
    forms = [event.text, event.text.upper(), event.text.lower(), plain, unicodedata.normalize("NFD", event.text)]
    assert {spell(read_words(form)) for form in forms} == {event.says}


@pytest.mark.parametrize("event", [event for event in EVENTS if event.codes], ids=lambda event: event.codes[0])
def test_every_code_of_a_correios_event_is_read_right(event: Labelled) -> None:
    forms = [form for code in event.codes for form in (code, code.replace(" ", "/"), code.lower().replace(" 0", ""))]
    assert {spell(read_words(form)) for form in forms} == {event.says}


def test_no_code_of_the_correios_stands_under_two_events() -> None:
    codes = [code for event in EVENTS for code in event.codes]
    assert len(codes) == len(set(codes)) == 379
