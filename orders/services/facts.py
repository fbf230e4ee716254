"""Applying one event to one order: which rule it breaks, what it sets, and which transition it takes.

Facts are always recorded, in whatever order they come. Commands are refused when a rule or the machine forbids them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from orders.events import Event, EventType
from orders.lifecycle import CANCELLABLE, OrderState
from orders.models import Order
from orders.models.timeline import EventKind
from orders.planning import is_cancelling, protection_end
from orders.services.ledger import OrderLedger
from orders.services.milestones import replan
from orders.services.objections import Broken, broken_rules, refusal_of, warnings_about
from orders.services.parcels import (
    is_known_delivery,
    is_known_shipment,
    is_known_tracking,
    note_delivery,
    note_lookup,
    note_shipment,
    note_tracking,
)
from orders.services.ways_back import way_back
from orders.tax_ids import is_tax_id, normalise_tax_id
from orders.tracking_phrases import read_words


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an event: the rules that a fact broke, the warnings, or why a command was refused.

    `type` is what it came down to: a carrier's news that the parcel arrived acts as a delivery. `is_new` is false when
    it told nothing that was not known. `sequence` is its number on the timeline.
    """

    type: EventType
    violations: list[Broken] = field(default_factory=list)
    warnings: list[Broken] = field(default_factory=list)
    refusal: Broken | None = None
    is_new: bool = True
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Extension:
    """What another app has to say about an event and does with it, inside the same event.

    `broken` are the rules of its own that the event breaks, `forbids` whether its machine refuses a command, `also`
    what it does to its own rows before the event is written.
    """

    broken: Callable[[OrderLedger, Event], list[Broken]]
    forbids: Callable[[OrderLedger, Event], bool]
    also: Callable[[OrderLedger, Event], None]


def apply_event(ledger: OrderLedger, event: Event, extension: Extension) -> Outcome:
    """Record the event on the order and bring its milestones in line; a command may be refused instead."""
    event = _classified(event)
    broken = sorted(
        [*broken_rules(ledger, event), *extension.broken(ledger, event)],
        key=lambda rule: (rule.rule[0], int(rule.rule[1:])),
    )
    if event.is_command and (
        refusal := refusal_of(ledger.order, event, broken, is_forbidden=extension.forbids(ledger, event))
    ):
        written = ledger.write(
            EventKind.REFUSED, event.type, at=event.at, rule=refusal.rule, data={"error": refusal.message}
        )
        return Outcome(event.type, refusal=refusal, sequence=written.sequence)
    if event.type in KNOWN and KNOWN[event.type](ledger, event):
        return Outcome(event.type, is_new=False)
    return _record(ledger, event, broken, extension)


def _record(ledger: OrderLedger, event: Event, broken: list[Broken], extension: Extension) -> Outcome:
    warnings = warnings_about(ledger, event)
    written = ledger.write(
        EventKind.COMMAND if event.is_command else EventKind.FACT,
        event.type,
        at=event.at,
        rule=_settled_rule(ledger.order, event),
        data=_public(event)
        | ({"violations": [rule.rule for rule in broken]} if broken else {})
        | ({"warnings": [rule.rule for rule in warnings]} if warnings else {}),
        private=_private(event),
    )
    was_delivered = ledger.order.delivered_at is not None
    HANDLERS.get(event.type, _only_record)(ledger, event)
    if event.type is EventType.TRACKING and ledger.order.delivered_at and not was_delivered:
        written.type = EventType.DELIVERED
    extension.also(ledger, event)
    if not ledger.is_new:  # a new order is planned once all that its record tells is known
        replan(ledger, at=event.at)
    kind = EventType(written.type)
    return Outcome(kind, violations=broken, warnings=warnings, sequence=written.sequence)


def _classified(event: Event) -> Event:
    """A carrier's news with what its words say: the status, where it gives none, and the details.

    `corrects` is there when the words take back what the carrier said before (T10), `unknown` when they mean nothing
    to us: such words are kept, and never guessed at.
    """
    if event.type is not EventType.TRACKING:
        return event
    words = read_words(event.text("description"))
    status = event.text("status") or words.status or ""
    said: dict[str, Any] = {"status": status}
    if words.detail and words.status in (None, status):
        said["detail"] = str(words.detail)
    if words.corrects:
        said["corrects"] = True
    if not status and not words.is_known and event.text("description").strip():
        said["unknown"] = True
    return replace(event, data={**event.data, **said})


def _settled_rule(order: Order, event: Event) -> str:
    """The rule that explains what a fact did, where one does: a payment that cleared after its expiry is P5's."""
    if event.type is EventType.PAYMENT_CONFIRMED and order.state == OrderState.PAYMENT_EXPIRED:
        return "P5"
    return ""


# --- what each event does ---------------------------------------------------------------------------------------------
def _only_record(_ledger: OrderLedger, _event: Event) -> None:
    """The line on the timeline is all."""


def _check_payment(ledger: OrderLedger, event: Event) -> None:
    if ledger.order.paid_at is None and ledger.order.payment_checking_since is None:
        ledger.order.payment_checking_since = event.at


def _confirm_payment(ledger: OrderLedger, event: Event) -> None:
    if not ledger.move(ledger.order.confirm_payment, event.at):
        ledger.order.paid_at = ledger.order.paid_at or event.at
    ledger.order.payment_checking_since = None


