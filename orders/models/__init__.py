"""The rows of the app, by subject."""

from orders.models.accounts import Membership, Store, User
from orders.models.api import ApiScope, ApiToken, IdempotencyKey
from orders.models.arrivals import ArrivalEstimate, ParcelSheet
from orders.models.audit import AuditEntry, AuditKind, AuditOrigin
from orders.models.disruptions import Disruption, DisruptionCause, TouchedOrder
from orders.models.feeds import CalendarFeed
from orders.models.files import OrderFile
from orders.models.milestones import Milestone
from orders.models.orders import Buyer, Order, OrderItem, Shipment, TrackingEvent
from orders.models.platforms import (
    PlatformAccount,
    PlatformCapability,
    PlatformCommand,
    PlatformIssue,
    PlatformLine,
    PlatformPush,
)
from orders.models.providers import TrackingAccount, TrackingPush, TrackingSubscription
from orders.models.searching import SearchText
from orders.models.snapshots import Snapshot, SnapshotKind
from orders.models.tallies import Tally
from orders.models.timeline import PrivateData, TimelineEvent
from orders.models.views import SavedView
from orders.models.webhooks import DeliveryState, OffReason, Webhook, WebhookDelivery

__all__ = [
    "ApiScope",
    "ApiToken",
    "ArrivalEstimate",
    "AuditEntry",
    "AuditKind",
    "AuditOrigin",
    "Buyer",
    "CalendarFeed",
    "DeliveryState",
    "Disruption",
    "DisruptionCause",
    "IdempotencyKey",
    "Membership",
    "Milestone",
    "OffReason",
    "Order",
    "OrderFile",
    "OrderItem",
    "ParcelSheet",
    "PlatformAccount",
    "PlatformCapability",
    "PlatformCommand",
    "PlatformIssue",
    "PlatformLine",
    "PlatformPush",
    "PrivateData",
    "SavedView",
    "SearchText",
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
    "Webhook",
    "WebhookDelivery",
]
