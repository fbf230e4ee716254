"""What the rules and the machine have against an event: broken rules, warnings, and refusals of commands."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django_fsm import can_proceed

from orders.events import Event, EventType
from orders.lifecycle import CANCELLABLE, UNDERWAY, UNPAID, OrderState
from orders.models import Order
from orders.planning import is_cancelling
from orders.services.ledger import OrderLedger
from orders.tax_ids import is_tax_id
from orders.tracking_numbers import NumberProblem, number_problem
from orders.tracking_statuses import TrackingStatus


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that an event breaks, and the sentence that says so."""

    rule: str
    message: str


def broken_rules(ledger: OrderLedger, event: Event) -> list[Broken]:
    """The rules of orders that the event breaks."""
    objections = [object_to(ledger, event) for object_to in OBJECTIONS.get(event.type, ())]
    return [broken for broken in objections if broken is not None]


def _object_before_funds(ledger: OrderLedger, event: Event) -> Broken | None:
    order, policy = ledger.order, ledger.policy
    if not policy.has("P2") or order.paid_at is not None or order.state not in UNPAID:
        return None
    excused = policy.value("P2", "exception") and event.text("exception").strip()
    return None if excused else Broken("P2", f"{event.type} before the funds arrived")


def _object_to_early_arrival(ledger: OrderLedger, event: Event) -> Broken | None:
    is_arrival = event.text("status") == TrackingStatus.DELIVERED
    return _object_before_funds(ledger, event) if is_arrival else None


def _object_without_tax_id(ledger: OrderLedger, event: Event) -> Broken | None:
    if not ledger.policy.has("S1") or not is_commercial(ledger, event) or is_tax_id(ledger.order.buyer.tax_id):
        return None
    return Broken("S1", "a commercial parcel needs the buyer's CPF or CNPJ before it ships")


def _object_to_tax_id(_ledger: OrderLedger, event: Event) -> Broken | None:
    return None if is_tax_id(event.text("tax_id")) else Broken("S1", "the number is no valid CPF or CNPJ")


def _object_to_unpaid_dispute(ledger: OrderLedger, _event: Event) -> Broken | None:
    is_fine = ledger.order.paid_at is not None or not ledger.policy.has("D9")
    return None if is_fine else Broken("D9", "a dispute on an order that was never paid")


def _object_to_extension(ledger: OrderLedger, event: Event) -> Broken | None:
    if not event.is_command or ledger.order.state in UNDERWAY:
        return None
    return Broken("G1", "the receipt time is extended only while the parcel is on its way")


def _object_to_cancelled_parcel(ledger: OrderLedger, event: Event) -> Broken | None:
    """A parcel is sent to a buyer who asked to cancel only by somebody who knows that he did."""
    if not event.is_command or not is_cancelling(ledger.order) or consents_to(event, "P8"):
        return None
    return Broken("P8", "the buyer asks to cancel: answer him, or send despite = P8 to ship all the same")


def consents_to(event: Event, rule: str) -> bool:
    """Whether who asks for it knows of what this rule has against it, and wants it all the same."""
    return rule in event.text("despite").split()


def _object_to_choice(ledger: OrderLedger, event: Event) -> Broken | None:
    """Part of the money back needs an amount that the buyer has not got back yet (C2)."""
    if not event.is_command or event.text("choice") != "partial_refund":
        return None
    amount, total = event.data.get("amount"), ledger.order.total
    if amount is None or amount <= 0:
        return Broken("C2", "a partial refund needs an amount above 0")
    if total is not None and amount > total - ledger.order.refunded_amount:
        return Broken("C2", "the amount is more than the buyer paid and has not got back yet")
    return None


def _object_to_refusal(ledger: OrderLedger, event: Event) -> Broken | None:
    is_fine = not event.is_command or is_cancelling(ledger.order)
    return None if is_fine else Broken("P8", "no request to cancel waits for an answer")


OBJECTIONS: dict[EventType, tuple[Callable[[OrderLedger, Event], Broken | None], ...]] = {
    EventType.SHIPPED: (_object_before_funds, _object_without_tax_id, _object_to_cancelled_parcel),
    EventType.DELIVERED: (_object_before_funds,),
    EventType.TRACKING: (_object_to_early_arrival,),
    EventType.TAX_ID_PROVIDED: (_object_to_tax_id,),
    EventType.DISPUTE_OPENED: (_object_to_unpaid_dispute,),
    EventType.RECEIPT_EXTENDED: (_object_to_extension,),
    EventType.BUYER_CHOICE: (_object_to_choice,),
    EventType.CANCELLATION_REFUSED: (_object_to_refusal,),
}


