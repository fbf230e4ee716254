"""What is at stake in a dispute, from the store's own record, its settings, and the pack's priors."""

from decimal import Decimal

from django.db.models import Count, Q

from disputes.advising import advise
from disputes.arithmetic import Option, Stakes, rate_between, weigh_options
from disputes.lifecycle import GOOD_ENDS, RULED
from disputes.models import Dispute
from disputes.reasons import Reason
from disputes.services.advice import case_facts
from orders.models import OrderItem
from orders.services.ledger import OrderLedger

FREEZING = {Reason.TRACKING_NOT_FOUND}  # one such complaint freezes the store (T6)


def dispute_options(ledger: OrderLedger, dispute: Dispute) -> list[Option]:
    """The ways out of a dispute, with their expected costs."""
    order, store = ledger.order, ledger.order.store
    return weigh_options(
        Stakes(
            claimed=dispute.claimed,
            offer=advise(case_facts(ledger, dispute)).amount or _latest_offer(dispute),
            goods_cost=_goods_cost(ledger),
            win_rate=win_rate(dispute, ledger),
            freeze_exposure=_freeze_exposure(dispute, ledger),
            rate=rate_between(order.currency, store.currency, store.exchange_rates),
        )
    )


def win_rate(dispute: Dispute, ledger: OrderLedger) -> Decimal | None:
    """The share of such disputes that end well: the store's own once it has enough cases, the pack's prior before."""
    ruled = Dispute.objects.filter(order__store=ledger.order.store, reason=dispute.reason, state__in=RULED)
    count = ruled.aggregate(all=Count("pk"), good=Count("pk", filter=Q(state__in=GOOD_ENDS)))
    if count["all"] >= (ledger.policy.value("A", "cases") or 1):
        return Decimal(count["good"]) / Decimal(count["all"])
    prior = ledger.policy.value("A", "win_rate")
    return None if prior is None else Decimal(str(prior))


def _latest_offer(dispute: Dispute) -> Decimal | None:
    offer = dispute.offers.exclude(amount=None).last()
    return offer.amount if offer else None


def _goods_cost(ledger: OrderLedger) -> Decimal | None:
    items = ledger.rows_of(OrderItem)
    costs = [None if item.unit_cost is None else item.quantity * item.unit_cost for item in items]
    return None if not costs or None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))


def _freeze_exposure(dispute: Dispute, ledger: OrderLedger) -> Decimal | None:
    """What the frozen days would cost the store: it says its daily turnover in its own value of rule A."""
    if dispute.reason not in FREEZING:
        return Decimal(0)
    daily, days = ledger.policy.value("A", "daily_turnover"), ledger.policy.value("A", "freeze_days")
    rate = rate_between(ledger.order.currency, ledger.order.store.currency, ledger.order.store.exchange_rates)
    if daily is None or days is None or not rate:
        return None
    return Decimal(str(daily)) * int(days) / rate
