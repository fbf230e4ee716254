"""Taking an order in: a new one from a record, or what a later file says differently about a known one."""

import hashlib
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from orders.events import Event, EventType, plain_text
from orders.models import Buyer, Order, OrderItem, Store
from orders.models.timeline import EventKind
from orders.planning import is_cancelling
from orders.records import BuyerRecord, ItemRecord, OrderRecord
from orders.services.ledger import OrderLedger, new_ledger
from orders.services.milestones import replan
from orders.services.snapshots import freeze_sale
from orders.tax_ids import is_tax_id, normalise_tax_id

# Fields of a record that an order keeps as they are; a file that says nothing about one leaves it alone.
KEPT = (
    "placed_at",
    "payment_method",
    "currency",
    "total",
    "ship_by",
    "promised_days",
    "promised_at",
    "protection_ends_at",
)
DATED = {"paid_at": "payment_confirmed", "shipped_at": "shipped", "delivered_at": "delivered"}
# How far along an order is when a fact is known; a status tells nothing where a date says as much or more.
PROGRESS = [
    EventType.PAYMENT_CHECKING,
    EventType.PAYMENT_CONFIRMED,
    EventType.SHIPPED,
    EventType.DELIVERED,
    EventType.COMPLETED,
]


def buyer_key(record: OrderRecord) -> str:
    """What tells buyers apart: the address; without one each order has its own buyer."""
    return record.buyer.email.lower() or f"order:{record.order_number}"


def digest_of(record: OrderRecord) -> str:
    """The same for two records that say the same, wherever in their files they stand."""
    return hashlib.sha256(repr(replace(record, row=None)).encode()).hexdigest()


def start_order(
    record: OrderRecord,
    store: Store,
    *,
    now: datetime,
    actor: str,
    buyer: Buyer | None = None,
    written_at: datetime | None = None,
) -> OrderLedger:
    """The ledger of a new order with its first event; its facts and its milestones come after.

    `written_at` as in `OrderLedger`.
    """
    policy = store.current_policy
    if buyer is None:
        buyer = Buyer(store=store, key=buyer_key(record), **_buyer_values(record.buyer))
    else:
        _correct_buyer(buyer, record.buyer)
    order = Order(
        store=store,
        buyer=buyer,
        order_number=record.order_number,
        policy_version=policy.version,
        rules_revision=store.rules_revision,
        state_since=record.placed_at,
        shipping_service=policy.service(record.shipping_service) or record.shipping_service,
        platform_status=record.status,
        record_digest=digest_of(record),
        **{name: getattr(record, name) for name in KEPT},
    )
    ledger = new_ledger(order, now=now, actor=actor)
    ledger.written_at = written_at
    ledger.write(EventKind.FACT, "placed", at=record.placed_at)
    _add_items(ledger, record.items)
    freeze_sale(ledger)
    return ledger


def _buyer_values(record: BuyerRecord) -> dict[str, str]:
    values = {field.name: plain_text(getattr(record, field.name)) for field in fields(record)}
    if is_tax_id(record.tax_id):
        values["tax_id"] = normalise_tax_id(record.tax_id)
    return values


def _add_items(ledger: OrderLedger, items: tuple[ItemRecord, ...]) -> None:
    for position, item in enumerate(items, start=1):
        ledger.add(OrderItem(order=ledger.order, position=position, **_item_values(item)))


def _item_values(item: ItemRecord) -> dict[str, Any]:
    values = {field.name: getattr(item, field.name) for field in fields(item)}
    return {name: plain_text(value) if isinstance(value, str) else value for name, value in values.items()}


def dated_facts(record: OrderRecord, order: Order) -> Iterator[Event]:
    """The facts behind the record's dates that the order does not know yet, oldest first."""
    for at, kind in record.dated_facts():
        if getattr(order, next(name for name, fact in DATED.items() if fact == kind)) is None:
            yield Event(EventType(kind), at, data=_parcel(record) if kind == "shipped" else {})


def _parcel(record: OrderRecord) -> dict[str, str]:
    return {"carrier": record.carrier, "tracking_number": record.tracking_number}