def is_commercial(ledger: OrderLedger, event: Event) -> bool:
    """Whether the parcel goes, or the buyer paid for it to go, by a commercial carrier."""
    services = {ledger.order.shipping_service, ledger.policy.service(event.text("carrier"))}
    return "commercial_express" in services


def is_high_value(ledger: OrderLedger) -> bool | None:
    """Whether the order is worth more than S1's limit; None when the store has no exchange rate to tell."""
    order, policy = ledger.order, ledger.policy
    limit, currency = Decimal(str(policy.value("S1", "high_value") or 0)), policy.value("S1", "currency")
    if order.total is None:
        return None
    rates = order.store.exchange_rates | {order.store.currency: "1"}
    if order.currency == currency:
        return order.total > limit
    if order.currency not in rates or currency not in rates:
        return None
    return order.total * Decimal(rates[order.currency]) > limit * Decimal(rates[currency])


def warnings_about(ledger: OrderLedger, event: Event) -> list[Broken]:
    if event.type is not EventType.SHIPPED:
        return []
    warnings = []
    asks = ledger.policy.has("S1") and not is_commercial(ledger, event)
    if asks and not is_tax_id(ledger.order.buyer.tax_id) and is_high_value(ledger) is not False:
        warnings.append(Broken("S1", _without_tax_id(ledger)))
    if ledger.policy.has("S2") and is_commercial(ledger, event):
        warnings.append(Broken("S2", "a commercial carrier: the postal channel is stopped by customs less often"))
    if ledger.policy.has("S5") and (odd := odd_number(event.text("tracking_number"))):
        warnings.append(odd)
    return warnings


def _without_tax_id(ledger: OrderLedger) -> str:
    """What S1 has against a postal parcel without a tax number, and why nobody can tell its value, where that is so."""
    order, store = ledger.order, ledger.order.store
    if is_high_value(ledger):
        return "a parcel of high value without the buyer's tax number"
    if order.total is None:
        return "a parcel of unknown value without the buyer's tax number: the order has no total"
    known = {store.currency, *store.exchange_rates}
    missing = order.currency if order.currency not in known else ledger.policy.value("S1", "currency")
    return f"a parcel of unknown value without the buyer's tax number: the store has no exchange rate for {missing}"


def odd_number(number: str) -> Broken | None:
    """A number that looks mistyped or invented: what S5 waits for, a first scan, will hardly come to it."""
    message = ODD_NUMBERS.get(number_problem(number))
    return Broken("S5", message.format(number=number[:64])) if message else None


ODD_NUMBERS: dict[NumberProblem | None, str] = {
    NumberProblem.CHECK_DIGIT: "the check digit of {number!r} does not fit: compare it with the label",
    NumberProblem.SHAPE: "{number!r} looks like no carrier's number: compare it with the label",
}


# What each command asks the machine for; a fact takes the transition only where the machine allows it.
TRANSITIONS: dict[EventType, Callable[[Order], Any]] = {
    EventType.PAYMENT_CONFIRMED: lambda order: order.confirm_payment,
    EventType.SHIPPED: lambda order: order.ship,
    EventType.DELIVERED: lambda order: order.deliver,
    EventType.COMPLETED: lambda order: order.complete,
    EventType.CANCELLED: lambda order: order.cancel,
    EventType.REFUND_ISSUED: lambda order: order.refund,
    EventType.DISPUTE_OPENED: lambda order: order.open_dispute,
}
# The platform may call off a parcel that is under way, or call an order over; the seller may not.
COMMAND_STATES: dict[EventType, set[OrderState]] = {
    EventType.CANCELLED: set(CANCELLABLE),
    EventType.COMPLETED: {OrderState.DELIVERED},
}


def allowed_commands(order: Order) -> list[EventType]:
    """The commands that the machine would take now, in the order of an order's life."""
    return [
        kind
        for kind, find in TRANSITIONS.items()
        if kind is not EventType.DISPUTE_OPENED
        and can_proceed(find(order))
        and order.state in COMMAND_STATES.get(kind, {order.state})
    ]


def refusal_of(order: Order, event: Event, broken: list[Broken], *, is_forbidden: bool) -> Broken | None:
    if broken:
        return broken[0]
    if is_forbidden or (event.type in TRANSITIONS and event.type not in allowed_commands(order)):
        return Broken("", f"{event.type} is not possible now: the order is {order.state}")
    return None
