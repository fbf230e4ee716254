"""What the API answers about claims: disputes, bundles of evidence, after-sale cases, reviews."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from ninja import Field, Schema

from desk.api.shapes import MilestoneOut, OrderRef
from disputes.case_lifecycle import AfterSaleState
from disputes.review_lifecycle import ReviewState
from evidence.models import BundleState


# --- disputes ---------------------------------------------------------------------------------------------------------
class DisputeOut(Schema):
    """A buyer's claim; `amount` is in the order's currency. A date that nobody knows is null."""

    id: int
    order: OrderRef
    number: int
    state: str
    reason: str
    customs_cause: str
    item: str
    amount: Decimal | None
    opened_at: datetime
    respond_by: datetime | None
    evidence_by: datetime | None
    closed_at: datetime | None
    awarded: Decimal | None


class DisputePage(Schema):
    """A page of disputes, newest first."""

    items: list[DisputeOut]
    next_cursor: str | None


class AdviceOut(Schema):
    """What the rules advised at a moment, whose liability it is, and what is missing to prove it."""

    at: datetime
    rule: str
    recommendation: str
    liability: str
    missing: list[str]
    amount: Decimal | None


class OfferOut(Schema):
    """What the seller offered."""

    at: datetime
    amount: Decimal | None
    remedy: str


class DisputeDetail(DisputeOut):
    """A dispute with its advice, offers and dates."""

    advice: list[AdviceOut]
    offers: list[OfferOut]
    deadlines: list[MilestoneOut]


class BundleOut(Schema):
    """A version of a dispute's evidence; its files are there once it is `ready`."""

    id: int
    dispute: int = Field(alias="dispute_id")
    number: int
    recipient: str
    state: BundleState
    progress: int
    requested_at: datetime
    submitted_at: datetime | None
    pages: int
    size: int
    sha256: str
    file_count: int
    error: str

    @staticmethod
    def resolve_file_count(bundle: Any) -> int:
        """How many files it has."""
        return len(bundle.files) or int(bool(bundle.file))


class BundlePage(Schema):
    """A page of bundles, newest first."""

    items: list[BundleOut]
    next_cursor: str | None


# --- after-sale cases and reviews -------------------------------------------------------------------------------------
class CaseOut(Schema):
    """Something a buyer asks for after he paid; amounts are in the order's currency."""

    id: int
    order: OrderRef
    number: int
    kind: str
    state: AfterSaleState
    step: str
    next_at: datetime
    cause: str
    item: str
    quantity: int | None
    amount: Decimal | None
    granted: Decimal | None
    refunded: Decimal
    remedy: str
    fault: str
    result: str
    opened_at: datetime
    decided_at: datetime | None
    settled_at: datetime | None
    closed_at: datetime | None


class CasePage(Schema):
    """A page of cases, newest first."""

    items: list[CaseOut]
    next_cursor: str | None


class StepOut(Schema):
    """A step of the case's playbook that was taken."""

    name: str
    taken_at: datetime
    taken_by: str
    data: dict[str, Any]


class CaseParcelOut(Schema):
    """A parcel of a case: what comes back, or what is shipped again."""

    way: str
    carrier: str
    tracking_number: str
    seller_pays: bool | None
    sent_at: datetime | None
    scanned_at: datetime | None
    arrived_at: datetime | None


class MoneyOut(Schema):
    """A line of the ledger of goodwill and compensation."""

    kind: str
    rule: str
    amount: Decimal
    currency: str
    booked_at: datetime
    paid_at: datetime | None
    voided_at: datetime | None


class CaseDetail(CaseOut):
    """A case with its steps, parcels and money."""

    steps: list[StepOut]
    parcels: list[CaseParcelOut]
    money: list[MoneyOut] = Field(alias="money_entries")


class ReviewOut(Schema):
    """What a buyer said in public, its likely cause, and how far it is."""

    id: int
    order_id: int | None
    order_number: str
    state: ReviewState
    stars: int
    title: str
    text: str
    language: str
    kind: str
    cause: str
    detail: str
    suspicion: int
    reviewed_at: datetime
    received_at: datetime
    next_at: datetime | None
    answered_at: datetime | None
    reply_text: str
    closed_at: datetime | None


class ReviewPage(Schema):
    """A page of reviews, newest first."""

    items: list[ReviewOut]
    next_cursor: str | None
