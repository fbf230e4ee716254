"""Amounts as the platform writes them: an object with a currency, or a bare number."""

from decimal import Decimal, InvalidOperation
from typing import Any

from orders.providers.reading import table, text

MOST = Decimal("1e10")


def read_money(value: Any) -> Decimal | None:
    """The amount, to the hundredth; None where there is none that can be used."""
    said = table(value).get("amount") if isinstance(value, dict) else value
    try:
        amount = Decimal(str(said).strip()) if isinstance(said, str | int | float | Decimal) else None
    except InvalidOperation:
        return None
    if amount is None or isinstance(said, bool) or not amount.is_finite() or not 0 <= amount < MOST:
        return None
    return amount.quantize(Decimal("0.01"))


def currency_of(value: Any) -> str:
    """The ISO code of the amount's currency; empty where it names none."""
    told = table(value)
    code = text(told.get("currency_code")) or text(table(told.get("currency")).get("currency_code"))
    return code.upper() if len(code) == 3 and code.isascii() and code.isalpha() else ""