def _cancel(ledger: OrderLedger, event: Event) -> None:
    if not ledger.move(ledger.order.cancel, event.at) and ledger.order.state == OrderState.DISPUTED:
        ledger.order.cancelled_at = ledger.order.cancelled_at or event.at  # seen when the dispute is over (D11)


def _ask_cancellation(ledger: OrderLedger, event: Event) -> None:
    """Only an order that has not left can be called off (P8); later the line on the timeline is all."""
    if ledger.order.state in CANCELLABLE:
        ledger.order.cancellation_asked_at, ledger.order.cancellation_refused_at = event.at, None


def _refuse_cancellation(ledger: OrderLedger, event: Event) -> None:
    if is_cancelling(ledger.order):
        ledger.order.cancellation_refused_at = event.at


def _complete(ledger: OrderLedger, event: Event) -> None:
    if not ledger.move(ledger.order.complete, event.at):
        ledger.order.completed_at = ledger.order.completed_at or event.at


def _provide_tax_id(ledger: OrderLedger, event: Event) -> None:
    text = event.text("tax_id")
    if ledger.order.buyer.erased_at:
        return
    ledger.order.buyer.tax_id = normalise_tax_id(text) if is_tax_id(text) else text[:50]
    ledger.order.buyer.save(update_fields=["tax_id"])


def _extend_receipt(ledger: OrderLedger, event: Event) -> None:
    before = protection_end(ledger.order, ledger.policy)
    ledger.order.protection_ends_at = event.data["protection_ends_at"]
    if before is None or ledger.order.protection_ends_at > before:
        ledger.order.protection_extended_at = event.at


def _deny_receipt(ledger: OrderLedger, event: Event) -> None:
    ledger.order.receipt_denied_at = ledger.order.receipt_denied_at or event.at


def _confirm_receipt(ledger: OrderLedger, _event: Event) -> None:
    ledger.order.receipt_denied_at = None


def _choose(ledger: OrderLedger, event: Event) -> None:
    ledger.order.buyer_choice = event.text("choice")


def _refund(ledger: OrderLedger, event: Event) -> None:
    """Below the total a refund is an event; the state follows once the whole amount went back (D11)."""
    order = ledger.order
    left = order.total - order.refunded_amount if order.total is not None else None
    amount: Decimal | None = event.data.get("amount", left)
    order.refunded_amount += amount or 0
    if left is None or amount is None or amount >= left:
        ledger.move(order.refund, event.at)


def _review(ledger: OrderLedger, event: Event) -> None:
    if event.data["stars"] <= (ledger.policy.value("R10", "bad_stars") or 0):
        ledger.order.reviewed_at, ledger.order.review_answered_at = event.at, None


def _open_dispute(ledger: OrderLedger, event: Event) -> None:
    ledger.move(ledger.order.open_dispute, event.at)


def end_dispute(ledger: OrderLedger, at: datetime) -> None:
    """Bring a disputed order back to where it belongs (D11)."""
    ledger.order.receipt_denied_at = None
    ledger.move(way_back(ledger, at), at)


# News that is known already: the same line of a file twice, or a parcel's number that was told before.
KNOWN: dict[EventType, Callable[[OrderLedger, Event], bool]] = {
    EventType.SHIPPED: is_known_shipment,
    EventType.TRACKING: is_known_tracking,
    EventType.DELIVERED: is_known_delivery,
}

HANDLERS: dict[EventType, Callable[[OrderLedger, Event], None]] = {
    EventType.PAYMENT_CHECKING: _check_payment,
    EventType.PAYMENT_CONFIRMED: _confirm_payment,
    EventType.CANCELLATION_REQUESTED: _ask_cancellation,
    EventType.CANCELLATION_REFUSED: _refuse_cancellation,
    EventType.CANCELLED: _cancel,
    EventType.COMPLETED: _complete,
    EventType.TAX_ID_PROVIDED: _provide_tax_id,
    EventType.RECEIPT_EXTENDED: _extend_receipt,
    EventType.BUYER_CHOICE: _choose,
    EventType.SHIPPED: note_shipment,
    EventType.TRACKING: note_tracking,
    EventType.TRACKING_LOOKUP: note_lookup,
    EventType.DELIVERED: note_delivery,
    EventType.RECEIPT_DENIED: _deny_receipt,
    EventType.RECEIPT_CONFIRMED: _confirm_receipt,
    EventType.DISPUTE_OPENED: _open_dispute,
    EventType.REFUND_ISSUED: _refund,
    EventType.REVIEW_RECEIVED: _review,
}

# What an event says about a person: kept beside the chain, not in it.
PRIVATE_KEYS = {"text", "tax_id", "exception", "caption"}
# A dispute's reason is a code, this one is in the buyer's words.
PRIVATE_KEYS_OF = {EventType.CANCELLATION_REQUESTED: {"reason"}}


def _public(event: Event) -> dict[str, Any]:
    private = PRIVATE_KEYS | PRIVATE_KEYS_OF.get(event.type, set())
    return {key: _plain(value) for key, value in event.data.items() if key not in private}


def _private(event: Event) -> dict[str, Any]:
    private = PRIVATE_KEYS | PRIVATE_KEYS_OF.get(event.type, set())
    return {key: _plain(value) for key, value in event.data.items() if key in private}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
