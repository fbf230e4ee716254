"""What is kept about a buyer, in one document: the answer to his request for access (LGPD art. 18, PIPL art. 45)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from disputes.models import AfterSaleCase, Chase, Escalation, IncidentOrder, PhoneCall, Review
from evidence.models import Appeal, Bundle, Exhibit
from messaging.models import InboundMessage, Message
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
            "received": _received(orders),
            "said": _said(orders),
            "reviews": _reviews(orders),
            "cases": _cases(orders),
            **_people(orders),
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


def _received(orders: Sequence[Order]) -> list[dict[str, Any]]:
    """What the buyer wrote, and what mail servers said about him."""
    rows = InboundMessage.objects.filter(order__in=orders).order_by("received_at", "pk")
    fields = ["order__order_number", "kind", "place", "received_at", "sender", "sender_name", "subject", "text"]
    return _rows(rows.values(*fields, "raw_sha256", "answered_at"))


def _said(orders: Sequence[Order]) -> list[dict[str, Any]]:
    rows = PrivateData.objects.filter(event__order__in=orders).order_by("event__at", "pk")
    return _rows(rows.values("event__order__order_number", "event__at", "event__type", "data"))


def _cases(orders: Sequence[Order]) -> list[dict[str, Any]]:
    rows = AfterSaleCase.objects.filter(order__in=orders).order_by("opened_at", "pk")
    fields = ["order__order_number", "number", "kind", "opened_at", "words", "proposal", "amount", "granted", "result"]
    return _rows(rows.values(*fields, "reason", "closed_at"))


def _people(orders: Sequence[Order]) -> dict[str, list[dict[str, Any]]]:
    """The calls with him, when he asked where his parcel is, and what the specialists and an incident had of him."""
    calls = PhoneCall.objects.filter(order__in=orders).order_by("called_at", "pk")
    chases = Chase.objects.filter(order__in=orders).order_by("opened_at", "pk")
    escalations = Escalation.objects.filter(order__in=orders).order_by("escalated_at", "pk")
    incidents = IncidentOrder.objects.filter(order__in=orders).order_by("added_at", "pk")
    number = "order__order_number"
    return {
        "calls": _rows(calls.values(number, "direction", "result", "called_at", "agreed", "call_back_at")),
        "asked_where": _rows(
            chases.values(number, "opened_at", "times", "found", "carrier_answer", "closed_at", "result")
        ),
        "escalated": _rows(escalations.values(number, "escalated_at", "reason")),
        "incidents": _rows(incidents.values(number, "incident__name", "contacted_at", "note", "excluded_at", "reason")),
    }


def _reviews(orders: Sequence[Order]) -> list[dict[str, Any]]:
    """What he wrote in public, what was made of it, and the appeals against it."""
    rows = Review.objects.filter(order__in=orders).order_by("reviewed_at", "pk")
    fields = ["order__order_number", "reviewed_at", "stars", "title", "text", "author", "language", "cause", "detail"]
    found = rows.values(*fields, "facts", "suspicion", "signals", "solution", "reply_text", "answered_at")
    appeals = Appeal.objects.filter(review__order__in=orders).order_by("requested_at", "pk")
    told = appeals.values("review__order__order_number", "recipient", "requested_at", "submitted_at", "sha256")
    return _rows(found) + _rows(told)


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
