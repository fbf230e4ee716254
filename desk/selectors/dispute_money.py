"""A dispute's ways out as a table: every term with its value, or what is missing and where it is entered."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from desk import clocks
from desk.dispute_words import OPTIONS, TERMS
from disputes.arithmetic import Option, Term
from disputes.models import Dispute
from disputes.services.stakes import dispute_options
from orders.events import EventType
from orders.models import Store
from orders.services.ledger import OrderLedger

# The ways out that are not about money: their terms multiply, the others' add up.
FACTORS = {"loss_rate"}


@dataclass(frozen=True)
class Figure:
    """A term of a sum; without a value, what to do about it and where."""

    name: str | Promise
    value: str = ""
    missing: str = ""
    address: str = ""
    sign: str = ""  # what stands before it


@dataclass(frozen=True)
class Choice:
    """A way out with its sum, in the order's and in the store's currency."""

    name: str
    label: str | Promise
    figures: list[Figure]
    cost: str
    cost_in_store: str
    is_advised: bool


def list_choices(ledger: OrderLedger, dispute: Dispute, *, recommendation: str) -> list[Choice]:
    """The ways out, the advised one marked."""
    advised = {"accept_refund": "refund_now", "partial_refund": "partial", "counter_offer": "partial"}.get(
        recommendation, recommendation
    )
    return [_choice(option, dispute, is_advised=option.name == advised) for option in dispute_options(ledger, dispute)]


def missing_rate(dispute: Dispute) -> str:
    """The currency without a rate into the store's own; empty where there is one."""
    currency, store = dispute.order.currency, dispute.order.store
    return "" if currency == store.currency or currency in store.exchange_rates else currency


def _choice(option: Option, dispute: Dispute, *, is_advised: bool) -> Choice:
    order = dispute.order
    store: Store = order.store
    is_told = not any(_is_unknown(term) for term in option.terms)
    is_foreign = order.currency != store.currency
    return Choice(
        name=option.name,
        label=OPTIONS.get(option.name, option.name),
        figures=list(_figures(option, dispute)),
        cost=_money(option.cost, order.currency) if is_told else "",
        cost_in_store=_money(option.cost_in_store, store.currency) if is_told and is_foreign else "",
        is_advised=is_advised,
    )


def _figures(option: Option, dispute: Dispute) -> Iterator[Figure]:
    """(chance) × (claim + freeze): a term that is zero by nature, like the freeze of most reasons, is shown as zero."""
    multiplied = any(term.name in FACTORS for term in option.terms)
    added = [term for term in option.terms if term.name not in FACTORS]
    for term in option.terms:
        is_first = bool(added) and term is added[0]
        sign = "" if term.name in FACTORS else (("× (" if multiplied else "") if is_first else "+ ")
        yield _figure(term, dispute, sign)


def _figure(term: Term, dispute: Dispute, sign: str) -> Figure:
    if term.value is None or _is_unknown(term):
        missing, address = _where(term.name, dispute)
        return Figure(TERMS.get(term.name, term.name), missing=missing, address=address, sign=sign)
    value = f"{term.value:.0%}" if term.name in FACTORS else _money(term.value, dispute.order.currency)
    return Figure(TERMS.get(term.name, term.name), value, sign=sign)


def _is_unknown(term: Term) -> bool:
    """A counter-offer of nothing rejects the claim; it is no part that could be refunded."""
    return term.value is None or (term.name == "offer" and not term.value)


def _where(name: str, dispute: Dispute) -> tuple[str, str]:
    """What is missing in words, and the page on which it is entered."""
    rules = f"{reverse('desk:rules')}?store={dispute.order.store.slug}#A"
    places = {
        "claimed": (
            _("Not known: enter what the buyer claims."),
            reverse("desk:dispute_event", args=[dispute.pk, EventType.DISPUTE_CHANGED]),
        ),
        "offer": (
            _("You offered no money: with an offer, its sum stands here.")
            if dispute.offers.all()
            else _("No offer yet: make a counter-offer."),
            reverse("desk:dispute_event", args=[dispute.pk, EventType.COUNTER_OFFER]),
        ),
        "goods_cost": (_("Not known: import the unit cost of the items."), reverse("desk:import")),
        "loss_rate": (_("Not known: the rules give no win rate."), rules),
        "freeze_exposure": (_("Not known: enter the store's daily turnover, rule A."), rules),
    }
    return places.get(name, (_("Not known."), ""))


def _money(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else clocks.format_money(amount, currency)
