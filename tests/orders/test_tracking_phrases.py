"""What carriers write, in their own words, and what it says of the parcel."""

import random
import time
import tomllib
import unicodedata
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.tracking_phrases import CARRIERS, ORDER, UNKNOWN, Reading, classify, fold, read_phrases, read_words
from orders.tracking_statuses import TrackingDetail, TrackingStatus
from tests.orders.carrier_precision import corpus, correios_events, families

TEXTS = [labelled.text for name in families() for labelled in corpus(name)] + [
    event.text for event in correios_events()
]
FORMS: list[Literal["NFC", "NFD", "NFKD"]] = ["NFC", "NFD", "NFKD"]
MEANINGLESS = [
    "",
    " ",
    ".",
    "?",
    "物流异常",
    "3",
    "301",
    "BDE 99",
    "ZZZ 01",
    "redelivered",
    "hello",
    "Привет",
    "٣",
    "\x00",
]


def test_words_tell_a_status_and_why() -> None:
    reading = read_words("Objeto não entregue - carteiro não atendido")
    assert reading == Reading(TrackingStatus.FAILED_ATTEMPT, TrackingDetail.ABSENT)


def test_why_is_told_of_the_return_that_follows() -> None:
    reading = read_words("Cliente recusou-se a receber o objeto - Objeto será devolvido ao remetente")
    assert reading == Reading(TrackingStatus.RETURNING, TrackingDetail.REFUSED)


def test_a_correction_voids_what_went_before_and_says_nothing_of_its_own() -> None:
    assert read_words("Favor desconsiderar a informação anterior: objeto entregue") == Reading(corrects=True)


def test_words_that_tell_of_no_status_are_known_all_the_same() -> None:
    assert read_words("Objeto será entregue sem rastreamento") == Reading()
    assert classify("Objeto será entregue sem rastreamento") is None


def test_papers_lodged_at_customs_ahead_of_the_parcel_tell_of_no_place() -> None:
    reading = read_words("Import customs clearance started")
    assert reading == Reading(detail=TrackingDetail.DECLARED_AHEAD)


@pytest.mark.parametrize("words", ["InTransit_CustomsReleased", "海关放行", "Customs clearance complete", "清关完成"])
def test_customs_that_may_be_those_of_export_have_not_released_the_parcel_there(words: str) -> None:
    assert read_words(words) == Reading(TrackingStatus.IN_TRANSIT, TrackingDetail.CUSTOMS_UNSAID)


@pytest.mark.parametrize("words", MEANINGLESS)
def test_unknown_words_are_never_guessed(words: str) -> None:
    assert read_words(words) == UNKNOWN


def test_every_status_is_told_by_some_words() -> None:
    assert {classify(text) for text in TEXTS} == {*TrackingStatus, None}


def test_white_space_between_chinese_characters_does_not_matter() -> None:
    assert classify("已 签\u3000收") is TrackingStatus.DELIVERED


def test_full_width_letters_do_not_matter() -> None:
    assert classify("ＯＢＪＥＴＯ　ＥＮＴＲＥＧＵＥ　ＡＯ　ＣＬＩＥＮＴＥ") is TrackingStatus.DELIVERED


def test_a_phrase_is_matched_as_whole_words() -> None:
    assert read_words("The undeliveredness of things") == UNKNOWN


def test_a_denial_reaches_not_beyond_its_sentence() -> None:
    assert classify("Not at home yesterday? No matter. Delivered") is TrackingStatus.FAILED_ATTEMPT
    assert classify("We do not ring twice. Your parcel has been delivered") is TrackingStatus.DELIVERED


# --- the data ---------------------------------------------------------------------------------------------------------
def test_no_whole_text_stands_under_two_readings() -> None:
    said: dict[str, set[str]] = {}
    for path in CARRIERS.glob("*.toml"):
        for says, texts in tomllib.loads(path.read_text(encoding="utf-8")).get("whole", {}).items():
            for text in texts:
                said.setdefault(fold(text), set()).add(says)
    assert {text: says for text, says in said.items() if len(says) > 1} == {}


@pytest.mark.parametrize("path", sorted(CARRIERS.glob("*.toml")), ids=lambda path: path.stem)
def test_no_phrase_stands_twice_in_one_list_of_a_carrier(path: Path) -> None:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    for section in ("phrases", "details") if path.name != ORDER else ():
        twice = {name: len(phrases) - len(set(map(fold, phrases))) for name, phrases in data.get(section, {}).items()}
        assert {name: count for name, count in twice.items() if count} == {}


def test_what_does_not_exist_is_refused_when_it_is_read() -> None:
    order = 'passes = [{ name = "arrived", says = "%s" }]\ndetails = {}'
    with pytest.raises(ValueError, match="arived"):
        read_phrases(order % "arived", ['[phrases]\narrived = ["x"]'])
    with pytest.raises(ValueError, match="arivd"):
        read_phrases(order % "arrived", ['[phrases]\narivd = ["x"]'])
    with pytest.raises(ValueError, match="lcker"):
        read_phrases(order % "arrived", ['[details]\nlcker = ["x"]'])


# --- any text ---------------------------------------------------------------------------------------------------------
@given(st.text())
def test_no_text_makes_the_classifier_fail(words: str) -> None:
    assert isinstance(read_words(words), Reading)


@given(st.sampled_from(TEXTS), st.randoms(use_true_random=False))
def test_case_accents_and_white_space_do_not_matter(text: str, chance: random.Random) -> None:
    mixed = "".join(chance.choice([letter.upper(), letter.lower()]) for letter in text)
    form = chance.choice(FORMS)
    spaced = mixed.replace(" ", chance.choice(["  ", "\n", "\t ", "\u3000"]))
    assert read_words(f" {unicodedata.normalize(form, spaced)} ") == read_words(text)


@given(st.lists(st.sampled_from([text for text in TEXTS if not read_words(text).corrects]), max_size=4))
def test_no_text_with_a_plain_denial_is_ever_delivered(words: list[str]) -> None:
    assert classify("Objeto não entregue - " + " ".join(words)) is not TrackingStatus.DELIVERED
    assert classify("Not delivered. " + " ".join(words)) is not TrackingStatus.DELIVERED
    assert classify("未妥投，" + " ".join(words)) is not TrackingStatus.DELIVERED


@pytest.mark.parametrize("words", ["not ", "n't ", "delivered to ", "entrega ", "进港", "nao x ", "【", "\u0301", "ﷺ"])
def test_a_hostile_text_is_classified_at_once(words: str) -> None:
    started = time.thread_time()
    read_words(words * 100_000)
    assert time.thread_time() - started < 2


def test_the_time_does_not_grow_with_what_stands_behind_a_line() -> None:
    read_words(line := "Objeto em trânsito " + "x y " * 200)
    started = time.thread_time()
    for number in range(200):
        read_words(f"{line}{number} " + "entrega " * 1000)
    assert time.thread_time() - started < 2
