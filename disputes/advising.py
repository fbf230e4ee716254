"""Table A: what to answer, who is liable, and the rule that says so. The first matching row wins, as printed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from disputes.reasons import BUYERS_CAUSES, NOT_RECEIVED, SELLERS_CAUSES, Reason
from orders.tracking_statuses import TrackingStatus

NOT_IN_TRANSIT = {TrackingStatus.RETURNING, TrackingStatus.RETURNED, TrackingStatus.LOST, TrackingStatus.EXPIRED}
WEIGHT_PROOFS = {"unit_weight_photo", "parcel_weight_photo", "waybill_receipt", "carrier_weight_certificate"}
GENUINE_PROOFS = {"authorisation", "purchase_invoice"}
NEEDS_PHOTO = {Reason.DAMAGED, Reason.WRONG_ITEM, Reason.MISSING_PARTS, Reason.DIFFERENT, Reason.QUALITY}
SOURCES_NEEDED = 2  # of a lookup, before a number is called unknown (T6)
CENT = Decimal("0.01")


class Liability(StrEnum):
    """Who bears the loss, as far as it is known."""

    SELLER = "seller"
    BUYER = "buyer"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """All that the table looks at, at one moment."""

    reason: str
    customs_cause: str
    exhibits: frozenset[str]  # the kinds that were added, before the dispute too
    lookups: dict[str, bool]  # source → whether its latest answer knew the number
    has_scan: bool  # any tracking event but `no_scan`
    tracking_status: str
    is_shipped: bool
    is_delivered: bool
    is_promise_over: bool
    missing_quantity: int | None
    ordered_quantity: int | None
    ordered_amount: Decimal | None  # of the disputed item; of the order, where none is named

    @property
    def is_not_received(self) -> bool:
        """Whether the reason is of the not-received family."""
        return self.reason in NOT_RECEIVED

    @property
    def has_movement(self) -> bool:
        """Whether some source has seen the parcel move."""
        return self.has_scan or any(self.lookups.values())

    @property
    def is_in_transit(self) -> bool:
        """Shipped, not delivered, and not on a way that ends elsewhere."""
        return self.is_shipped and not self.is_delivered and self.tracking_status not in NOT_IN_TRANSIT


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, who is liable, and by which rule; the amount where the rule gives one."""

    rule: str
    recommendation: str
    liability: Liability
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    rule: str
    applies: Callable[[CaseFacts], bool]
    recommendation: str
    liability: Liability


def _has(reason: Reason) -> Callable[[CaseFacts], bool]:
    return lambda case: case.reason == reason


def _is_customs(case: CaseFacts) -> bool:
    return case.reason == Reason.CUSTOMS_HOLD


def _is_untracked(case: CaseFacts) -> bool:
    return case.reason == Reason.TRACKING_NOT_FOUND


def _has_photo(case: CaseFacts) -> bool:
    return "buyer_photo" in case.exhibits


SELLER, BUYER, UNDETERMINED = Liability.SELLER, Liability.BUYER, Liability.UNDETERMINED

TABLE: tuple[Row, ...] = (
    Row("A1", _has(Reason.VIRTUAL_GOODS), "accept_refund", SELLER),
    Row("A2", lambda c: _is_customs(c) and c.customs_cause in SELLERS_CAUSES, "accept_refund", SELLER),
    Row(
        "A3",
        lambda c: _is_customs(c) and c.customs_cause in BUYERS_CAUSES and "carrier_certificate" in c.exhibits,
        "contest",
        BUYER,
    ),
    Row(
        "A4",
        lambda c: _is_customs(c) and c.customs_cause in BUYERS_CAUSES,
        "request_carrier_certificate",
        UNDETERMINED,
    ),
    Row("A5", _is_customs, "request_buyer_proof", UNDETERMINED),
    Row("A6", lambda c: _is_untracked(c) and len(c.lookups) < SOURCES_NEEDED, "verify_tracking", UNDETERMINED),
    Row("A7", lambda c: _is_untracked(c) and not any(c.lookups.values()), "accept_refund", SELLER),
    Row("A8", lambda c: _is_untracked(c) and c.has_movement and not c.is_promise_over, "contest", BUYER),
    Row("A9", lambda c: c.is_not_received and c.is_delivered and "delivery_proof" in c.exhibits, "contest", BUYER),
    Row("A10", lambda c: c.is_not_received and c.is_delivered, "verify_delivery", UNDETERMINED),
    Row("A11", lambda c: c.is_not_received and c.is_promise_over, "accept_refund", SELLER),
    Row("A21", _has(Reason.RETURNED_TO_SENDER), "verify_carrier_reason", UNDETERMINED),
    Row("A23", lambda c: c.is_not_received and not c.is_shipped, "accept_refund", SELLER),
    Row("A12", lambda c: c.is_not_received and c.is_in_transit, "contest", UNDETERMINED),
    Row("A13", lambda c: c.reason == Reason.SHORT_SHIPMENT and c.exhibits >= WEIGHT_PROOFS, "contest", BUYER),
    Row("A14", _has(Reason.SHORT_SHIPMENT), "partial_refund", SELLER),
    Row("A15", lambda c: c.reason in NEEDS_PHOTO and not _has_photo(c), "request_buyer_photo", UNDETERMINED),
    Row("A16", lambda c: c.reason in {Reason.WRONG_ITEM, Reason.MISSING_PARTS}, "reship", SELLER),
    Row("A17", _has(Reason.DAMAGED), "partial_refund", SELLER),
    Row("A18", lambda c: c.reason in {Reason.DIFFERENT, Reason.QUALITY}, "counter_offer", UNDETERMINED),
    Row("A19", lambda c: c.reason == Reason.COUNTERFEIT and c.exhibits >= GENUINE_PROOFS, "contest", BUYER),
    Row("A20", _has(Reason.COUNTERFEIT), "accept_refund", SELLER),
    Row("A22", lambda _case: True, "review_manually", UNDETERMINED),
)


def advise(case: CaseFacts) -> Advice:
    """The first row of the table that applies."""
    row = next(row for row in TABLE if row.applies(case))
    amount = missing_share(case) if row.rule == "A14" else None
    return Advice(row.rule, row.recommendation, row.liability, amount)


def missing_share(case: CaseFacts) -> Decimal | None:
    """A14's amount: missing / ordered quantity × what was paid for it; None where a term is not known."""
    if not case.missing_quantity or not case.ordered_quantity or case.ordered_amount is None:
        return None
    share = Decimal(min(case.missing_quantity, case.ordered_quantity)) / case.ordered_quantity
    return (share * case.ordered_amount).quantize(CENT, ROUND_HALF_UP)


def turning_points(case: CaseFacts) -> list[tuple[str, Advice]]:
    """What would change the advice: each single step that does, and the advice after it."""
    now = advise(case)
    exhibits = ["carrier_certificate", "delivery_proof", "buyer_photo", *sorted(WEIGHT_PROOFS | GENUINE_PROOFS)]
    changed = [
        (f"exhibit:{kind}", _with(case, exhibits=case.exhibits | {kind}))
        for kind in exhibits
        if kind not in case.exhibits
    ]
    changed += [
        ("promise_over", _with(case, is_promise_over=True)),
        ("delivered", _with(case, is_delivered=True)),
    ]
    return [(step, advise(after)) for step, after in changed if advise(after) != now]


def _with(case: CaseFacts, **changes: object) -> CaseFacts:
    return replace(case, **changes)  # type: ignore[arg-type]
