"""Reading the contract's events: what each type needs, and what an unusable one is told."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.events import REQUIRED, Event, EventType, UnusableEvent, read_amount, read_event, read_instant
from orders.tracking_statuses import TrackingStatus

AT = "2026-03-04T15:00:00Z"
NOON = datetime(2026, 3, 4, 15, tzinfo=UTC)
HERE = "events[3]"

# The contract's table: type → a value for every key that it prints.
CONTRACT: dict[str, dict[str, Any]] = {
    "payment_checking": {},
    "payment_confirmed": {},
    "cancelled": {},
    "completed": {},
    "tax_id_provided": {"tax_id": "529.982.247-25"},
    "receipt_extended": {"protection_ends_at": "2026-06-01T00:00:00Z"},
    "funds_released": {"amount": "23.50"},
    "buyer_choice": {"choice": "partial_refund"},
    "shipped": {"carrier": "China Post", "tracking_number": "LB000000000CN", "exception": "she asked"},
    "disruption": {"region": "SP", "carrier": "Correios", "from": AT, "to": AT, "cause": "strike"},
    "tracking": {"status": "arrived", "description": "…", "location": "Curitiba", "source": "17track"},
    "tracking_lookup": {"source": "correios", "found": False},
    "delivered": {"source": "correios"},
    "buyer_message": {"text": "Cadê?"},
    "dispute_opened": {
        "reason": "short_shipment",
        "amount": "10.00",
        "missing_quantity": 1,
        "customs_cause": "undervalued",
        "item": "A1",
    },
    "dispute_changed": {"amount": "5", "reason": "damaged", "customs_cause": ""},
    "counter_offer": {"amount": "0"},
    "dispute_accepted": {},
    "dispute_withdrawn": {},
    "platform_notice": {},
    "evidence_added": {"kind": "delivery_proof", "source": "correios"},
    "evidence_submitted": {},
    "verdict": {"outcome": "settled", "amount": "1.00"},
    "refund_issued": {"amount": "23.50"},
    "repaid": {"amount": "23.50"},
    "review_received": {"stars": 2, "text": "…"},
}


def refusal(given: Any) -> str:
    with pytest.raises(UnusableEvent) as refused:
        read_event(given, HERE)
    return str(refused.value)


def test_the_contracts_types_are_the_programs_types() -> None:
    added = {  # what the contract does not know yet (T5, P8, D1)
        EventType.RECEIPT_DENIED,
        EventType.RECEIPT_CONFIRMED,
        EventType.CANCELLATION_REQUESTED,
        EventType.CANCELLATION_REFUSED,
        EventType.RETURN_ARRIVED,
    }
    assert set(CONTRACT) == {str(kind) for kind in EventType if kind not in added}


@pytest.mark.parametrize(("kind", "keys"), CONTRACT.items())
def test_an_event_is_read_with_every_key_of_its_type(kind: str, keys: dict[str, Any]) -> None:
    event = read_event({"at": AT, "type": kind, **keys}, HERE)
    assert (event.type, event.at, event.is_command) == (EventType(kind), NOON, False)
    assert set(event.data) == set(keys)


@pytest.mark.parametrize(("kind", "keys"), CONTRACT.items())
def test_an_event_is_read_with_no_key_but_those_it_needs(kind: str, keys: dict[str, Any]) -> None:
    needed = {key: keys[key] for key in REQUIRED.get(EventType(kind), ())}
    assert set(read_event({"at": AT, "type": kind, **needed}, HERE).data) == set(needed)


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind, keys in REQUIRED.items() for key in keys])
def test_an_event_is_refused_when_a_key_that_it_needs_is_missing(kind: EventType, key: str) -> None:
    keys = {name: value for name, value in CONTRACT[kind].items() if name != key}
    expected = f"{HERE}: {kind} needs {key!r}"
    assert refusal({"at": AT, "type": kind, **keys}) == expected
    assert refusal({"at": AT, "type": kind, **keys, key: None}) == expected


def test_values_are_read_as_what_they_are() -> None:
    extended = read_event({"at": AT, "type": "receipt_extended", "protection_ends_at": "2026-06-01"}, HERE)
    assert extended.data["protection_ends_at"] == datetime(2026, 6, 1, tzinfo=UTC)
    assert read_event({"at": AT, "type": "repaid", "amount": 23.5}, HERE).data["amount"] == Decimal("23.50")
    assert read_event({"at": AT, "type": "tracking", "status": "customs"}, HERE).data["status"] == "customs"


def test_a_command_is_told_from_a_fact() -> None:
    assert read_event({"at": AT, "type": "shipped", "as": "command"}, HERE).is_command
    assert not read_event({"at": AT, "type": "shipped", "as": None}, HERE).is_command


def test_a_key_without_a_value_is_no_key() -> None:
    event = read_event({"at": AT, "type": "shipped", "carrier": None}, HERE)
    assert event.data == {}
    assert event.text("carrier") == ""


UNUSABLE = [
    (None, "events[3]: not an object with `at` and `type`"),
    ([], "events[3]: not an object"),
    ("shipped", "events[3]: not an object"),
    ({}, "events[3]: unknown event type None"),
    ({"at": AT, "type": "teleported"}, "events[3]: unknown event type 'teleported'"),
    ({"at": AT, "type": ["shipped"]}, "events[3]: unknown event type ['shipped']"),
    ({"type": "shipped"}, "events[3]: at = None: not an instant such as 2026-03-04T15:00:00Z"),
    ({"at": "yesterday", "type": "shipped"}, "events[3]: at = 'yesterday': not an instant"),
    ({"at": 1772636400, "type": "shipped"}, "events[3]: at = 1772636400: not an instant"),
    ({"at": AT, "type": "shipped", "as": "order"}, "events[3]: as = 'order': expected \"command\""),
    ({"at": AT, "type": "shipped", "as": ["command"]}, "events[3]: as = ['command']: expected \"command\""),
    ({"at": AT, "type": "shipped", "as": {}}, 'events[3]: as = {}: expected "command"'),
    ({"at": AT, "type": "shipped", "carrier": 5}, "events[3]: carrier = 5: not a text"),
    ({"at": AT, "type": "repaid", "amount": "-1"}, "events[3]: amount = '-1': not an amount"),
    ({"at": AT, "type": "repaid", "amount": "1,50"}, "events[3]: amount = '1,50': not an amount"),
    ({"at": AT, "type": "repaid", "amount": "1.505"}, "events[3]: amount = '1.505': not an amount"),
    ({"at": AT, "type": "repaid", "amount": "NaN"}, "events[3]: amount = 'NaN': not an amount"),
    ({"at": AT, "type": "repaid", "amount": "1e400"}, "events[3]: amount = '1e400': not an amount"),
    ({"at": AT, "type": "repaid", "amount": True}, "events[3]: amount = True: not an amount"),
    ({"at": AT, "type": "repaid", "amount": []}, "events[3]: amount = []: not an amount"),
    (
        {"at": AT, "type": "buyer_choice", "choice": "cake"},
        "events[3]: choice = 'cake': not one of wait, refund,",
    ),
    ({"at": AT, "type": "buyer_choice", "choice": []}, "events[3]: choice = []: not one of wait"),
    (
        {"at": AT, "type": "verdict", "outcome": "draw"},
        "events[3]: outcome = 'draw': not one of won, lost, settled",
    ),
    ({"at": AT, "type": "tracking", "status": "gone"}, "events[3]: status = 'gone': not one of no_scan"),
    ({"at": AT, "type": "tracking", "status": 0}, "events[3]: status = 0: "),
    ({"at": AT, "type": "tracking", "status": []}, "events[3]: status = []: "),
    (
        {"at": AT, "type": "tracking_lookup", "source": "17track", "found": "no"},
        "events[3]: found = 'no': neither true nor false",
    ),
    (
        {"at": AT, "type": "review_received", "stars": 6},
        "events[3]: stars = 6: not a number of stars from 1 to 5",
    ),
    ({"at": AT, "type": "review_received", "stars": True}, "events[3]: stars = True: not a number of stars"),
    ({"at": AT, "type": "review_received", "stars": 2.5}, "events[3]: stars = 2.5: not a number of stars"),
    (
        {"at": AT, "type": "dispute_opened", "missing_quantity": 0},
        "events[3]: missing_quantity = 0: not a whole number",
    ),
    ({"at": AT, "type": "dispute_opened", "item": {}}, "events[3]: item = {}: "),
    (
        {"at": AT, "type": "tax_id_provided", "tax_id": 52998224725},
        "events[3]: tax_id = 52998224725: not a text",
    ),
    (
        {"at": AT, "type": "receipt_extended", "protection_ends_at": "soon"},
        "events[3]: protection_ends_at = 'soon': not an instant",
    ),
]


@pytest.mark.parametrize(("given", "message"), UNUSABLE, ids=[message for _, message in UNUSABLE])
def test_an_unusable_event_is_told_where_it_stands_which_key_and_what_stood_there(given: Any, message: str) -> None:
    assert refusal(given).startswith(message)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-04T15:00:00Z", NOON),
        ("2026-03-04T15:00:00", NOON),
        ("2026-03-04T12:00:00-03:00", NOON),
        ("2026-03-04 23:00:00+08:00", NOON),
        ("2026-03-04", NOON.replace(hour=0)),
    ],
)
def test_an_instant_is_read_into_utc(text: str, instant: datetime) -> None:
    assert read_instant(text) == instant
    assert read_instant(text).utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "", "2026-13-01", "12:00"])
def test_an_instant_is_refused_when_there_is_no_such(text: str) -> None:
    with pytest.raises(ValueError, match="not an instant such as"):
        read_instant(text)


@given(st.datetimes(datetime(2000, 1, 3), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_an_instant_is_the_same_one_after_reading(naive: datetime, minutes: int) -> None:
    written = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read_instant(written.isoformat()) == written


@given(st.decimals(0, "99999999999", places=2, allow_nan=False, allow_infinity=False))
def test_an_amount_keeps_its_value_and_has_two_decimals(amount: Decimal) -> None:
    read = read_amount(str(amount))
    assert read == amount
    assert read.as_tuple().exponent == -2


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = sorted({"at", "type", "as", "made_up", *(key for keys in CONTRACT.values() for key in keys)})
likely_values = st.sampled_from([AT, *EventType, *TrackingStatus, "command", "1.00", "won", True, 3]) | json_values
events = st.dictionaries(st.sampled_from(KEYS), likely_values)


@given(json_values)
def test_any_json_is_read_or_told_that_it_is_unusable(value: Any) -> None:
    assert refusal(value).startswith(HERE)


def read_or_refused(given: Any) -> Event | str:
    try:
        return read_event(given, HERE)
    except UnusableEvent as error:
        return str(error)


@given(events, st.sampled_from(EventType))
def test_any_event_is_read_or_told_that_it_is_unusable(given: dict[str, Any], kind: EventType) -> None:
    read = read_or_refused({"type": kind, "at": AT} | given)
    assert read.startswith(f"{HERE}: ") if isinstance(read, str) else read.at.utcoffset() == timedelta(0)
