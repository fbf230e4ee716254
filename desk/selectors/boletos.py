"""What a boleto's line says beside the order that it should pay for."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise

from desk.number_words import BOLETO_PARTS
from orders.boletos import BadBoleto, Boleto, read_boleto
from orders.calendars import is_brazil_banking_day
from orders.lifecycle import UNPAID
from orders.models import Order

COUNTRY, CURRENCY = "BR", "BRL"


@dataclass(frozen=True)
class BoletoCheck:
    """A line that was checked: what it says, or where it is wrong.

    `pay_by` is the due date, or the banking day after it where banks do not work on it; `is_amount_right` is None where
    the two amounts cannot be compared.
    """

    problems: tuple[str | Promise, ...] = ()
    boleto: Boleto | None = None
    pay_by: date | None = None
    is_amount_right: bool | None = None


def may_have_boleto(order: Order) -> bool:
    """Whether a boleto may still pay for the order."""
    return order.state in UNPAID and (order.buyer.country or order.policy.country) == COUNTRY


def check_boleto(order: Order, line: str) -> BoletoCheck:
    """Read a line; its due date is the one nearest to the order's day in the buyer's zone."""
    day = order.placed_at.astimezone(order.buyer.zone(order.policy)).date()
    try:
        boleto = read_boleto(line, near=day)
    except BadBoleto as error:
        return BoletoCheck(tuple(BOLETO_PARTS[part] for part in error.parts))
    comparable = order.currency == CURRENCY and order.total is not None and boleto.amount is not None
    return BoletoCheck(
        boleto=boleto,
        pay_by=_banking_day(boleto.due_on) if boleto.due_on else None,
        is_amount_right=boleto.amount == order.total if comparable else None,
    )


def _banking_day(day: date) -> date:
    """The day itself, or the next on which banks in Brazil work (P6)."""
    while not is_brazil_banking_day(day):
        day += timedelta(days=1)
    return day
