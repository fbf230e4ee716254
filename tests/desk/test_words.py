"""Nothing that a page may name is without its words, and dates read as people write them."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from desk import clocks, reason_words, text_words, tracking_words, words
from desk.rules import RULES, rule_sentence
from disputes.deadlines import DisputeMilestone
from disputes.reasons import Reason
from disputes.services.after_sale_dates import AfterSaleMilestone
from disputes.services.reviews import ReviewMilestone
from disputes.services.tracking_cases import CaseMilestone
from disputes.tracking_lifecycle import CaseStep
from messaging.models.promises import PromiseMilestone
from messaging.vocabulary import TEXT_PURPOSES, Language, Purpose, ReplyGroup, TextGroup, Variable
from messaging.wording import WordingKind
from orders.events import EventType
from orders.planning import DEFINITIONS, MilestoneKind
from orders.policies import SCHEMA, load_policy, policy_names
from orders.tracking_readings import TrackingCause
from orders.tracking_statuses import TrackingDetail, TrackingStatus
from orders.triage import TrackingQueue

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("codes", "table"),
    [
        (EventType, words.EVENTS),
        (
            [
                *MilestoneKind,
                *DisputeMilestone,
                *CaseMilestone,
                *PromiseMilestone,
                *AfterSaleMilestone,
                *ReviewMilestone,
            ],
            words.MILESTONES,
        ),
        (TrackingQueue, tracking_words.QUEUES),
        (TrackingQueue, tracking_words.ADVICE),
        ([detail for detail in TrackingDetail if detail], tracking_words.DETAILS),
        (TrackingCause, tracking_words.CAUSES),
        (CaseStep, tracking_words.STEPS),
        (Purpose, words.PURPOSES),
        (Language, words.LANGUAGES),
        (Variable, words.VARIABLES),
        (TrackingStatus, words.TRACKING),
        (Reason, words.DISPUTE_REASONS),
        (WordingKind, words.WORDING),
        (ReplyGroup, text_words.REPLY_GROUPS),
        (TextGroup, text_words.TEXT_GROUPS),
        (TEXT_PURPOSES, text_words.PURPOSE_CAUSES),
        ({name for definition in DEFINITIONS.values() for name in definition.ended_by}, reason_words.REASONS),
    ],
)
def test_every_code_has_its_words(codes: list[str], table: dict[str, Any]) -> None:
    assert [code for code in codes if code not in table] == []


def test_the_dates_that_write_are_those_that_a_switch_names() -> None:
    assert set(text_words.WRITTEN_BY.values()) == set(words.WRITING_KINDS)


def test_every_rule_of_a_pack_has_its_sentence() -> None:
    assert [rule for rule in SCHEMA if rule not in RULES and rule[0] not in "AE"] == []


@pytest.mark.parametrize("pack", policy_names())
def test_a_sentence_has_every_value_that_its_pack_gives(pack: str) -> None:
    policy = load_policy(pack)
    sentences = {rule: rule_sentence(rule, policy) for rule in RULES if policy.has(rule)}
    assert [rule for rule, sentence in sentences.items() if re.search(r"…|%\(|timedelta", sentence)] == []


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (timedelta(seconds=5), "in 1 min"),
        (timedelta(hours=3), "in 3 h"),
        (timedelta(hours=47), "in 47 h"),
        (timedelta(days=2), "in 2 days"),
        (timedelta(hours=-3), "3 h late"),
        (timedelta(days=-2), "2 days late"),
    ],
)
def test_a_distance_reads_as_people_say_it(span: timedelta, expected: str) -> None:
    assert clocks.format_due(NOW + span, NOW) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "2 Dec 2025 06:30"), ("pt-br", "2 de dez. de 2025 06:30"), ("zh-hans", "2025年12月2日 06:30")],
)
def test_a_date_of_another_year_names_it_in_the_readers_way(language: str, expected: str) -> None:
    with translation.override(language):
        instant = datetime(2025, 12, 2, 9, 30, tzinfo=UTC)
        assert clocks.format_instant(instant, now=NOW, zone=ZoneInfo("America/Sao_Paulo")) == expected


@pytest.mark.parametrize(("currency", "expected"), [("USD", "US$23.50"), ("", "23.5"), ("XYZ", "XYZ 23.50")])
def test_an_amount_keeps_its_currency(currency: str, expected: str) -> None:
    assert clocks.format_money(Decimal("23.50"), currency).replace("\xa0", " ") == expected


@pytest.mark.parametrize(
    ("language", "zone", "city"),
    [
        ("en", "America/Sao_Paulo", "Sao Paulo"),
        ("pt-br", "America/Sao_Paulo", "São Paulo"),
        ("zh-hans", "Asia/Shanghai", "上海"),
        ("en", "America/Argentina/Buenos_Aires", "Buenos Aires"),
    ],
)
def test_a_clock_names_its_place_in_the_readers_language(language: str, zone: str, city: str) -> None:
    with translation.override(language):
        assert clocks.Clock("", ZoneInfo(zone)).city == city
