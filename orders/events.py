"""The events of the contract: what the platform, the carrier, the buyer or the seller says, with each type's keys.

A *fact* is always recorded. A *command* is what the seller asks of the program, and may be refused.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from orders.tracking_statuses import TrackingStatus


class EventType(StrEnum):
    """Every type of event that the program understands."""

    PAYMENT_CHECKING = "payment_checking"
    PAYMENT_CONFIRMED = "payment_confirmed"
    CANCELLATION_REQUESTED = "cancellation_requested"  # the buyer asks to call the order off (P8)
    CANCELLATION_REFUSED = "cancellation_refused"  # the order goes on: we said no, or he took it back
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    TAX_ID_PROVIDED = "tax_id_provided"
    RECEIPT_EXTENDED = "receipt_extended"
    FUNDS_RELEASED = "funds_released"
    BUYER_CHOICE = "buyer_choice"
    SHIPPED = "shipped"
    DISRUPTION = "disruption"
    TRACKING = "tracking"
    TRACKING_LOOKUP = "tracking_lookup"
    DELIVERED = "delivered"
    RECEIPT_DENIED = "receipt_denied"  # the buyer says that it did not arrive, whatever the tracking says (T5)
    RECEIPT_CONFIRMED = "receipt_confirmed"  # the buyer has it
    BUYER_MESSAGE = "buyer_message"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_CHANGED = "dispute_changed"
    COUNTER_OFFER = "counter_offer"
    DISPUTE_ACCEPTED = "dispute_accepted"
    DISPUTE_WITHDRAWN = "dispute_withdrawn"
    PLATFORM_NOTICE = "platform_notice"
    RETURN_ARRIVED = "return_arrived"  # what the buyer sent back is with us: dates that waited for it begin to run
    EVIDENCE_ADDED = "evidence_added"
    EVIDENCE_SUBMITTED = "evidence_submitted"
    VERDICT = "verdict"
    REFUND_ISSUED = "refund_issued"
    REPAID = "repaid"
    REVIEW_RECEIVED = "review_received"


class UnusableEvent(ValueError):
    """An event that cannot be read; the message says which key, what stood there, and what was expected."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at `at` (UTC), or, with `is_command`, that the seller wants done."""

    type: EventType
    at: datetime
    is_command: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """A text of the event; empty where it says nothing."""
        return str(self.data.get(key) or "")


def read_instant(value: Any) -> datetime:
    """An ISO 8601 instant, in UTC; one without an offset is taken as UTC. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("not an instant such as 2026-03-04T15:00:00Z")
    try:
        instant = datetime.fromisoformat(value)
        instant = instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("not an instant such as 2026-03-04T15:00:00Z") from error
    if not 2000 <= instant.year <= 2100:
        raise ValueError("not an instant between the years 2000 and 2100")
    return instant


def read_amount(value: Any) -> Decimal:
    """An amount of money, not negative, with at most two decimals. Raises ValueError."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("not an amount such as 23.50") from error
    if not amount.is_finite() or amount < 0 or amount >= Decimal("1e11") or amount != amount.quantize(Decimal("0.01")):
        raise ValueError("not an amount such as 23.50: at least 0, at most two decimals")
    return amount.quantize(Decimal("0.01"))


def plain_text(text: str) -> str:
    """The text with its control characters as spaces (M9): no database takes them all, and no header takes one."""
    if text.isprintable():
        return text
    return "".join(" " if unicodedata.category(letter) in {"Cc", "Cs"} else letter for letter in text)


def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return plain_text(value)


def _read_number(value: Any) -> str:
    """A parcel's number, which a script may have written as a number."""
    return _read_text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def _read_found(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")
    return value


def _read_stars(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 5:
        raise ValueError("not a number of stars from 1 to 5")
    return value


def _read_quantity(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError("not a whole number from 1 on")
    return value


def _one_of(*words: str) -> Any:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"not one of {', '.join(words)}")
        return str(value)

    return read


def _read_status(value: Any) -> str:
    return "" if value == "" else str(_one_of(*TrackingStatus)(value))


def _read_item(value: Any) -> str:
    """The SKU or the position of an order's item."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("neither a SKU nor the number of an item")
    return plain_text(str(value))


READERS: dict[str, Any] = {
    "amount": read_amount,
    "protection_ends_at": read_instant,
    "respond_by": read_instant,
    "evidence_by": read_instant,
    "respond_when": _one_of("", "return_arrived"),
    "from": read_instant,
    "to": read_instant,
    "found": _read_found,
    "stars": _read_stars,
    "missing_quantity": _read_quantity,
    "item": _read_item,
    "tracking_number": _read_number,
    "choice": _one_of("wait", "refund", "partial_refund"),
    "outcome": _one_of("won", "lost", "settled"),
    "status": _read_status,
}
REQUIRED: dict[EventType, tuple[str, ...]] = {
    EventType.TAX_ID_PROVIDED: ("tax_id",),
    EventType.RECEIPT_EXTENDED: ("protection_ends_at",),
    EventType.BUYER_CHOICE: ("choice",),
    EventType.TRACKING_LOOKUP: ("source", "found"),
    EventType.VERDICT: ("outcome",),
    EventType.REVIEW_RECEIVED: ("stars",),
    EventType.EVIDENCE_ADDED: ("kind",),
}


def read_event(given: Any, where: str) -> Event:
    """An event as the contract writes it. Raises UnusableEvent, naming `where` it stands."""
    if not isinstance(given, dict):
        raise UnusableEvent(f"{where}: not an object with `at` and `type`")
    try:
        kind = EventType(str(given.get("type")))
    except ValueError as error:
        raise UnusableEvent(f"{where}: unknown event type {given.get('type')!r}") from error
    if missing := [key for key in REQUIRED.get(kind, ()) if given.get(key) is None]:
        raise UnusableEvent(f"{where}: {kind} needs {missing[0]!r}")
    if given.get("as") not in (None, "command", "fact"):
        raise UnusableEvent(f'{where}: as = {given["as"]!r}: expected "command", or nothing for a fact')
    values = {key: value for key, value in given.items() if key not in {"at", "type", "as"} and value is not None}
    return Event(
        kind,
        _read_key("at", given.get("at"), where),
        is_command=given.get("as") == "command",
        data={key: _read_key(key, value, where) for key, value in values.items()},
    )


def _read_key(key: str, value: Any, where: str) -> Any:
    try:
        return read_instant(value) if key == "at" else READERS.get(key, _read_text)(value)
    except ValueError as error:
        raise UnusableEvent(f"{where}: {key} = {value!r}: {error}") from error
