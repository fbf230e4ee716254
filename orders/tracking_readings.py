"""What a status of a parcel means: the likely cause, what to do, what it proves, and a sentence for the buyer."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from orders.tracking_statuses import TrackingDetail, TrackingStatus

NOTHING = "nothing"  # words that tell of no status
LANGUAGES = ("pt-br", "es", "en", "zh-hans")  # that buyers are written to in


class TrackingCause(StrEnum):
    """Why, most likely, a parcel stands where it stands."""

    NORMAL_COURSE = "normal_course"
    NOT_HANDED_OVER = "not_handed_over"
    NUMBER_WRONG = "number_wrong"
    CARRIER_DELAY = "carrier_delay"
    CARRIER_FAULT = "carrier_fault"
    CUSTOMS_CHECK = "customs_check"
    PAPERS_MISSING = "papers_missing"
    DUTY_UNPAID = "duty_unpaid"
    AUTHORITY_DECISION = "authority_decision"
    ADDRESS = "address"
    BUYER_ABSENT = "buyer_absent"
    BUYER_REFUSAL = "buyer_refusal"
    BUYER_NOT_COLLECTING = "buyer_not_collecting"
    BUYER_DECISION = "buyer_decision"
    SENDER_DECISION = "sender_decision"
    SIGNATURE_DOUBT = "signature_doubt"
    LOSS = "loss"
    DAMAGE = "damage"
    TRACKING_ENDED = "tracking_ended"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a status means.

    `action` is a kind of action or empty; `exhibit` the kind of exhibit that the event supports (rule E); `is_normal`
    whether nobody need do anything (T1); `sentences` what the buyer is told, by language.
    """

    cause: TrackingCause
    action: str
    exhibit: str
    is_normal: bool
    sentences: dict[str, str]


def explain(status: TrackingStatus | None, detail: TrackingDetail = TrackingDetail.NONE) -> Explanation:
    """What the status means with that detail, or by itself where the detail adds nothing; None: words without one."""
    explanations = _load()
    name = str(status or NOTHING)
    return explanations.get(f"{name}/{detail}") or explanations[name]


@cache
def _load() -> dict[str, Explanation]:
    return read_explanations(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def read_explanations(document: str) -> dict[str, Explanation]:
    """The explanations of a TOML document, by status or "status/detail".

    Raises ValueError or KeyError when a name is wrong or a sentence is missing.
    """
    tables: dict[str, dict[str, Any]] = tomllib.loads(document)
    return {name: _explanation(name, {**tables[name.partition("/")[0]], **table}) for name, table in tables.items()}


def _explanation(name: str, table: dict[str, Any]) -> Explanation:
    status, _, detail = name.partition("/")
    if status != NOTHING:
        TrackingStatus(status)
    TrackingDetail(detail)
    return Explanation(
        TrackingCause(table["cause"]),
        table["action"],
        table["exhibit"],
        table["is_normal"],
        {language: table[language] for language in LANGUAGES},
    )
