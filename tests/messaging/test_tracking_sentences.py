"""The sentences that explain a parcel's status to its buyer."""

import tomllib
from pathlib import Path

import pytest

from messaging.vocabulary import Language
from messaging.wording import check_wording
from orders import tracking_readings
from orders.tracking_readings import LANGUAGES, read_explanations

EXPLANATIONS = read_explanations(Path(tracking_readings.__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def test_the_sentences_are_in_the_languages_that_buyers_are_written_to_in() -> None:
    assert tuple(Language) == LANGUAGES


@pytest.mark.parametrize("name", EXPLANATIONS)
@pytest.mark.parametrize("language", Language)
def test_no_sentence_about_a_status_says_what_must_not_be_said(name: str, language: Language) -> None:
    assert check_wording(EXPLANATIONS[name].sentences[language], language) == []


@pytest.mark.parametrize("language", Language)
def test_no_sentence_about_a_status_counts_days(language: Language) -> None:
    assert [name for name, entry in EXPLANATIONS.items() if any(map(str.isdigit, entry.sentences[language]))] == []


def test_every_text_of_a_sentence_is_short_enough_for_a_chat() -> None:
    data = tomllib.loads(Path(tracking_readings.__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    assert max(len(table.get(language, "")) for table in data.values() for language in LANGUAGES) <= 300
