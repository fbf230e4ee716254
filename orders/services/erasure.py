"""Forgetting a buyer, as far as it is the orders' to do: his own row, what was said, the files that told of him.

The timelines stay as they are: of personal data they hold salted hashes, and the salts go with the data.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from orders.lifecycle import OrderState
from orders.models import AuditKind, Buyer, Order, OrderFile, PlatformCommand, PlatformIssue, PrivateData, Store
from orders.models.files import OrderFileState
from orders.models.timeline import EventKind
from orders.services.auditing import Doer, note_deed
from orders.services.ledger import OrderLedger, open_ledgers, save_ledgers
from orders.services.searching import index_buyers

ENDED = [OrderState.COMPLETED, OrderState.CANCELLED, OrderState.REFUNDED, OrderState.PAYMENT_EXPIRED]
# What of a buyer names no one: it stays for figures, duties and the texts' language.
KEPT_FIELDS = ["country", "state", "language", "timezone"]
ERASED_FIELDS = ["name", "email", "phone", "city", "tax_id"]
FRESH = timedelta(days=1)  # an uploaded file that nobody has looked at for so long is not being worked on
BATCH = 500


class ErasureCause(StrEnum):
    """Why a buyer is erased."""

    REQUEST = "request"  # the buyer asked for it, or an authority
    RETENTION = "retention"  # the store's time for keeping his data is over


class Obstacle(StrEnum):
    """Why a buyer cannot be erased yet."""

    LEGAL_HOLD = "legal_hold"
    DISPUTE_OPEN = "dispute_open"
    ORDER_OPEN = "order_open"
    CASE_OPEN = "case_open"  # an after-sale case


class NotErasable(ValueError):
    """A buyer who cannot be erased yet; `obstacles` says why."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        super().__init__(", ".join(obstacles))
        self.obstacles = obstacles


def order_obstacles(buyer: Buyer, orders: Sequence[Order]) -> list[Obstacle]:
    """What of the buyer and his orders stands against erasing him."""
    found = {
        Obstacle.LEGAL_HOLD: bool(buyer.legal_hold),
        Obstacle.DISPUTE_OPEN: any(order.state == OrderState.DISPUTED or order.disputed_at for order in orders),
        Obstacle.ORDER_OPEN: any(order.state not in {*ENDED, OrderState.DISPUTED} for order in orders),
    }
    return [obstacle for obstacle, stands in found.items() if stands]


def forget_buyer(buyer: Buyer, *, now: datetime) -> None:
    """Empty what names the buyer. He keeps his row, so that his orders keep somebody; files fill it in no more."""
    for name in ERASED_FIELDS:
        setattr(buyer, name, "")
    buyer.key, buyer.erased_at, buyer.agent = f"erased:{buyer.pk}", now, None
    buyer.save()
    index_buyers([buyer.pk])


def forget_private_data(ledgers: Sequence[OrderLedger]) -> dict[int, list[int]]:
    """Remove what was kept beside the timelines, and what AliExpress was told; returns the events' numbers by order."""
    orders = [ledger.order.pk for ledger in ledgers]
    PlatformCommand.objects.filter(order__in=orders).update(params={}, last_error="")
    PlatformIssue.objects.filter(order__in=orders).update(buyer_login="")
    rows = PrivateData.objects.filter(event__order__in=orders)
    numbers: dict[int, list[int]] = defaultdict(list)
    for order_id, sequence in rows.order_by("event__sequence").values_list("event__order_id", "event__sequence"):
        numbers[order_id].append(sequence)
    rows.delete()
    return numbers


def order_files(store: Store, orders: Sequence[Order], *, now: datetime) -> QuerySet[OrderFile]:
    """The uploaded files in which these buyers may stand: those since the first order was placed, and used by now."""
    naming = [OrderFile.Content.ORDERS, OrderFile.Content.CONTACTS, OrderFile.Content.REVIEWS]
    files = OrderFile.objects.filter(store=store, content__in=naming).exclude(file="")
    used = Q(state__in=[OrderFileState.DONE, OrderFileState.FAILED])
    stale = Q(state=OrderFileState.UPLOADED, uploaded_at__lt=now - FRESH)
    return files.filter(used | stale, uploaded_at__gte=min(order.placed_at for order in orders))


def forget_files(files: QuerySet[OrderFile]) -> int:
    """Delete uploads, and the values in their lists of rejected rows; of one that was taken in the figures stay."""
    rows = list(files.select_for_update())
    for row in rows:
        row.file.delete(save=False)
        if row.state == OrderFileState.DONE:
            row.report["rejected"] = [{**error, "value": ""} for error in row.report.get("rejected", [])]
            row.save()
        else:
            row.delete()
    return len(rows)


def expired_buyers(store: Store, *, now: datetime, after: int = 0) -> list[int]:
    """Buyers whose last order ended longer ago than the store keeps their data, from an id on, a batch at a time."""
    if store.retention_days is None:
        return []
    orders = Order.objects.filter(buyer=OuterRef("pk"))
    recent = ~Q(state__in=ENDED) | Q(state_since__gte=now - timedelta(days=store.retention_days))
    buyers = Buyer.objects.filter(store=store, erased_at=None, legal_hold="", pk__gt=after)
    gone = buyers.filter(Exists(orders), ~Exists(orders.filter(recent)))
    return list(gone.order_by("pk").values_list("pk", flat=True)[:BATCH])


def set_retention(store_id: int, days: int | None, *, doer: Doer, now: datetime) -> None:
    """How many days after the end of their last order the store's buyers are erased; None: only on request."""
    with transaction.atomic():
        store: Store = Store.objects.select_for_update().get(pk=store_id)
        note_deed(AuditKind.RETENTION_SET, doer, now=now, store=store, before=store.retention_days, after=days)
        store.retention_days = days
        store.save(update_fields=["retention_days"])


def hold_buyer(buyer_id: int, reason: str, *, doer: Doer, now: datetime) -> None:
    """Forbid erasing the buyer, and say why; an empty reason lifts the hold. Raises Buyer.DoesNotExist."""
    with transaction.atomic():
        actor = str(doer.user.pk) if doer.user else "command"
        ledgers = open_ledgers(Order.objects.filter(buyer=buyer_id), now=now, actor=actor)
        buyer: Buyer = Buyer.objects.select_for_update(of=("self",)).select_related("store").get(pk=buyer_id)
        if buyer.legal_hold == reason[:200]:
            return
        buyer.legal_hold = reason[:200]
        buyer.save(update_fields=["legal_hold"])
        for ledger in ledgers:
            ledger.write(EventKind.NOTE, "legal_hold", at=now, data={"is_on": bool(reason)}, private=_reason(reason))
        save_ledgers(ledgers)
        note_deed(AuditKind.HELD, doer, now=now, store=buyer.store, buyer=buyer.pk, is_on=bool(reason))


def _reason(reason: str) -> dict[str, Any] | None:
    return {"text": reason[:200]} if reason else None
