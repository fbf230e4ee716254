"""A case as a bundle tells it: plain values, nothing of the database. Instants are UTC; words are keys of phrases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from evidence.file_types import FileType


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class CaseExhibit:
    """A file that proves something; `mark` is its name in the bundle."""

    mark: str
    kind: str
    source: str
    caption: str
    name: str
    sha256: str
    size: int
    file_type: FileType
    added_at: datetime
    path: Path


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the order."""

    sku: str
    title: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel of the order."""

    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What the buyer wants, and why."""

    reason: str
    customs_cause: str
    amount: Money | None
    missing_quantity: int | None
    item: str


@dataclass(frozen=True, slots=True)
class CaseOffer:
    """What the seller offered."""

    at: datetime
    amount: Money | None
    remedy: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline; `text` is what a person said, `data` the event's own values."""

    at: datetime
    type: str
    data: Mapping[str, Any]
    text: str


@dataclass(frozen=True, slots=True)
class TrackingNews:
    """What a carrier said of a parcel."""

    at: datetime
    status: str
    place: str
    words: str
    source: str
    parcel: str


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that reached its channel, with its proof where it left as a mail."""

    at: datetime
    purpose: str
    channel: str
    language: str
    to: str
    subject: str
    body: str
    message_id: str
    proof_sha256: str


@dataclass(frozen=True, slots=True)
class CaseSlot:
    """A proof that the case calls for, and the exhibits that give it."""

    kind: str
    is_filled: bool
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All that a bundle prints. `made_of` is the date of the newest thing in it: the bundle's own date."""

    order_number: str
    dispute_number: int
    platform: str
    zone: str
    seller: str
    buyer: str
    buyer_country: str
    items: tuple[Item, ...]
    parcels: tuple[Parcel, ...]
    total: Money | None
    claim: Claim
    position: str
    offers: tuple[CaseOffer, ...]
    dates: Mapping[str, datetime]
    timeline: tuple[Happening, ...]
    tracking: tuple[TrackingNews, ...]
    messages: tuple[SentMessage, ...]
    slots: tuple[CaseSlot, ...]
    exhibits: tuple[CaseExhibit, ...]
    made_of: datetime
