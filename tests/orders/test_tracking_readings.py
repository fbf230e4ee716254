"""What each status means: a cause, an action, an exhibit, and a sentence for the buyer."""

import tomllib
from pathlib import Path

import pytest

from disputes import checklists
from disputes.models import ActionKind
from orders import tracking_readings
from orders.tracking_phrases import CARRIERS
from orders.tracking_readings import LANGUAGES, TrackingCause, explain, read_explanations
from orders.tracking_statuses import TrackingDetail, TrackingStatus

DOCUMENT = Path(tracking_readings.__file__).with_suffix(".toml").read_text(encoding="utf-8")
DATA = tomllib.loads(DOCUMENT)
EXPLANATIONS = read_explanations(DOCUMENT)


@pytest.mark.parametrize("status", [*TrackingStatus, None])
def test_every_status_is_explained_in_four_languages(status: TrackingStatus | None) -> None:
    assert set(explain(status).sentences) == set(LANGUAGES)
    assert all(sentence.strip() for sentence in explain(status).sentences.values())


def test_a_detail_is_explained_by_itself_where_it_matters() -> None:
    refused = explain(TrackingStatus.FAILED_ATTEMPT, TrackingDetail.REFUSED)
    assert (refused.cause, refused.action) == (TrackingCause.BUYER_REFUSAL, "record_choice")
    assert refused.sentences != explain(TrackingStatus.FAILED_ATTEMPT).sentences


def test_a_detail_that_adds_nothing_is_explained_by_its_status() -> None:
    assert explain(TrackingStatus.DELIVERED, TrackingDetail.IN_PERSON) == explain(TrackingStatus.DELIVERED)


def test_a_detail_takes_what_it_leaves_out_from_its_status() -> None:
    assert explain(TrackingStatus.CUSTOMS, TrackingDetail.ANVISA).is_normal
    assert explain(TrackingStatus.LOST, TrackingDetail.STOLEN).action == explain(TrackingStatus.LOST).action


def test_every_detail_that_is_explained_can_be_read() -> None:
    allowed = tomllib.loads((CARRIERS / "order.toml").read_text(encoding="utf-8"))["details"]
    whole = {says for path in CARRIERS.glob("*.toml") for says in tomllib.loads(path.read_text()).get("whole", {})}
    said = whole | {f"{status}/{detail}" for status, details in allowed.items() for detail in details}
    said |= {"in_transit/customs_unsaid", "in_transit/stop_requested", "export_customs/exit_refused"}
    assert {name for name in EXPLANATIONS if "/" in name} - said == set()


def test_every_action_and_exhibit_is_one_that_exists() -> None:
    assert {entry.action for entry in EXPLANATIONS.values()} - {"", *ActionKind.values} == set()
    slots = tomllib.loads(Path(checklists.__file__).with_suffix(".toml").read_text(encoding="utf-8"))["slots"]
    assert {entry.exhibit for entry in EXPLANATIONS.values()} - {
        kind for kinds in slots.values() for kind in kinds
    } == set()


def test_what_is_normal_asks_nothing_of_the_team_but_to_keep_the_proof() -> None:
    asked = {entry.action for entry in EXPLANATIONS.values() if entry.is_normal}
    assert asked == {"", "keep_delivery_proof"}


def test_what_is_not_normal_has_a_next_step() -> None:
    assert [name for name, entry in EXPLANATIONS.items() if not entry.is_normal and not entry.action] == []


def test_every_cause_is_used() -> None:
    assert {entry.cause for entry in EXPLANATIONS.values()} == set(TrackingCause)


def test_no_two_entries_tell_the_buyer_the_same() -> None:
    for language in LANGUAGES:
        sentences = [table[language] for table in DATA.values() if language in table]
        assert len(sentences) == len(set(sentences)) == len(DATA)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("[expired]", "[expird]"), ('"lost/stolen"', '"lost/stoln"'), ('"loss"', '"los"')],
)
def test_a_wrong_name_is_refused_when_it_is_read(right: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong.strip('[]"').rpartition("/")[2]):
        read_explanations(DOCUMENT.replace(right, wrong))


def test_a_missing_sentence_is_refused_when_it_is_read() -> None:
    with pytest.raises(KeyError, match="zh-hans"):
        read_explanations(DOCUMENT.replace("zh-hans", "zh-hens"))
