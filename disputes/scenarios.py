"""A scenario file: one order and its events, as the contract writes them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from orders.events import Event, UnusableEvent, plain_text, read_amount, read_event, read_instant
from orders.records import BuyerRecord, ItemRecord, OrderRecord
from orders.zones import known_zone


class UnusableScenario(ValueError):
    """A file that is no scenario; the message says what, where, and what was expected."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One order, what happens to it, under which policy pack, and until when it is looked at."""

    record: OrderRecord
    events: tuple[Event, ...]
    policy_name: str
    until: datetime | None


def load_scenario(path: Path) -> Scenario:
    """Read a scenario. Raises UnusableScenario."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UnusableScenario(f"{path.name}: not a JSON file: {error}") from error
    return read_scenario(data, path.name)


def read_scenario(data: Any, where: str) -> Scenario:
    """The scenario in a JSON document that stands at `where`. Raises UnusableScenario."""
    if not isinstance(data, dict) or not isinstance(data.get("order"), dict):
        raise UnusableScenario(f"{where}: not a scenario: it has no `order` object")
    given = data.get("events", [])
    if not isinstance(given, list):
        raise UnusableScenario(f"{where}: `events` is no list")
    try:
        events = [read_event(event, f"{where}: events[{number}]") for number, event in enumerate(given)]
    except UnusableEvent as error:
        raise UnusableScenario(str(error)) from error
    until = data.get("until")
    return Scenario(
        record=_read_order(data["order"], where),
        events=tuple(sorted(events, key=lambda event: event.at)),
        policy_name=str(data.get("policy") or ""),
        until=_read(read_instant, until, f"{where}: until") if until else None,
    )


def _read_days(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1000:
        raise ValueError("not a whole number from 0 to 1000")
    return value


def _read_zone(value: Any) -> str:
    if value and not known_zone(str(value)):
        raise ValueError("not an IANA time zone such as America/Sao_Paulo")
    return str(value)


def _read_text(value: Any) -> str:
    return plain_text(str(value))[:500]


def _read_number(value: Any) -> str:
    if not 0 < len(str(value)) <= 64:
        raise ValueError("not a number of at most 64 characters")
    return str(value)


READERS: dict[str, Any] = {
    "order_number": _read_number,
    "tracking_number": _read_number,
    "total": read_amount,
    "unit_price": read_amount,
    "unit_cost": read_amount,
    "promised_days": _read_days,
    "quantity": _read_days,
    "timezone": _read_zone,
}
INSTANTS = {
    "placed_at",
    "paid_at",
    "shipped_at",
    "delivered_at",
    "promised_at",
    "protection_ends_at",
    "ship_by",
}


def _read_order(given: Mapping[str, Any], where: str) -> OrderRecord:
    for key in ("order_number", "placed_at"):
        if not given.get(key):
            raise UnusableScenario(f"{where}: order.{key} is missing")
    items = given.get("items") or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise UnusableScenario(f"{where}: order.items is no list of objects")
    return OrderRecord(
        **_read_fields(given, OrderRecord, f"{where}: order"),
        buyer=BuyerRecord(**_read_fields(given.get("buyer") or {}, BuyerRecord, f"{where}: order.buyer")),
        items=tuple(
            ItemRecord(**_read_fields(item, ItemRecord, f"{where}: order.items[{number}]"))
            for number, item in enumerate(items)
        ),
    )


def _read_fields(given: Any, record: Any, where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise UnusableScenario(f"{where} is no object")
    known = set(record.__slots__) - {"buyer", "items", "row"}
    return {
        key: _read(_reader(key), value, f"{where}.{key}")
        for key, value in given.items()
        if key in known and value not in (None, "")
    }


def _reader(key: str) -> Any:
    return read_instant if key in INSTANTS else READERS.get(key, _read_text)


def _read(reader: Any, value: Any, where: str) -> Any:
    try:
        return reader(value)
    except ValueError as error:
        raise UnusableScenario(f"{where} = {value!r}: {error}") from error
