"""The rows of the app, by subject."""

from orders.models.accounts import Membership, Store, User
from orders.models.files import OrderFile
from orders.models.milestones import Milestone
from orders.models.orders import Buyer, Order, OrderItem, Shipment, TrackingEvent
from orders.models.timeline import PrivateData, TimelineEvent

__all__ = [
    "Buyer",
    "Membership",
    "Milestone",
    "Order",
    "OrderFile",
    "OrderItem",
    "PrivateData",
    "Shipment",
    "Store",
    "TimelineEvent",
    "TrackingEvent",
    "User",
]
