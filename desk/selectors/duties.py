"""The estimate of duty and tax beside an order: each term in words, or why there is none. Never a promise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from desk import clocks
from disputes.arithmetic import rate_between
from orders.duties import DutyEstimate, DutyTable, NoDutyRates, estimate_duty, load_duties
from orders.models import Order


@dataclass(frozen=True)
class DutyCard:
    """What the block shows; without an estimate, `missing` says what to do."""

    estimate: DutyEstimate | None = None
    terms: tuple[tuple[str, str], ...] = ()
    tax: str = ""  # also in the order's currency, where that is another one
    valid_from: str = ""
    missing: str = ""

    @property
    def advice(self) -> str:
        """What the seller does well to know when he declares the parcel; empty without an estimate."""
        if self.estimate is None:
            return ""
        words = _("Declare what the buyer paid. Duty and tax of it: normally %(tax)s.")
        return words % {"tax": self.tax}


def duty_card(order: Order) -> DutyCard | None:
    """The block of an order whose pack names a table for its buyer's country; None without one."""
    duties = order.policy.duties
    if not duties or order.total is None:
        return None
    table = load_duties(duties["table"])
    if (order.buyer.country or order.policy.country) != table.country:
        return None
    rate = _rate(order, table)
    if rate is None:
        words = {"from": order.currency or "?", "to": table.currency}
        return DutyCard(missing=_("The store has no exchange rate from %(from)s to %(to)s.") % words)
    day = _day(order)
    try:
        total = (order.total * rate).quantize(Decimal("0.01"))
        found = estimate_duty(table, regime=duties["regime"], total=total, state=order.buyer.state, on=day)
    except NoDutyRates as error:
        return DutyCard(missing=_missing(error, table, day))
    return DutyCard(
        found,
        tuple(_terms(found, order)),
        _both(found, order, rate),
        clocks.format_date(found.valid_from),
    )


def _rate(order: Order, table: DutyTable) -> Decimal | None:
    """What one unit of the order's currency is worth in the table's, by way of the store's own."""
    store = order.store
    worth = rate_between(order.currency, store.currency, store.exchange_rates)
    of_table = rate_between(table.currency, store.currency, store.exchange_rates)
    return worth / of_table if worth is not None and of_table else None


def _day(order: Order) -> date:
    zone: ZoneInfo = order.buyer.zone(order.policy)
    return order.placed_at.astimezone(zone).date()


def _missing(error: NoDutyRates, table: DutyTable, day: date) -> str:
    if day < min(row.valid_from for row in table.import_tax):
        return _("The rates of %(day)s are not known.") % {"day": clocks.format_date(day)}
    return _("Above the simplified regime: customs works it out itself.")


def _both(found: DutyEstimate, order: Order, rate: Decimal) -> str:
    tax = clocks.format_money(found.tax, found.currency)
    return (
        tax if order.currency == found.currency else f"{tax} ≈ {clocks.format_money(found.tax / rate, order.currency)}"
    )


def _terms(found: DutyEstimate, order: Order) -> Iterator[tuple[str, str]]:
    def money(amount: Decimal) -> str:
        return clocks.format_money(amount, found.currency)

    value = money(found.value)
    if order.currency != found.currency and order.total is not None:
        value = f"{clocks.format_money(order.total, order.currency)} ≈ {value}"
    bracket = found.bracket
    duty = _("Import tax, %(rate)s") % {"rate": _percent(bracket.rate)}
    if bracket.less:
        duty = _("Import tax, %(rate)s less %(less)s") % {"rate": _percent(bracket.rate), "less": money(bracket.less)}
    state = {"rate": _percent(found.icms_rate), "state": found.state}
    icms = _("ICMS, %(rate)s of the price with tax (%(state)s)") if found.is_state_known else _("ICMS, %(rate)s")
    yield _("Goods and freight"), value
    yield duty, money(found.import_tax)
    yield icms % state, money(found.icms)
    yield _("With duty and tax"), money(found.total)


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f} %"
