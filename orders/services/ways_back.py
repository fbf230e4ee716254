"""Where an order belongs when a dispute is over (D11), or when a carrier took a delivery back (T10)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from orders.policies import Policy
from orders.services.ledger import OrderLedger


def way_back(ledger: OrderLedger, at: datetime) -> Callable[[datetime], None]:
    """The transition that brings an order to where its facts say that it belongs (D11, T10)."""
    order: Any = ledger.order  # the machine's transitions carry no types
    policy = ledger.policy
    over_at = order.delivered_at + policy.duration("G4") if order.delivered_at and policy.has("G4") else None
    stages = [
        ("C3", order.return_to_contact_60),
        ("C2", order.return_to_contact_45),
        ("C1", order.return_to_contact_30),
    ]
    due = [way for rule, way in stages if _has_come(order.shipped_at, policy, rule, at)]
    ways: list[tuple[Any, Callable[[datetime], None]]] = [
        (order.refunded_at, order.refund),
        (order.completed_at or (over_at and over_at <= at), order.return_to_completed),
        (order.delivered_at, order.return_to_delivered),
        (order.cancelled_at, order.return_to_cancelled),
        (due, due[0] if due else order.return_to_shipped),
        (order.shipped_at, order.return_to_shipped),
        (order.paid_at, order.return_to_paid),
        (order.expired_at, order.return_to_payment_expired),
    ]
    return next((way for applies, way in ways if applies), order.return_to_payment_pending)


def _has_come(shipped_at: datetime | None, policy: Policy, rule: str, at: datetime) -> bool:
    """Whether the stage fell due before `at`; one that falls due at this very instant has its own turn after it."""
    return shipped_at is not None and policy.has(rule) and shipped_at + policy.duration(rule) < at
