"""A scenario file: one order and its events, as the contract writes them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from orders.events import Event, UnusableEvent, plain_text, read_amount, read_event, read_instant
from orders.importing.countries import parse_country
from orders.policies import load_policy
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


def load_scenario(path: Path, *, policy_name: str = "", timezone: str = "") -> Scenario:
    """Read a scenario. Raises UnusableScenario and UnusablePolicy.

    Its times without an offset are in the time zone, by default the platform's of the policy pack, which is else the
    one that the file names.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnusableScenario(f"{path.name}: not a JSON file: {error}") from error
    named = policy_name or (data.get("policy") if isinstance(data, dict) else "")
    zone = timezone or (load_policy(str(named)).platform_zone if named else "UTC")
    return read_scenario(data, path.name, timezone=zone)


def read_scenario(data: Any, where: str, *, timezone: str = "UTC") -> Scenario:
    """The scenario in a JSON document that stands at `where`, its times without an offset in the time zone.

    Raises UnusableScenario.
    """
    zone = ZoneInfo(timezone)
    if not isinstance(data, dict) or not isinstance(data.get("order"), dict):
        raise UnusableScenario(f"{where}: not a scenario: it has no `order` object")
    given = [] if data.get("events") is None else data["events"]
    if not isinstance(given, list):
        raise UnusableScenario(f"{where}: `events` is no list")
    try:
        events = [read_event(_placed(event, zone), f"{where}: events[{n}]") for n, event in enumerate(given)]
    except UnusableEvent as error:
        raise UnusableScenario(str(error)) from error
    until = _placed(data, zone).get("until")
    return Scenario(
        record=_read_order(_placed(data["order"], zone), where),
        events=tuple(sorted(events, key=lambda event: event.at)),
        policy_name=str(data.get("policy") or ""),
        until=_read(read_instant, until, f"{where}: until") if until else None,
    )


def _placed(given: Any, zone: ZoneInfo) -> Any:
    """An object's values, each instant without an offset with that of the zone."""
    if not isinstance(given, dict):
        return given
    return {
        key: _with_offset(value, zone) if key in EVENT_INSTANTS | INSTANTS else value for key, value in given.items()
    }


def _with_offset(value: Any, zone: ZoneInfo) -> Any:
    try:
        instant = datetime.fromisoformat(value)
        return value if instant.tzinfo else instant.replace(tzinfo=zone).isoformat()
    except (TypeError, ValueError, OverflowError):
        return value  # whoever reads it says what is wrong with it


def _whole_number(least: int, most: int) -> Any:
    def read(value: Any) -> int:
        text = str(value).removesuffix(".0")
        if isinstance(value, bool) or not text.isdecimal() or len(text) > 9 or not least <= int(text) <= most:
            raise ValueError(f"not a whole number from {least} to {most}")
        return int(text)

    return read


def _short(most: int) -> Any:
    def read(value: Any) -> str:
        text = plain_text(str(value)) if isinstance(value, str | int | float) else ""
        if not 0 < len(text) <= most:
            raise ValueError(f"not a text of at most {most} characters")
        return text

    return read


def _text_of(most: int) -> Any:
    def read(value: Any) -> str:
        return plain_text(str(value))[:most]

    return read


def _read_zone(value: Any) -> str:
    if not known_zone(str(value)):
        raise ValueError("not an IANA time zone such as America/Sao_Paulo")
    return str(value)


def _read_currency(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("[A-Za-z]{3}", value):
        raise ValueError("not a currency code such as USD")
    return value.upper()


def _read_price(value: Any) -> Decimal:
    """A price or a cost of one piece may have fractions of a cent."""
    price = Decimal(str(value)) if re.fullmatch(r"\d{1,10}(\.\d{1,4})?", str(value)) else None
    if price is None:
        raise ValueError("not an amount such as 23.50: at least 0, at most four decimals")
    return price


def _read_country(value: Any) -> str:
    """A two-letter code as it is, or a country's name."""
    code = str(value).strip().upper()
    return code if re.fullmatch("[A-Z]{2}", code) else parse_country(str(value))


READERS: dict[str, Any] = {
    "order_number": _short(64),
    "tracking_number": _short(64),
    "total": read_amount,
    "currency": _read_currency,
    "unit_price": _read_price,
    "unit_cost": _read_price,
    "promised_days": _whole_number(0, 1000),
    "quantity": _whole_number(1, 100_000),
    "email": _text_of(254),
    "phone": _text_of(100),
    "country": _read_country,
    "state": _text_of(100),
    "language": _text_of(35),
    "timezone": _read_zone,
    "tax_id": _text_of(50),
}
EVENT_INSTANTS = {"at", "until", "from", "to", "respond_by", "evidence_by"}
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
    return read_instant if key in INSTANTS else READERS.get(key, _text_of(500))


def _read(reader: Any, value: Any, where: str) -> Any:
    try:
        return reader(value)
    except ValueError as error:
        raise UnusableScenario(f"{where} = {value!r}: {error}") from error
