"""Keeping views as they stood on a day: the sale's listing and policy, and the tracking at contacts and delivery.

What is kept is what the program knew at that moment; the timeline holds its hash, so that it cannot be made up later.
"""

from datetime import datetime
from typing import Any

from orders.models import OrderItem, Snapshot, SnapshotKind, TrackingEvent
from orders.models.snapshots import content_digest
from orders.models.timeline import EventKind
from orders.planning import handling_end, promise_end, protection_end
from orders.services.ledger import OrderLedger

SALE = "sale"


def freeze_sale(ledger: OrderLedger) -> None:
    """Keep what was offered, and by which rules, when the order was placed."""
    _freeze(ledger, SnapshotKind.LISTING, SALE, at=ledger.order.placed_at, content=_listing(ledger))
    _freeze(ledger, SnapshotKind.POLICY, SALE, at=ledger.order.placed_at, content=_policy(ledger))


def freeze_tracking(ledger: OrderLedger, occasion: str) -> None:
    """Keep what the carriers say now, before a contact or at the delivery (`occasion`)."""
    sources = sorted({row.source for row in ledger.rows_of(TrackingEvent) if row.source})
    _freeze(
        ledger,
        SnapshotKind.TRACKING,
        occasion,
        at=ledger.now,
        content=_tracking(ledger),
        source=", ".join(sources)[:500],
    )


def _freeze(
    ledger: OrderLedger, kind: SnapshotKind, occasion: str, *, at: datetime, content: dict[str, Any], source: str = ""
) -> None:
    digest = content_digest(content)
    ledger.add(
        Snapshot(order=ledger.order, kind=kind, occasion=occasion, at=at, source=source, content=content, sha256=digest)
    )
    ledger.write(
        EventKind.NOTE, "snapshot", at=ledger.now, data={"of": str(kind), "occasion": occasion, "sha256": digest}
    )


def _listing(ledger: OrderLedger) -> dict[str, Any]:
    order = ledger.order
    return {
        "currency": order.currency,
        "total": _plain(order.total),
        "shipping_service": order.shipping_service,
        "items": [
            {
                "sku": item.sku,
                "title": item.title,
                "quantity": item.quantity,
                "unit_price": _plain(item.unit_price),
            }
            for item in ledger.rows_of(OrderItem)
        ],
    }


def _policy(ledger: OrderLedger) -> dict[str, Any]:
    order, policy = ledger.order, ledger.policy
    return {
        "pack": policy.name,
        "version": policy.version,
        "own_values": order.store.policy_overrides,
        "promised_days": order.promised_days,
        "promised_at": _plain(promise_end(order, policy)),
        "protection_ends_at": _plain(protection_end(order, policy)),
        "ship_by": _plain(handling_end(order, policy)),
    }


def _tracking(ledger: OrderLedger) -> dict[str, Any]:
    order = ledger.order
    return {
        "status": order.tracking_status,
        "place": order.tracking_location,
        "last_news_at": _plain(order.last_tracking_at),
        "parcels": [
            {
                "carrier": parcel.carrier,
                "tracking_number": parcel.tracking_number,
                "shipped_at": _plain(parcel.shipped_at),
                "delivered_at": _plain(parcel.delivered_at),
            }
            for parcel in ledger.shipments
        ],
        "news": [_news(row) for row in sorted(ledger.rows_of(TrackingEvent), key=lambda row: row.at)],
    }


def _news(row: TrackingEvent) -> dict[str, Any]:
    return {
        "at": _plain(row.at),
        "status": row.status,
        "detail": row.detail,
        "words": row.description,
        "place": row.location,
        "source": row.source,
        "read_at": _plain(row.recorded_at),
        "taken_back_at": _plain(row.voided_at),
    }


def _plain(value: Any) -> Any:
    """JSON's spelling of an instant or an amount."""
    if value is None:
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value)
