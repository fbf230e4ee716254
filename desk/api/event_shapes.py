"""Events as programs send them: the contract's types, each with its own keys."""

from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict, PlainValidator, WithJsonSchema, create_model

from desk.api.problems import INVALID, Problem
from desk.api.values import Amount, Instant, text
from disputes.reasons import Reason
from orders.events import REQUIRED, Event, EventType, UnusableEvent, read_event
from orders.models import ApiScope
from orders.tracking_statuses import TrackingStatus


def _read_item(value: Any) -> Any:
    is_position = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 10_000
    if not is_position and not (isinstance(value, str) and len(value) <= 500):
        raise ValueError("expected a SKU, or the number of an item")
    return value


Item = Annotated[
    Any,
    PlainValidator(_read_item),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "maxLength": 500}, {"type": "integer", "minimum": 1, "maximum": 10000}],
         "description": "a SKU, or an item's position from 1 on"}
    ),
]  # fmt: skip
Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=1, le=100_000)]
Stars = Annotated[int, Field(strict=True, ge=1, le=5)]

# How each key of an event is written.
WRITTEN: dict[str, Any] = {
    "amount": Amount,
    "protection_ends_at": Instant,
    "respond_by": Instant,
    "evidence_by": Instant,
    "respond_when": Literal["", "return_arrived"],
    "from": Instant,
    "to": Instant,
    "found": Flag,
    "stars": Stars,
    "missing_quantity": Count,
    "item": Item,
    "choice": Literal["wait", "refund", "partial_refund"],
    "outcome": Literal["won", "lost", "settled"],
    "status": TrackingStatus,
    "reason": text(100, says=f"usually one of {', '.join(Reason)}; another word is looked at by a person"),
    "tracking_number": text(64),
    "text": text(5000),
    "description": text(2000),
    "exception": text(300, says="why it is shipped before the funds arrived"),
    "despite": text(
        20, says="rules that would refuse it, and that you know of: P8, he asks to cancel; R1, a refund case is open"
    ),
    "tax_id": text(50),
    "kind": text(60),
    "carrier": text(100),
    "location": text(100),
    "source": text(100),
    "region": text(100),
    "cause": text(100),
    "customs_cause": text(100),
    "signed_by": text(40),
}
DISPUTE_DATES = ("respond_by", "respond_when")
# Which keys an event of a type may have; those of no type here have none.
KEYS: dict[EventType, tuple[str, ...]] = {
    EventType.TAX_ID_PROVIDED: ("tax_id",),
    EventType.RECEIPT_EXTENDED: ("protection_ends_at",),
    EventType.FUNDS_RELEASED: ("amount",),
    EventType.BUYER_CHOICE: ("choice", "amount"),
    EventType.SHIPPED: ("carrier", "tracking_number", "exception", "despite"),
    EventType.DISRUPTION: ("region", "carrier", "from", "to", "cause"),
    EventType.TRACKING: ("status", "description", "location", "source"),
    EventType.TRACKING_LOOKUP: ("source", "found"),
    EventType.DELIVERED: ("source",),
    EventType.RECEIPT_DENIED: ("text", "signed_by"),
    EventType.BUYER_MESSAGE: ("text",),
    EventType.DISPUTE_OPENED: ("reason", "amount", "missing_quantity", "customs_cause", "item", *DISPUTE_DATES),
    EventType.DISPUTE_CHANGED: ("amount", "reason", "customs_cause", *DISPUTE_DATES),
    EventType.COUNTER_OFFER: ("amount",),
    EventType.PLATFORM_NOTICE: ("evidence_by",),
    EventType.EVIDENCE_ADDED: ("kind", "source"),
    EventType.VERDICT: ("outcome", "amount"),
    EventType.REFUND_ISSUED: ("amount",),
    EventType.REPAID: ("amount",),
    EventType.REVIEW_RECEIVED: ("stars", "text"),
}
OF_DISPUTES = {
    EventType.DISPUTE_OPENED, EventType.DISPUTE_CHANGED, EventType.COUNTER_OFFER, EventType.DISPUTE_ACCEPTED,
    EventType.DISPUTE_WITHDRAWN, EventType.PLATFORM_NOTICE, EventType.EVIDENCE_ADDED, EventType.EVIDENCE_SUBMITTED,
    EventType.VERDICT,
}  # fmt: skip


class EventBase(Schema):
    """What all events have."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    at: Annotated[Instant | None, Field(description="when it happened; without it, now")] = None
    way: Annotated[
        Literal["fact", "command"],
        Field(alias="as", description="a fact is always recorded; a command is refused where a rule forbids it"),
    ] = "fact"


def _shape(kind: EventType) -> type[EventBase]:
    fields: dict[str, Any] = {"type": (Literal[kind.value], ...)}
    for key in KEYS.get(kind, ()):
        is_needed = key in REQUIRED.get(kind, ())
        name = f"{key}_" if key == "from" else key
        about = Field(alias=key) if name != key else Field()
        fields[name] = (Annotated[WRITTEN[key], about], ...) if is_needed else (
            Annotated[WRITTEN[key] | None, about], None
        )  # fmt: skip
    name = "Event" + "".join(part.title() for part in kind.split("_"))
    return create_model(name, __base__=EventBase, __doc__=None, **fields)


SHAPES: Mapping[EventType, type[EventBase]] = {kind: _shape(kind) for kind in EventType}
if TYPE_CHECKING:
    EventIn = EventBase
else:
    EventIn = Annotated[reduce(or_, SHAPES.values()), Field(discriminator="type")]


def scope_of(kind: EventType) -> ApiScope:
    """What a token needs to record an event of this type."""
    return ApiScope.DISPUTES_WRITE if kind in OF_DISPUTES else ApiScope.ORDERS_WRITE


def to_event(given: EventBase, *, now: datetime) -> Event:
    """The event behind what was sent; facts lie in the past. Raises Problem."""
    said = given.model_dump(by_alias=True, exclude_none=True)
    said = {key: _plain(value) for key, value in said.items()} | {"at": (given.at or now).isoformat()}
    try:
        event = read_event(said, "the event")
    except UnusableEvent as error:
        raise Problem(INVALID, str(error)) from error
    if event.at > now:
        raise Problem(INVALID, "body.at: it lies in the future", errors=[{"pointer": "body.at", "detail": "future"}])
    return event


def _plain(value: Any) -> Any:
    """As the contract writes it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | bool) else str(value)
