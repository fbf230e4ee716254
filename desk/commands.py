"""What a person may do to an order now, and why he may not do the rest."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.words import COMMANDS
from orders.events import EventType
from orders.lifecycle import UNDERWAY, UNPAID, OrderState
from orders.models import Order
from orders.planning import is_cancelling
from orders.services.objections import TRANSITIONS, allowed_commands

# What cannot be taken back: asked twice.
DANGEROUS: dict[EventType, str | Promise] = {
    EventType.CANCELLED: _("The order is called off and every date ahead of it is cancelled."),
    EventType.REFUND_ISSUED: _("The refund is recorded and the buyer is told that the money is on its way back."),
    EventType.DISPUTE_ACCEPTED: _("The buyer gets what he asks for, and the dispute is closed for good."),
    EventType.EVIDENCE_SUBMITTED: _("The platform has your evidence from now on; nothing more is asked for."),
}
# Asked twice where it is about what the buyer wants instead, and about a part of his money.
SHIPS_ALL_THE_SAME = _(
    "Once the parcel is on its way it is not called back from here. Answer the buyer first if you can."
)
PART_IS_CHOSEN = _(
    "The buyer keeps the goods and gets this part of his money: refunding it is what is to be done next."
)
NOT_SHIPPED = _("The parcel has not left: ship it first.")
WHY_NOT: dict[EventType, str | Promise] = {
    EventType.PAYMENT_CONFIRMED: _("The order does not wait for a payment any more."),
    EventType.SHIPPED: _("Only an order that has not left yet ships."),
    EventType.DELIVERED: _("The order has arrived or is over already."),
    EventType.COMPLETED: _("Only a delivered order can be completed."),
    EventType.CANCELLED: _("Only an order that has not shipped can be cancelled from here."),
    EventType.REFUND_ISSUED: _("The whole amount has gone back already."),
}
# Facts that a person may enter with their date, as the platform's page shows them.
FACTS = [
    EventType.PAYMENT_CHECKING,
    EventType.PAYMENT_CONFIRMED,
    EventType.SHIPPED,
    EventType.TRACKING,
    EventType.DELIVERED,
    EventType.RECEIPT_DENIED,
    EventType.RECEIPT_CONFIRMED,
    EventType.COMPLETED,
    EventType.RETURN_ARRIVED,
    EventType.CANCELLATION_REQUESTED,
    EventType.CANCELLED,
    EventType.REFUND_ISSUED,
    EventType.BUYER_MESSAGE,
]


@dataclass(frozen=True)
class Command:
    """Something to press: what it is called, whether it is asked twice, and the rule or sentence that forbids it."""

    type: EventType
    label: str | Promise
    is_dangerous: bool = False
    forbidden: str | Promise = ""
    rule: str = ""


def offered_commands(order: Order) -> list[Command]:
    """What the seller may ask for now: what the machine takes, then what can always be recorded."""
    taken = [kind for kind in _sensible(order) if not _forbidding_rule(order, kind)]
    return [Command(kind, COMMANDS[kind], kind in DANGEROUS) for kind in _by_danger([*taken, *_recordable(order)])]


def forbidden_commands(order: Order) -> list[Command]:
    """What cannot be asked for now, with the reason."""
    allowed = _sensible(order)
    commands = []
    for kind in TRANSITIONS:
        if kind in allowed and (rule := _forbidding_rule(order, kind)):
            commands.append(Command(kind, COMMANDS[kind], rule=rule))
        elif kind not in allowed and kind in WHY_NOT:
            is_here = kind is EventType.DELIVERED and kind in allowed_commands(order)
            commands.append(Command(kind, COMMANDS[kind], forbidden=NOT_SHIPPED if is_here else WHY_NOT[kind]))
    return commands


def _sensible(order: Order) -> list[EventType]:
    """What the machine takes, but for an arrival of what never left: such a fact is entered with its date."""
    return [kind for kind in allowed_commands(order) if kind is not EventType.DELIVERED or order.shipped_at]


def _by_danger(kinds: list[EventType]) -> list[EventType]:
    return sorted(kinds, key=lambda kind: kind in DANGEROUS)


def _forbidding_rule(order: Order, kind: EventType) -> str:
    """P2, said before the button is pressed; where the pack knows exceptions, the form asks for the reason."""
    policy = order.policy
    waits = order.paid_at is None and order.state in UNPAID
    if kind in {EventType.SHIPPED, EventType.DELIVERED} and policy.has("P2") and waits:
        return "" if policy.value("P2", "exception") and kind is EventType.SHIPPED else "P2"
    return ""


def _recordable(order: Order) -> list[EventType]:
    """What is no move of the machine, where it makes sense."""
    underway = order.state in UNDERWAY
    sensible = {
        EventType.CANCELLATION_REFUSED: is_cancelling(order),
        EventType.BUYER_CHOICE: underway,
        EventType.RECEIPT_EXTENDED: underway and order.policy.has("G1"),
        EventType.TAX_ID_PROVIDED: order.policy.has("S1") and order.delivered_at is None,
        EventType.FUNDS_RELEASED: order.state in {OrderState.DELIVERED, OrderState.COMPLETED},
        EventType.REPAID: order.refunded_at is not None,
    }
    return [kind for kind, makes_sense in sensible.items() if makes_sense]
