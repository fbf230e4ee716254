"""What is kept about a buyer, in one document: the answer to his request for access (LGPD art. 18, PIPL art. 45)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from evidence.models import Bundle, Exhibit
from messaging.models import Message
from orders.models import AuditKind, Buyer, Order, OrderItem, PrivateData, Shipment, TrackingEvent
from orders.services.auditing import Doer, note_deed
from orders.services.erasure import ERASED_FIELDS, KEPT_FIELDS

OF_ORDER = [
    "order_number", "placed_at", "state", "paid_at", "shipped_at", "delivered_at", "completed_at", "cancelled_at",
    "refunded_at", "payment_method", "currency", "total", "refunded_amount",
]  # fmt: skip


def disclose_buyer(buyer_id: int, *, doer: Doer, now: datetime) -> dict[str, Any]:
    """Everything that the program keeps of the buyer, ready for JSON; that it was asked for is written down.

    Files come as names and hashes: their content is handed over by hand, after a look at who else is in them.
    Raises Buyer.DoesNotExist.
    """
    with transaction.atomic():
        buyer: Buyer = Buyer.objects.select_related("store").get(pk=buyer_id)
        orders = list(Order.objects.filter(buyer=buyer).order_by("placed_at", "pk"))
        note_deed(AuditKind.EXPORTED, doer, now=now, store=buyer.store, buyer=buyer.pk)
        return {
            "as_of": now.isoformat(),
            "store": buyer.store.name,
            "buyer": {name: getattr(buyer, name) for name in [*ERASED_FIELDS, *KEPT_FIELDS]},
            "erased_at": _plain(buyer.erased_at),
            "orders": [_order(order) for order in orders],
            "messages": _messages(orders),
            "said": _said(orders),
            "exhibits": _exhibits(orders),
            "bundles": _bundles(orders),
        }


def _order(order: Order) -> dict[str, Any]:
    items = OrderItem.objects.filter(order=order).values("title", "sku", "quantity", "unit_price")
    parcels = Shipment.objects.filter(order=order).values("carrier", "tracking_number", "shipped_at", "delivered_at")
    news = TrackingEvent.objects.filter(order=order).values("at", "status", "description", "location", "source")
    return {name: _plain(getattr(order, name)) for name in OF_ORDER} | {
        "items": _rows(items),
        "parcels": _rows(parcels),
        "tracking": _rows(news.order_by("at", "pk")),
    }


def _messages(orders: Sequence[Order]) -> list[dict[str, Any]]:
    rows = Message.objects.filter(order__in=orders).order_by("queued_at", "pk")
    fields = ["order__order_number", "purpose", "channel", "language", "to", "subject", "body", "state", "sent_at"]
    return _rows(rows.values(*fields, "proof_sha256"))


def _said(orders: Sequence[Order]) -> list[dict[str, Any]]:
    rows = PrivateData.objects.filter(event__order__in=orders).order_by("event__at", "pk")
    return _rows(rows.values("event__order__order_number", "event__at", "event__type", "data"))


def _exhibits(orders: Sequence[Order]) -> list[dict[str, Any]]:
    rows = Exhibit.objects.filter(order__in=orders).order_by("order", "position")
    return _rows(rows.values("order__order_number", "kind", "name", "caption", "added_at", "size", "sha256"))


def _bundles(orders: Sequence[Order]) -> list[dict[str, Any]]:
    rows = Bundle.objects.filter(dispute__order__in=orders).order_by("requested_at", "pk")
    return _rows(rows.values("dispute__order__order_number", "recipient", "requested_at", "submitted_at", "sha256"))


def _rows(rows: Any) -> list[dict[str, Any]]:
    """Rows with the last part of each path as the key, such as `order_number`."""
    return [{name.split("__")[-1]: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, dict | list | int | bool) else str(value)
