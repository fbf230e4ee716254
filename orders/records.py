"""What an order file or a scenario says about one order, before anything is stored."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class BuyerRecord:
    """The buyer as the file names him; an empty string where it says nothing."""

    name: str = ""
    email: str = ""
    phone: str = ""
    country: str = ""  # ISO 3166 alpha-2
    state: str = ""
    city: str = ""
    language: str = ""
    timezone: str = ""  # IANA name
    tax_id: str = ""  # CPF or CNPJ, as text


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One line of the order; prices and costs are per unit, in the order's currency."""

    sku: str = ""
    title: str = ""
    quantity: int = 1
    unit_price: Decimal | None = None
    unit_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """One order: who, what, how much, and the dated facts (instants in UTC; None where not known)."""

    order_number: str
    placed_at: datetime
    payment_method: str = ""
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    carrier: str = ""
    tracking_number: str = ""
    delivered_at: datetime | None = None
    promised_at: datetime | None = None
    promised_days: int | None = None
    protection_ends_at: datetime | None = None
    status: str = ""  # the platform's own word; the policy pack maps it
    currency: str = ""  # ISO 4217
    total: Decimal | None = None
    shipping_service: str = ""  # the platform's own word; the policy pack maps it
    ship_by: datetime | None = None
    buyer: BuyerRecord = field(default_factory=BuyerRecord)
    items: tuple[ItemRecord, ...] = ()
    row: int | None = None  # the row of the file it starts on: the header is row 1

    def dated_facts(self) -> Iterator[tuple[datetime, str]]:
        """The facts behind the dated columns, as (instant, event type), in the order in which they came about."""
        dated = [
            (self.paid_at, "payment_confirmed"),
            (self.shipped_at, "shipped"),
            (self.delivered_at, "delivered"),
        ]
        # The sort is stable: at one instant paid comes before shipped, and shipped before delivered.
        yield from sorted(((at, kind) for at, kind in dated if at is not None), key=lambda fact: fact[0])


@dataclass(frozen=True, slots=True)
class TrackingRecord:
    """One line of a tracking file: what a carrier said about a parcel, and when (UTC)."""

    tracking_number: str
    at: datetime
    status: str = ""  # an internal status, or empty: then the description is classified
    description: str = ""
    location: str = ""
    source: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """One line of a contacts file: how the buyer of an order is reached; an empty string where it says nothing."""

    order_number: str
    email: str = ""
    phone: str = ""
    language: str = ""
    timezone: str = ""  # IANA name
    name: str = ""
    row: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """A buyer's review as a file, a platform or a person tells it; instants in UTC, empty where nothing is said.

    `review_id` is the platform's own; `answered_at` is when the shop's reply appeared under it. `ratings` is how many
    the reviewer has given anywhere, `good_share` which share of them was good, from 0 to 1 (R11).
    """

    order_number: str
    stars: int  # 1 to 5
    created_at: datetime
    title: str = ""
    text: str = ""
    answered_at: datetime | None = None
    reply: str = ""
    review_id: str = ""
    author: str = ""
    language: str = ""
    is_follow_up: bool = False
    ratings: int | None = None
    good_share: float | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that cannot be used: which row and field, what stood there, and why not."""

    row: int
    field: str
    value: str
    error: str

    def as_json(self) -> dict[str, object]:
        """The contract's form of a rejected row."""
        return {"row": self.row, "field": self.field, "value": self.value, "error": self.error}
