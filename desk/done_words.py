"""What came of a command that a person gave, in a sentence: the new date or amount, and what comes next."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from desk.clocks import format_instant, format_money
from desk.forms.events import PART
from desk.words import milestone_label
from disputes.models import ActionItem, ActionKind, ActionState
from orders.events import EventType
from orders.models import Milestone, Order
from orders.models.milestones import MilestoneState
from orders.planning import protection_end

# A dispute, a case or a review has its own page, and says there what comes next of it.
OF_ORDER = ""


def told_result(order_id: int, kind: EventType | None, *, now: datetime) -> str:
    """What is so now, in the reader's language and on his clock; empty where the command says it all itself."""
    tell = RESULTS.get(kind) if kind else None
    if tell is None:
        return ""
    order = Order.objects.select_related("store").get(pk=order_id)
    return " ".join(part for part in (tell(order, now), _next(order, now)) if part)


def _shipped(order: Order, _now: datetime) -> str:
    parcel = order.shipments.order_by("shipped_at", "pk").last()
    if parcel is None or not parcel.tracking_number:
        return _("The parcel is on its way, without a tracking number: enter it as soon as you have it.")
    return _("The parcel %(number)s is on its way.") % {"number": parcel.tracking_number}


def _extended(order: Order, now: datetime) -> str:
    end = protection_end(order, order.policy)
    return _("The buyer's protection now ends on %(at)s.") % {"at": format_instant(end, now=now)} if end else ""


def _chosen(order: Order, now: datetime) -> str:
    if order.buyer_choice == "wait":
        return _("The buyer waits.")
    asked = ActionItem.objects.filter(order=order, kind=ActionKind.REFUND, subject=OF_ORDER, state=ActionState.OPEN)
    refund = asked.first()
    if refund is None:  # he has had it all back already
        return ""
    at = format_instant(refund.due_at, now=now)
    amount = refund.data.get("amount")
    if amount is None:
        return _("The buyer wants money back: say how much, and refund it by %(at)s.") % {"at": at}
    words = {"amount": format_money(Decimal(amount), order.currency), "at": at}
    if order.buyer_choice == PART:
        return _("The buyer gets %(amount)s back and keeps the goods: refund it by %(at)s.") % words
    return _("The buyer gets %(amount)s back: refund it by %(at)s.") % words


def _refunded(order: Order, _now: datetime) -> str:
    gone = format_money(order.refunded_amount, order.currency)
    if order.refunded_at or order.total is None:
        return _("%(amount)s went back to the buyer.") % {"amount": gone}
    words = {"amount": gone, "total": format_money(order.total, order.currency)}
    return _("%(amount)s of %(total)s went back to the buyer.") % words


RESULTS: dict[EventType, Callable[[Order, datetime], str]] = {
    EventType.SHIPPED: _shipped,
    EventType.RECEIPT_EXTENDED: _extended,
    EventType.BUYER_CHOICE: _chosen,
    EventType.REFUND_ISSUED: _refunded,
}


def _next(order: Order, now: datetime) -> str:
    """The order's next own date."""
    dates = Milestone.objects.filter(order=order, state=MilestoneState.PENDING, subject=OF_ORDER, due_at__gt=now)
    coming = dates.order_by("due_at", "pk").first()
    if coming is None:
        return ""
    words = {"what": milestone_label(coming.kind, order.policy), "at": format_instant(coming.due_at, now=now)}
    return _("Next: %(what)s, %(at)s.") % words
