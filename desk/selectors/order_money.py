"""An order's money in one list: what was paid for, what it cost, what went back, and what may still go."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from disputes.arithmetic import CENT, rate_between
from disputes.models import Dispute
from orders.models import Order, OrderItem


@dataclass(frozen=True)
class Line:
    """One amount, in the order's currency unless it says another, and how it came about."""

    name: str | Promise
    amount: Decimal
    currency: str
    note: str = ""
    is_loss: bool = False


def money_lines(order: Order, items: Sequence[OrderItem], disputes: Sequence[Dispute]) -> list[Line]:
    """What is known of it; an amount that nobody gave is left out, never taken for nought."""
    own = order.currency
    lines = [Line(_("Total"), order.total, own)] if order.total is not None else []
    cost = goods_cost(items)
    if cost is not None:
        lines.append(Line(_("Cost of the goods"), cost, own, is_loss=True))
    if order.refunded_amount:
        lines.append(Line(_("Refunded"), order.refunded_amount, own, is_loss=True))
    if order.total is not None and (cost is not None or order.refunded_amount):
        left = order.total - order.refunded_amount - (cost or Decimal(0))
        known = _("before fees and freight") if cost is not None else _("before the cost of the goods")
        lines.append(Line(_("Left"), left, own, known))
    return lines + _at_stake(order, disputes)


def goods_cost(items: Sequence[OrderItem]) -> Decimal | None:
    """What the goods cost together; None where the cost of one of them is not known."""
    costs = [item.quantity * item.unit_cost for item in items if item.unit_cost is not None]
    return sum(costs, Decimal(0)) if costs and len(costs) == len(items) else None


def _at_stake(order: Order, disputes: Sequence[Dispute]) -> list[Line]:
    """What open disputes claim, else nothing; in the store's currency too, where it has a rate."""
    claims = [dispute.claimed for dispute in disputes if dispute.is_open]
    known = [claim for claim in claims if claim is not None]
    if not known:
        return []
    amount, store = sum(known, Decimal(0)), order.store
    lines = [Line(_("At stake in disputes"), amount, order.currency, is_loss=True)]
    rate = rate_between(order.currency, store.currency, store.exchange_rates)
    if rate is not None and order.currency != store.currency:
        lines.append(Line(_("In the store's currency"), (amount * rate).quantize(CENT), store.currency, is_loss=True))
    return lines
