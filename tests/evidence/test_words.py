"""The words of bundles, and the machine's readiness to set them."""

import re
from pathlib import Path

import pytest
from django.core.checks import run_checks

import evidence
from disputes.checklists import exhibit_kinds
from disputes.reasons import BUYERS_CAUSES, SELLERS_CAUSES, Reason
from evidence.bundling.arguing import load_arguments
from evidence.bundling.cases import Translator
from evidence.bundling.changes import ChangeKind
from evidence.bundling.drawing import Lane, Sign
from evidence.bundling.problems import Problem
from evidence.bundling.telling import TOLD
from evidence.phrasing import Phrasebook, load_phrases, phrase_languages
from evidence.recipients import recipients
from evidence.templatetags.bundle import breakable, is_right_to_left, paragraphs, script_language, words
from messaging.vocabulary import Purpose
from orders.events import EventType
from orders.models import DisruptionCause, SnapshotKind
from orders.tracking_statuses import TrackingStatus

SECTIONS = Path(evidence.__file__).parent / "templates/evidence/sections"
NEEDED = {
    "reasons": set(Reason),
    "causes": BUYERS_CAUSES | SELLERS_CAUSES,
    "events": {*EventType, "sent"},
    "statuses": set(TrackingStatus),
    "purposes": set(Purpose),
    "problems": set(Problem),
    "keys": set(TOLD),
    "kinds": {*exhibit_kinds(), "disruption_notice"},
    "assertions": set(load_arguments()["assertions"]),
    "changes": set(ChangeKind),
    "translated": set(Translator),
    "drawn": {*Lane, *Sign, "clock"},
    "disruptions": set(DisruptionCause.values),
    "snapshots": set(SnapshotKind.values),
}


@pytest.mark.parametrize("table", NEEDED)
def test_english_has_a_word_for_everything(table: str) -> None:
    assert NEEDED[table] - set(load_phrases("en")[table]) == set()


@pytest.mark.parametrize("table", load_phrases("zh-hans"))
def test_chinese_has_what_english_has_in_the_tables_that_it_has(table: str) -> None:
    assert set(load_phrases("zh-hans")[table]) == set(load_phrases("en")[table])


def test_every_recipient_speaks_languages_that_there_are() -> None:
    assert {language for profile in recipients().values() for language in profile.languages} <= set(phrase_languages())


@pytest.mark.parametrize("name", sorted(path.name for path in SECTIONS.glob("*.html")))
def test_every_label_of_a_section_has_its_words(name: str) -> None:
    text = (SECTIONS / name).read_text(encoding="utf-8")
    used = set(re.findall(r"\bsay\.(\w+)", text))
    assert used or name == "stamps.html"
    assert used - set(load_phrases("en")["labels"]) == set()


def test_a_word_that_nobody_knows_is_shown_as_it_came() -> None:
    assert Phrasebook(("en", "zh-hans")).say("reasons", "never_heard_{of}").text == "never heard {of}"


def test_right_to_left_is_told_by_the_first_letter() -> None:
    assert is_right_to_left("123 مرحبا hello")
    assert not is_right_to_left("hello مرحبا")
    assert 'dir="rtl"' in words("مرحبا")


@pytest.mark.parametrize(
    ("text", "language"), [("中文", "zh-Hans"), ("ひらがな漢字", "ja"), ("한국", "ko"), ("Olá", "")]
)
def test_the_shapes_of_a_script_are_those_of_its_language(text: str, language: str) -> None:
    assert script_language(text) == language


def test_text_from_outside_is_data() -> None:
    assert "<b>" not in words("<b>bold</b>")
    assert "\x00" not in words("a\x00b")
    assert max(len(run) for run in breakable("x" * 500).split("\u200b")) == 40
    assert paragraphs("one\n\ntwo").count("<p>") == 2


def test_this_machine_can_make_bundles() -> None:
    assert [message.id for message in run_checks() if str(message.id).startswith("evidence.")] == []
