"""The answer's shape: every key of the contract, its type, and the samples that come with the specification."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from disputes.scenarios import UnusableScenario, load_scenario, read_scenario
from tests.cast import command, fact, is_utc, paid, replay, scenario, shipped, z

pytestmark = pytest.mark.django_db
KEYS = {
    "transitions": {"at", "of", "from", "to", "by"},
    "milestones": {"kind", "rule", "due_at", "outcome", "at", "reason"},
    "messages": {"at", "purpose", "channel", "language", "to", "subject", "body"},
    "actions": {"at", "kind", "rule", "due_at"},
    "advice": {"at", "recommendation", "liability", "rule", "missing"},
    "violations": {"at", "rule"},
    "refused": {"at", "type", "rule", "error"},
}
KINDS = {
    "payment_reminder",
    "payment_expiry",
    "ship_warning",
    "ship_overdue",
    "first_scan",
    "contact_30",
    "contact_45",
    "contact_60",
    "protection_check",
    "tracking_stalled",
    "not_in_destination",
    "tracking_follow_up",
    "promise_end",
    "review_request",
    "completion",
    "review_reply_due",
}


@pytest.fixture
def answer() -> dict[str, Any]:
    return replay(
        command("03-02 12:10", "shipped"),
        shipped("03-02 12:30"),
        paid(),
        fact("04-20 13:00", "buyer_choice", choice="refund"),
        fact("05-30 13:00", "delivered"),
        fact("06-01 13:00", "review_received", stars=1, text="late"),
    )


def test_every_key_of_the_contract_is_there(answer: dict[str, Any]) -> None:
    assert set(answer) == {"order", "dispute", *KEYS}
    assert set(answer["order"]) >= {"state", "protection_ends_at"}
    assert answer["dispute"] is None
    for name, keys in KEYS.items():
        assert name == "advice" or answer[name], name
        assert all(keys <= set(row) for row in answer[name]), name


def test_every_instant_is_in_utc_with_z(answer: dict[str, Any]) -> None:
    instants = [
        value
        for name in KEYS
        for row in answer[name]
        for key, value in row.items()
        if key in {"at", "due_at"} and value is not None
    ]
    assert len(instants) > 20
    assert all(is_utc(value) for value in [*instants, answer["order"]["protection_ends_at"]])


def test_every_word_is_one_of_the_contracts(answer: dict[str, Any]) -> None:
    assert {row["kind"] for row in answer["milestones"]} <= KINDS
    assert {row["outcome"] for row in answer["milestones"]} <= {"fired", "cancelled", "pending"}
    assert {row["channel"] for row in answer["messages"]} <= {"email", "by_hand"}
    assert all(row["reason"] and row["at"] for row in answer["milestones"] if row["outcome"] == "cancelled")
    assert all(row["at"] is None for row in answer["milestones"] if row["outcome"] == "pending")


def test_the_answer_is_plain_json(answer: dict[str, Any]) -> None:
    assert json.loads(json.dumps(answer)) == answer


def test_a_fraction_of_a_second_is_kept() -> None:
    answer = replay(fact("03-02 13:00", "payment_confirmed") | {"at": "2026-03-02T10:00:00.25-03:00"})
    assert answer["transitions"][0]["at"] == "2026-03-02T13:00:00.250000Z"
    assert datetime.fromisoformat(answer["transitions"][0]["at"])


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"at": z("03-03 00:00"), "type": "teleported"}, "teleported"),
        ({"at": z("03-03 00:00")}, "type"),
        ({"type": "shipped"}, "at"),
        ({"at": "yesterday", "type": "shipped"}, "yesterday"),
        ({"at": z("03-03 00:00"), "type": "shipped", "as": "wish"}, "wish"),
        ({"at": z("03-03 00:00"), "type": "tracking", "status": "flying"}, "flying"),
        ({"at": z("03-03 00:00"), "type": "refund_issued", "amount": "-1"}, "-1"),
        ({"at": z("03-03 00:00"), "type": "buyer_choice"}, "choice"),
        ("shipped", "events[0]"),
    ],
)
def test_an_event_that_cannot_be_read_is_named(event: Any, said: str) -> None:
    with pytest.raises(UnusableScenario, match=r"events\[0\]") as error:
        read_scenario(scenario(event), "file.json")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "change",
    [
        {"order": None},
        {"order": []},
        {"order": {"order_number": "1"}},
        {"order": {"placed_at": z("03-02 12:00")}},
        {"order": {"order_number": "1", "placed_at": "03/02"}},
        {"order": {"order_number": "1", "placed_at": z("03-02 12:00"), "total": "many"}},
        {"order": {"order_number": "1", "placed_at": z("03-02 12:00"), "buyer": "Maria"}},
        {"order": {"order_number": "1", "placed_at": z("03-02 12:00"), "items": ["lamp"]}},
        {"order": {"order_number": "1", "placed_at": z("03-02 12:00"), "buyer": {"timezone": "Mars/Olympus"}}},
        {"order": {"order_number": "1", "placed_at": z("03-02 12:00"), "promised_days": -1}},
        {"order": {"order_number": "1", "placed_at": z("03-02 12:00"), "promised_days": 10**9}},
        {"order": {"order_number": "1", "placed_at": z("03-02 12:00"), "items": [{"quantity": 10**30}]}},
        {"order": {"order_number": "1" * 10_000, "placed_at": z("03-02 12:00")}},
        {"order": {"order_number": "1", "placed_at": "9999-12-31T23:59:59Z"}},
        {"order": {"order_number": "1", "placed_at": "0001-01-01T00:00:00Z"}},
        {"events": {}},
        {"until": "never"},
    ],
)
def test_a_scenario_that_cannot_be_used_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UnusableScenario):
        read_scenario(scenario() | change, "file.json")


LOCAL = {
    "policy": "aliexpress-br",
    "order": {"order_number": "1", "placed_at": "2026-03-02 12:00"},
    "events": [
        {"at": "2026-03-03T09:00:00", "type": "payment_confirmed"},
        {"at": "2026-03-03T09:00:00+08:00", "type": "receipt_extended", "protection_ends_at": "2026-06-01"},
    ],
    "until": "2026-07-01T00:00",
}


@pytest.mark.parametrize(
    ("given", "offset"),
    [
        ({}, timedelta(hours=-7)),  # the platform's summer; its winter for what is of before March 8
        ({"timezone": "Asia/Shanghai"}, timedelta(hours=8)),
        ({"timezone": "UTC"}, timedelta(0)),
        ({"policy_name": "taobao-cn"}, timedelta(hours=8)),
    ],
)
def test_a_time_without_an_offset_is_of_the_zone_that_is_asked_for_or_of_the_platform(
    tmp_path: Path, given: dict[str, str], offset: timedelta
) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(LOCAL), encoding="utf-8")
    read = load_scenario(path, **given)
    before = timedelta(hours=-8) if offset == timedelta(hours=-7) else offset
    assert read.record.placed_at == datetime(2026, 3, 2, 12, tzinfo=timezone(before))
    extended, confirmed = sorted(read.events, key=lambda event: event.type, reverse=True)
    assert confirmed.at == datetime(2026, 3, 3, 9, tzinfo=timezone(before))
    assert extended.at == datetime(2026, 3, 3, 1, tzinfo=UTC)
    assert extended.data["protection_ends_at"] == datetime(2026, 6, 1, tzinfo=timezone(offset))
    assert read.until == datetime(2026, 7, 1, tzinfo=timezone(offset))
