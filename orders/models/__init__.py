"""The rows of the app, by subject."""

from orders.models.accounts import Membership, Store, User
from orders.models.arrivals import ArrivalEstimate
from orders.models.audit import AuditEntry, AuditKind, AuditOrigin
from orders.models.disruptions import Disruption, DisruptionCause, TouchedOrder
from orders.models.files import OrderFile
from orders.models.milestones import Milestone
from orders.models.orders import Buyer, Order, OrderItem, Shipment, TrackingEvent
from orders.models.providers import TrackingAccount, TrackingPush, TrackingSubscription
from orders.models.snapshots import Snapshot, SnapshotKind
from orders.models.tallies import Tally
from orders.models.timeline import PrivateData, TimelineEvent

__all__ = [
    "ArrivalEstimate",
    "AuditEntry",
    "AuditKind",
    "AuditOrigin",
    "Buyer",
    "Disruption",
    "DisruptionCause",
    "Membership",
    "Milestone",
    "Order",
    "OrderFile",
    "OrderItem",
    "PrivateData",
    "Shipment",
    "Snapshot",
    "SnapshotKind",
    "Store",
    "Tally",
    "TimelineEvent",
    "TouchedOrder",
    "TrackingAccount",
    "TrackingEvent",
    "TrackingPush",
    "TrackingSubscription",
    "User",
]
