"""A case as a bundle tells it: plain values, nothing of the database. Instants are UTC; words are keys of phrases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from evidence.bundling.changes import Changes
from evidence.bundling.chats import Said
from evidence.file_types import FileType


class Translator(StrEnum):
    """Who put a caption into the other language."""

    HUMAN = "human"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class CaseExhibit:
    """A file that proves something; `mark` is its name in the bundle, `key` what tells it in every version.

    `translation` is the caption in another language, by whom `translated_by` says; `chat` what a chat record holds. One
    that was not readable when it came in proves nothing: it is shown where somebody wants it, and never cited.
    """

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
    key: str = ""
    translation: str = ""
    translation_language: str = ""
    translated_by: Translator = Translator.HUMAN
    chat: tuple[Said, ...] = ()
    is_readable: bool = True


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
    """What the buyer wants, and why; without an amount, an item and pieces it is the whole order."""

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

    @property
    def gives_something(self) -> bool:
        """Whether it is more than the offer of nothing, by which a platform lets a seller say no."""
        return bool(self.remedy) or (self.amount is not None and self.amount.amount > 0)


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline; `text` is what a person said, `data` the event's own values."""

    at: datetime
    type: str
    data: Mapping[str, Any]
    text: str


@dataclass(frozen=True, slots=True)
class TrackingNews:
    """What a carrier said of a parcel; `fetched_at` is when we read it, `voided_at` when it took it back (T10)."""

    at: datetime
    status: str
    place: str
    words: str
    source: str
    parcel: str
    fetched_at: datetime | None = None
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseDisruption:
    """A cause of delay that touches the parcel (T9); `notice` is the hash of its paper, where it has one."""

    at: datetime
    until: datetime | None
    cause: str
    words: str
    region: str
    carrier: str
    route: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class CaseSnapshot:
    """A view that was frozen on a day: `lines` are its values by their keys, `rows` its list's, the newest last.

    `earlier` rows are not among them; the hash is that of the whole.
    """

    at: datetime
    kind: str
    occasion: str
    source: str
    sha256: str
    lines: tuple[tuple[str, str], ...]
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    earlier: int = 0


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that the archive's copy carries along, as it is stored; whoever attaches it checks its hash first."""

    name: str
    path: Path
    sha256: str
    media_type: str
    description: str


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that reached its channel, with its proof where it left as a mail: `proof_name` as it is attached."""

    at: datetime
    purpose: str
    channel: str
    language: str
    to: str
    subject: str
    body: str
    message_id: str
    proof_sha256: str
    proof_name: str = ""


@dataclass(frozen=True, slots=True)
class CaseSlot:
    """A proof that the case calls for, the exhibits that give it, and from whom one is on record without a file."""

    kind: str
    is_filled: bool
    marks: tuple[str, ...]
    without_file: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign that a review is no honest one (R11): its points, and its sentence by language."""

    points: int
    said: tuple[tuple[str, str], ...]

    def in_language(self, language: str) -> str:
        """The sentence in a language, else in the first that it has."""
        return dict(self.said).get(language) or self.said[0][1]


@dataclass(frozen=True, slots=True)
class CaseReview:
    """A review that the platform is asked to take down: as it stands there, and what speaks against it.

    `number` tells it from the store's others; `points` is the sum of the signs, of 100.
    """

    number: int
    platform_id: str
    stars: int
    title: str
    text: str
    author: str
    written_at: datetime
    points: int
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All that a bundle prints. `made_of` is the date of the newest thing in it: how far its record goes.

    `zone` is the platform's clock, on which everything is told; the other two are told beside it where that matters.
    """

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
    seller_zone: str = ""
    buyer_zone: str = ""
    seller_language: str = "zh-hans"
    disruptions: tuple[CaseDisruption, ...] = ()
    snapshots: tuple[CaseSnapshot, ...] = ()
    changes: Changes | None = None
    attachments: tuple[Attachment, ...] = ()
    argues: bool = False  # whether the seller answers the claim in words, on the first page
    review: CaseReview | None = None  # then the case is an appeal, and there is no dispute

    @property
    def claims_whole(self) -> bool:
        """Whether the buyer named no amount, no item and no missing pieces, and so asks for all that was paid."""
        names_part = bool(self.claim.item or self.claim.missing_quantity)
        return self.claim.amount is None and not names_part and self.total is not None

    @property
    def claimed(self) -> Money | None:
        """What the buyer asks for, as far as it is known."""
        return self.total if self.claims_whole else self.claim.amount
