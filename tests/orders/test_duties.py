"""Duty and tax, estimated from a dated table."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.duties import DutyEstimate, ImportTax, NoDutyRates, StateTax, estimate_duty, load_duties
from orders.policies import UnusablePolicy, load_policy
from orders.zones import state_code
from tests.orders.test_policies import HEAD, packs, write_pack

__all__ = ["packs"]

DAY = date(2026, 3, 2)


def brazil(total: str, *, regime: str = "remessa_conforme", state: str = "SP", on: date = DAY) -> DutyEstimate:
    return estimate_duty(load_duties("brazil"), regime=regime, total=Decimal(total), state=state, on=on)


@pytest.mark.parametrize(
    ("total", "duty", "icms", "price"),
    [("50", "10.00", "12.29", "72.29"), ("100", "40.00", "28.67", "168.67"), ("50.01", "10.01", "12.29", "72.31")],
)
def test_the_published_check_values_come_out(total: str, duty: str, icms: str, price: str) -> None:
    found = brazil(total)
    assert (found.import_tax, found.icms, found.total) == (Decimal(duty), Decimal(icms), Decimal(price))
    assert found.tax == found.import_tax + found.icms
    assert found.at_checkout


def test_a_shop_outside_the_scheme_pays_sixty_percent_on_arrival() -> None:
    found = brazil("50", regime="other")
    assert (found.import_tax, found.bracket.rate, found.at_checkout) == (Decimal("30.00"), Decimal("0.60"), False)


def test_freight_is_taxed_with_the_goods() -> None:
    table = load_duties("brazil")
    found = estimate_duty(table, regime="remessa_conforme", total=Decimal(40), freight=Decimal(10), state="SP", on=DAY)
    assert (found.value, found.total) == (Decimal(50), Decimal("72.29"))


@pytest.mark.parametrize("state", ["MG", "Minas Gerais", "BR-MG", "minas gerais"])
def test_a_state_with_its_own_rate_takes_it_from_its_day_on(state: str) -> None:
    first = date(2025, 4, 1)
    assert brazil("100", state=state, on=first).icms_rate == Decimal("0.20")
    assert brazil("100", state=state, on=first - timedelta(days=1)).icms_rate == Decimal("0.17")


def test_an_unknown_state_gets_the_usual_rate_and_says_so() -> None:
    found = brazil("100", state="Lisboa")
    assert (found.icms_rate, found.is_state_known) == (Decimal("0.17"), False)


def test_a_day_before_the_table_has_no_estimate() -> None:
    with pytest.raises(NoDutyRates, match="known for 2018-01-01, only from 2024-08-01"):
        brazil("50", on=date(2018, 1, 1))


def test_a_value_above_the_simplified_regime_has_no_estimate() -> None:
    assert brazil("3000").import_tax == Decimal("1780.00")
    with pytest.raises(NoDutyRates, match="above USD 3000.00"):
        brazil("3000.01")


@given(st.decimals("0.01", "3000", places=2), st.sampled_from(["SP", "MG", ""]))
def test_icms_is_a_share_of_the_price_that_holds_it(total: Decimal, state: str) -> None:
    found = brazil(str(total), state=state)
    assert found.value + found.import_tax + found.icms == found.total
    assert abs(found.icms - found.total * found.icms_rate) <= Decimal("0.01")
    assert found.import_tax >= 0


def test_every_state_of_the_table_is_a_state_and_every_row_names_its_source() -> None:
    table = load_duties("brazil")
    assert [state for row in table.icms for state in row.states if state_code("BR", state) != state] == []
    rows: list[ImportTax | StateTax] = [*table.import_tax, *table.icms]
    assert {row.confidence for row in rows} <= {"high", "medium", "low"}
    assert all(row.source for row in rows)


def test_the_packs_say_which_table_and_regime_hold() -> None:
    assert load_policy("aliexpress-br").duties == {"table": "brazil", "regime": "remessa_conforme"}
    assert load_policy("taobao-cn").duties == {}


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ('table = "brazil"', "two values"),
        ('table = "narnia"\nregime = "other"', "narnia"),
        ('table = "brazil"\nregime = "none"', "expected one of remessa_conforme, other"),
    ],
)
def test_a_pack_with_unusable_duties_is_refused(packs: object, values: str, problem: str) -> None:
    write_pack(packs, f"{HEAD}\n[duties]\n{values}\n")  # type: ignore[arg-type]
    with pytest.raises(UnusablePolicy, match=problem):
        load_policy("third")