def status_fact(record: OrderRecord, ledger: OrderLedger) -> EventType | None:
    """The fact that only the record's status tells, where no date says as much or more.

    A status carries no date of its own: its fact is taken to have happened when we learnt of it.
    """
    order = ledger.order
    word = order.policy.status_fact(record.status) if record.status else None
    if not word:
        return None
    fact = EventType(word)
    if fact is EventType.PAYMENT_CONFIRMED and is_cancelling(order) and _asked_in_a_file(ledger):
        return EventType.CANCELLATION_REFUSED  # the platform's word is again that of an order which is to ship
    known = {EventType(kind) for name, kind in DATED.items() if getattr(record, name) or getattr(order, name)}
    known |= {EventType.COMPLETED} if order.completed_at else set()
    known |= {EventType.PAYMENT_CHECKING} if order.payment_checking_since else set()
    if fact in PROGRESS:
        reached = max((PROGRESS.index(other) for other in known if other in PROGRESS), default=-1)
        return fact if PROGRESS.index(fact) > reached else None
    done = {
        EventType.CANCELLED: order.cancelled_at,
        # Asked once more after a refusal is a new request; the same file again, or a later one, is none.
        EventType.CANCELLATION_REQUESTED: is_cancelling(order) or _asked_in_a_file(ledger),
        EventType.DISPUTE_OPENED: order.disputed_at,
        EventType.REFUND_ISSUED: order.refunded_at,
    }
    return None if done.get(fact) else fact


def _asked_in_a_file(ledger: OrderLedger) -> bool:
    """Whether the file before it told of the request: one that a person entered is younger than what files know."""
    word = str(ledger.stored.get("platform_status") or "")
    return ledger.order.policy.status_fact(word) == EventType.CANCELLATION_REQUESTED


def correct_order(ledger: OrderLedger, record: OrderRecord) -> bool:
    """Take over what the record says differently from the order; say whether it said anything new."""
    order = ledger.order
    # Of an erased buyer not even the hash of a row is kept: his tax number could be guessed back out of it.
    order.record_digest = "" if order.buyer.erased_at else digest_of(record)
    changes = _differences(order, record)
    before = {name: str(getattr(order, name)) for name in changes}
    for name, value in changes.items():
        setattr(order, name, value)
    changed = [
        _correct_buyer(order.buyer, record.buyer),
        _correct_items(ledger, record.items),
        _correct_shipment(ledger, record),
    ]
    if record.status and record.status != order.platform_status:
        order.platform_status = record.status
        changed.append(True)
    if not changes and not any(changed):
        return False
    ledger.write(EventKind.FACT, "corrected", at=ledger.now, data={"before": before, "fields": sorted(changes)})
    replan(ledger, at=record.placed_at)
    return True


def _differences(order: Order, record: OrderRecord) -> dict[str, Any]:
    """What the record says otherwise; a date that the order does not know yet is no correction but a fact."""
    given = {name: getattr(record, name) for name in (*KEPT, *DATED)}
    given["shipping_service"] = order.policy.service(record.shipping_service) or record.shipping_service
    end = given["protection_ends_at"]
    if end and order.protection_ends_at and end < order.protection_ends_at:
        del given["protection_ends_at"]  # an extension that the file has not heard of
    return {
        name: value
        for name, value in given.items()
        if value not in (None, "") and getattr(order, name) != value and (name not in DATED or getattr(order, name))
    }


def _correct_buyer(buyer: Buyer, record: BuyerRecord) -> bool:
    """An erased buyer stays erased, whatever a file says of him again."""
    if buyer.erased_at:
        return False
    changes = {name: value for name, value in _buyer_values(record).items() if value and getattr(buyer, name) != value}
    for name, value in changes.items():
        setattr(buyer, name, value)
    if changes and buyer.pk:
        buyer.save(update_fields=list(changes))
        buyer.is_renamed = True
    return bool(changes)


def _correct_items(ledger: OrderLedger, items: tuple[ItemRecord, ...]) -> bool:
    if not items:
        return False
    stored = [
        _item_values(ItemRecord(*(getattr(item, f.name) for f in fields(ItemRecord))))
        for item in ledger.order.items.all()
    ]
    if stored == [_item_values(item) for item in items]:
        return False
    OrderItem.objects.filter(order=ledger.order).delete()
    _add_items(ledger, items)
    return True


def _correct_shipment(ledger: OrderLedger, record: OrderRecord) -> bool:
    """A tracking number that comes later than the shipping date belongs to the parcel that had none."""
    if not record.tracking_number or any(s.tracking_number == record.tracking_number for s in ledger.shipments):
        return False
    nameless = [shipment for shipment in ledger.shipments if not shipment.tracking_number]
    for shipment in nameless[:1]:
        shipment.carrier = record.carrier or shipment.carrier
        shipment.tracking_number = record.tracking_number
        shipment.save()
    return bool(nameless)
