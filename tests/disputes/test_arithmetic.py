"""What each way out of a dispute costs: every term shown, and no total where one is missing."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disputes.arithmetic import Option, Stakes, rate_between, weigh_options
from disputes.models import Dispute
from disputes.services.stakes import dispute_options, win_rate
from orders.models import Order
from orders.services.ledger import OrderLedger, open_ledger
from tests.cast import alices_store, at, happens, paid, placed_order, shipped
from tests.disputes.claims import offered, opened, verdict

KNOWN: dict[str, Decimal | None] = {
    "claimed": Decimal("24.00"),
    "offer": Decimal("6.00"),
    "goods_cost": Decimal("9.50"),
    "win_rate": Decimal("0.45"),
    "freeze_exposure": Decimal("100.00"),
    "rate": Decimal("7.2"),
}
# Which options have no cost without a term.
NEEDED_BY = {
    "claimed": {"refund_now", "contest"},
    "offer": {"partial"},
    "goods_cost": {"reship"},
    "win_rate": {"contest"},
    "freeze_exposure": {"contest"},
}


def weigh(**said: Decimal | None) -> dict[str, Option]:
    return {option.name: option for option in weigh_options(Stakes(**(KNOWN | said)))}


def test_each_option_shows_its_cost_in_both_currencies() -> None:
    costs = {name: (str(option.cost), str(option.cost_in_store)) for name, option in weigh().items()}
    assert costs == {
        "refund_now": ("24.00", "172.80"),
        "partial": ("6.00", "43.20"),
        "reship": ("9.50", "68.40"),
        "contest": ("68.20", "491.04"),  # 0.55 × (24.00 + 100.00)
    }


def test_each_option_shows_its_terms() -> None:
    terms = {name: [(term.name, str(term.value)) for term in option.terms] for name, option in weigh().items()}
    assert terms["refund_now"] == [("claimed", "24.00")]
    assert terms["contest"] == [("loss_rate", "0.55"), ("claimed", "24.00"), ("freeze_exposure", "100.00")]


@pytest.mark.parametrize("term", NEEDED_BY)
def test_an_option_with_a_missing_term_has_no_total(term: str) -> None:
    options = weigh(**{term: None})
    without = {name for name, option in options.items() if option.cost is None}
    assert without == NEEDED_BY[term]
    assert all(options[name].cost_in_store is None for name in without)
    assert all(None in {shown.value for shown in options[name].terms} for name in without)


def test_without_an_exchange_rate_only_the_orders_currency_is_shown() -> None:
    options = weigh(rate=None).values()
    assert all(option.cost is not None and option.cost_in_store is None for option in options)


@given(*[st.decimals(0, 10**6, places=2)] * 2, st.decimals(0, 1, places=4))
def test_contesting_never_costs_more_than_losing(claimed: Decimal, freeze: Decimal, rate: Decimal) -> None:
    cost = weigh(claimed=claimed, freeze_exposure=freeze, win_rate=rate)["contest"].cost
    assert cost is not None
    assert 0 <= cost <= claimed + freeze


def test_the_stores_own_currency_needs_no_rate() -> None:
    rates = {"BRL": "1.40"}
    assert rate_between("CNY", "CNY", {}) == 1
    assert rate_between("BRL", "CNY", rates) == Decimal("1.40")
    assert rate_between("EUR", "CNY", rates) is None


# --- what is known of a dispute that is kept --------------------------------------------------------------------------
@pytest.fixture
def ledger(request: pytest.FixtureRequest, db: None) -> OrderLedger:
    said: dict[str, Any] = getattr(request, "param", {})
    store = alices_store(**said.get("store", {}))
    claim = opened(**said.get("claim", {}))
    order = placed_order(store, paid(), shipped(), claim, total=Decimal("24.00"))
    return open_ledger(order.pk, now=at("04-10 08:00"), actor="test")


def costs(ledger: OrderLedger) -> dict[str, str]:
    options = dispute_options(ledger, Dispute.objects.get(order=ledger.order))
    return {option.name: str(option.cost) for option in options}


def test_what_the_order_does_not_say_is_missing(ledger: OrderLedger) -> None:
    assert costs(ledger) == {"refund_now": "24.00", "partial": "None", "reship": "None", "contest": "13.20"}


def test_the_latest_offer_is_the_partial_refund(ledger: OrderLedger) -> None:
    happens(ledger.order, offered(amount="5.00"))
    happens(ledger.order, offered("04-12 08:00", amount="7.00"))
    assert costs(open_ledger(ledger.order.pk, now=at("04-12 08:00"), actor="test"))["partial"] == "7.00"


@pytest.mark.parametrize("ledger", [{"claim": {"reason": "tracking_not_found"}}], indirect=True)
def test_a_freeze_of_unknown_cost_leaves_contesting_without_a_total(ledger: OrderLedger) -> None:
    assert costs(ledger)["contest"] == "None"


FREEZING = {
    "claim": {"reason": "tracking_not_found"},
    "store": {"currency": "CNY", "exchange_rates": {"USD": "7"}, "policy_overrides": {"A": {"daily_turnover": 700}}},
}


@pytest.mark.parametrize("ledger", [FREEZING], indirect=True)
def test_a_freeze_costs_its_days_of_turnover_in_the_orders_currency(ledger: OrderLedger) -> None:
    assert costs(ledger)["contest"] == "398.20"  # 0.55 × (24 + 7 days × 700 / 7)


def test_the_stores_own_record_counts_from_twenty_cases_on(ledger: OrderLedger) -> None:
    dispute = Dispute.objects.get()
    for number in range(20):
        assert win_rate(dispute, ledger) == Decimal("0.45")
        outcome = "won" if number % 4 else "lost"
        close_case(ledger.order.store.slug, number, outcome)
    assert win_rate(dispute, ledger) == Decimal("0.75")


def close_case(slug: str, number: int, outcome: str) -> Order:
    store = Order.objects.get(order_number="8012345678901234").store
    assert store.slug == slug
    return placed_order(store, paid(), shipped(), opened(), verdict("04-20 00:00", outcome), number=f"9{number:015}")
