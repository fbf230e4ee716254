"""Whether a message may still leave: looked at when it is queued, and again when its window opens (rule C)."""

from django.db.models import prefetch_related_objects

from messaging.vocabulary import Purpose
from orders.models import Order, Store
from orders.tax_ids import is_tax_id

OVER = ("delivered", "refunded", "cancelled", "completed")

# What has happened to the order since, that leaves a message without its sense. Named by the order's `…_at` fields.
ENDED_BY: dict[Purpose, tuple[str, ...]] = {
    Purpose.ORDER_RECEIVED: OVER,
    Purpose.TAX_ID_REQUEST: OVER,
    Purpose.PAYMENT_REMINDER: ("paid", "expired", "shipped", *OVER),
    Purpose.PAYMENT_EXPIRED: ("paid", "shipped", *OVER),
    Purpose.SHIP_DELAY: ("shipped", *OVER),
    Purpose.SHIPPED: OVER,
    Purpose.CONTACT_30: OVER,
    Purpose.CONTACT_45: OVER,
    Purpose.CONTACT_60: OVER,
    Purpose.DUTY_PAYMENT: OVER,
    Purpose.PICKUP_WAITING: OVER,
    Purpose.TRACKING_UPDATE: OVER,
    Purpose.PARCEL_MOVED: OVER,
    Purpose.FAILED_ATTEMPT: OVER,
    Purpose.DELAY_DISRUPTION: OVER,
    Purpose.DELIVERED: ("refunded", "cancelled"),
    Purpose.NOT_RECEIVED: ("refunded", "cancelled"),
    Purpose.REVIEW_REQUEST: ("refunded", "cancelled"),
    Purpose.CASE_RECEIVED: ("refunded", "cancelled"),
    Purpose.REFUND_APPROVED: ("refunded",),
}
# A message about where the parcel is has lost its sense when the parcel has moved on.
WHILE_STATUS = {
    Purpose.DUTY_PAYMENT: "duty_due",
    Purpose.PICKUP_WAITING: "pickup_waiting",
    Purpose.FAILED_ATTEMPT: "failed_attempt",
}
AFTER_DELIVERY = {Purpose.DELIVERED, Purpose.REVIEW_REQUEST}  # a carrier may take a delivery back (T10)
DISPUTE_OPEN = "dispute_open"
SWITCHED_OFF = "switched_off"  # the store writes to nobody for this purpose (M2)
ERASED = "erased"  # nobody is left to write to
# About money that went back, and what a person writes himself: the only ones that a buyer in dispute still gets.
IN_DISPUTE = {Purpose.REFUND_ISSUED, Purpose.REPAYMENT_REQUEST, Purpose.REPLY}


def message_obstacle(purpose: Purpose, order: Order) -> str:
    """Why the message must not leave now (such as "delivered"), or an empty string."""
    return order_obstacle(purpose, order) or (SWITCHED_OFF if is_switched_off(purpose, order.store) else "")


def is_switched_off(purpose: Purpose, store: Store) -> bool:
    """Whether the store does not write for this purpose; its switches are read once for one object of it."""
    if store.pk is None:
        return False
    prefetch_related_objects([store], "purpose_switches")
    return any(switch.purpose == purpose and not switch.is_on for switch in store.purpose_switches.all())


def order_obstacle(purpose: Purpose, order: Order) -> str:
    """The same, as far as the order itself says it."""
    if ended := next((name for name in ENDED_BY.get(purpose, ()) if getattr(order, f"{name}_at")), ""):
        return ended
    if order.buyer.erased_at:
        return ERASED
    if order.disputed_at and purpose not in IN_DISPUTE:
        return DISPUTE_OPEN
    if purpose is Purpose.PAYMENT_REMINDER and order.payment_checking_since:
        return "payment_checking"
    if purpose is Purpose.TAX_ID_REQUEST and is_tax_id(order.buyer.tax_id):
        return "tax_id_provided"
    if purpose in AFTER_DELIVERY and order.delivered_at is None:
        return "not_delivered"
    if purpose is Purpose.NOT_RECEIVED and order.receipt_denied_at is None:
        return "received"
    if purpose in WHILE_STATUS and order.tracking_status != WHILE_STATUS[purpose]:
        return "moved_on"
    return ""
