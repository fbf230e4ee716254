"""What each way out of a dispute is expected to cost, with every term shown, and a missing term said to be missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a sum: what it is, and its value; None where it is not known."""

    name: str
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Option:
    """A way out: its terms, and what it is expected to cost, in the order's and in the store's currency.

    A cost is None when one of its terms is missing: a sum with a hole in it would only mislead.
    """

    name: str
    terms: tuple[Term, ...]
    cost: Decimal | None
    cost_in_store: Decimal | None


@dataclass(frozen=True, slots=True)
class Stakes:
    """What is known of the money in a dispute; amounts in the order's currency, `rate` in the store's for one of it."""

    claimed: Decimal | None
    offer: Decimal | None  # what a partial refund would be
    goods_cost: Decimal | None
    win_rate: Decimal | None  # between 0 and 1
    freeze_exposure: Decimal | None  # what a frozen store would lose; 0 where the reason does not freeze it
    rate: Decimal | None


def weigh_options(stakes: Stakes) -> list[Option]:
    """Refund now, partial, and contest, side by side.

    Contesting costs what is lost when it is lost: the claim and the freeze, times the share of cases that are lost.
    """
    losing = None if stakes.win_rate is None else 1 - stakes.win_rate
    claimed, offer = Term("claimed", stakes.claimed), Term("offer", stakes.offer)
    goods = Term("goods_cost", stakes.goods_cost)
    share, freeze = Term("loss_rate", losing), Term("freeze_exposure", stakes.freeze_exposure)
    return [
        _option("refund_now", (claimed,), _sum(claimed), stakes.rate),
        _option("partial", (offer,), _sum(offer), stakes.rate),
        _option("reship", (goods,), _sum(goods), stakes.rate),
        _option("contest", (share, claimed, freeze), _times(share, _sum(claimed, freeze)), stakes.rate),
    ]


def _option(name: str, terms: tuple[Term, ...], cost: Decimal | None, rate: Decimal | None) -> Option:
    in_store = None if cost is None or rate is None else _cents(cost * rate)
    return Option(name, terms, None if cost is None else _cents(cost), in_store)


def _sum(*terms: Term) -> Decimal | None:
    values = [term.value for term in terms]
    return None if None in values else sum((value for value in values if value is not None), Decimal(0))


def _times(share: Term, amount: Decimal | None) -> Decimal | None:
    return None if share.value is None or amount is None else share.value * amount


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def rate_between(currency: str, own: str, rates: Mapping[str, str]) -> Decimal | None:
    """What one unit of the currency is worth in the store's own; None where the store has not said."""
    if currency == own:
        return Decimal(1)
    return Decimal(rates[currency]) if currency in rates else None
