"""What the buyer of a parcel from abroad normally pays in duty and tax, worked out from a dated table (an estimate).

The tables lie in `duty_tables/`, one file a country; which table and regime hold for a marketplace is the pack's to
say ([duties]).
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from orders.zones import state_code

TABLES = Path(__file__).parent / "duty_tables"
CENT = Decimal("0.01")
Row = TypeVar("Row", "ImportTax", "StateTax")


class NoDutyRates(ValueError):
    """The table has no rate for this day or value; the message says which, and what it does have."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """The import tax of values up to `up_to`: rate × value − less, in the table's currency."""

    up_to: Decimal
    rate: Decimal
    less: Decimal


@dataclass(frozen=True, slots=True)
class ImportTax:
    """A regime's brackets from a day on, with where they are from and how sure that is."""

    regime: str
    valid_from: date
    brackets: tuple[Bracket, ...]
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class StateTax:
    """The state's tax on the goods (ICMS) from a day on; without `states`, of all that have no entry of their own."""

    valid_from: date
    rate: Decimal
    states: frozenset[str]
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class DutyTable:
    """One country's dated rates; amounts are in `currency`."""

    name: str
    country: str
    currency: str
    at_checkout: Mapping[str, bool]  # by regime: whether the platform collects, or customs at arrival
    import_tax: tuple[ImportTax, ...]
    icms: tuple[StateTax, ...]


@dataclass(frozen=True, slots=True)
class DutyEstimate:
    """The terms of an estimate, in the table's currency; `is_state_known` is false where the usual rate stands in."""

    currency: str
    value: Decimal
    bracket: Bracket
    import_tax: Decimal
    icms_rate: Decimal
    icms: Decimal
    total: Decimal
    at_checkout: bool
    state: str
    is_state_known: bool
    import_tax_row: ImportTax
    icms_row: StateTax

    @property
    def tax(self) -> Decimal:
        """Duty and tax together."""
        return self.import_tax + self.icms

    @property
    def valid_from(self) -> date:
        """The day from which all rates used hold."""
        return max(self.import_tax_row.valid_from, self.icms_row.valid_from)

    @property
    def sources(self) -> list[str]:
        """Where the rates are from, each source once."""
        return list(dict.fromkeys([self.import_tax_row.source, self.icms_row.source]))


@cache
def load_duties(name: str) -> DutyTable:
    """A table by its name. Raises FileNotFoundError; ValueError, KeyError or ArithmeticError for a damaged one."""
    data = tomllib.loads((TABLES / f"{name}.toml").read_text(encoding="utf-8"))
    return DutyTable(
        name,
        data["country"],
        data["currency"],
        {regime: given["at_checkout"] for regime, given in data["regimes"].items()},
        tuple(_import_tax(row) for row in data["import_tax"]),
        tuple(_state_tax(row) for row in data["icms"]),
    )


def _import_tax(row: Mapping[str, Any]) -> ImportTax:
    brackets = [Bracket(*(Decimal(given[name]) for name in ("up_to", "rate", "less"))) for given in row["brackets"]]
    ordered = tuple(sorted(brackets, key=lambda bracket: bracket.up_to))
    return ImportTax(row["regime"], row["valid_from"], ordered, row["source"], row["confidence"])


def _state_tax(row: Mapping[str, Any]) -> StateTax:
    states = frozenset(row.get("states", []))
    return StateTax(row["valid_from"], Decimal(row["rate"]), states, row["source"], row["confidence"])


def estimate_duty(
    table: DutyTable, *, regime: str, total: Decimal, freight: Decimal = Decimal(0), state: str, on: date
) -> DutyEstimate:
    """What a parcel of this value (in the table's currency) normally costs in duty and tax.

    The base is goods and freight: `freight` is what `total` does not hold yet. `state` is the buyer's, by code or name;
    an unknown one gets the usual rate. ICMS counts "por dentro": it is a share of the price that already holds it.
    Raises NoDutyRates when the table knows no rate for the day `on` or for such a value.
    """
    value = total + freight
    code = state_code(table.country, state)
    taxed = _valid([row for row in table.import_tax if row.regime == regime], on, f"import tax of {regime!r}")
    bracket = next((bracket for bracket in taxed.brackets if value <= bracket.up_to), None)
    if bracket is None:
        limit = taxed.brackets[-1].up_to
        raise NoDutyRates(f"no simplified rate above {table.currency} {limit}: customs works it out itself")
    own = [row for row in table.icms if code in row.states and row.valid_from <= on]
    icms = _valid(own or [row for row in table.icms if not row.states], on, "ICMS")
    duty = _round(bracket.rate * value - bracket.less)
    price = _round((value + duty) / (1 - icms.rate))
    return DutyEstimate(
        currency=table.currency,
        value=value,
        bracket=bracket,
        import_tax=duty,
        icms_rate=icms.rate,
        icms=price - value - duty,
        total=price,
        at_checkout=table.at_checkout[regime],
        state=code,
        is_state_known=bool(code),
        import_tax_row=taxed,
        icms_row=icms,
    )


def _valid(rows: Sequence[Row], on: date, what: str) -> Row:
    known = [row for row in rows if row.valid_from <= on]
    if not known:
        since = f", only from {min(row.valid_from for row in rows)} on" if rows else ""
        raise NoDutyRates(f"no {what} is known for {on}{since}")
    return max(known, key=lambda row: row.valid_from)


def _round(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
