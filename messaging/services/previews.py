"""What a text would say about real orders, without writing anything: for previews, and for what a person sends."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects

from messaging.values import order_values
from messaging.vocabulary import Language
from orders.models import Order, Store
from orders.services.ledger import OrderLedger, view_ledger


def reading_ledgers(orders: Sequence[Order], *, now: datetime) -> list[OrderLedger]:
    """Unlocked ledgers to read from, a constant number of queries for any number of orders; never to be saved."""
    prefetch_related_objects(orders, "shipments")
    together: list[OrderLedger] = []
    stores: dict[int, Store] = {}
    shared: dict[str, list[Any]] = {}
    for order in orders:
        order.store = stores.setdefault(order.store_id, order.store)  # what a store has learnt is read once
        ledger = view_ledger(order, now=now, milestones=[], shipments=order.shipments.all())
        ledger.together, ledger.shared = together, shared
        together.append(ledger)
    return together


def values_of(
    order: Order, language: Language, *, now: datetime, given: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Every variable's value for one order, in this language and on the buyer's clock."""
    [ledger] = reading_ledgers([order], now=now)
    return order_values(ledger, language, given or {})
