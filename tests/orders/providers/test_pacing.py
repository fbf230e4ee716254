"""How often a parcel is asked for, by what is known of it; and what the services' own data say of carriers."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import providers
from orders.providers.interface import ProviderName
from orders.providers.limits import service_limits
from orders.providers.pacing import Journey, load_pace, next_look
from orders.tracking_statuses import TrackingStatus as Status
from tests.cast import at

SHIPPED = at("03-05 10:00")
NOW = at("03-20 10:00")


def wait(status: Status | None, *, quiet_days: float | None = None, age_days: float = 15) -> float | None:
    """Hours to the next question about a parcel of this age."""
    news_at = None if quiet_days is None else NOW - timedelta(days=quiet_days)
    journey = Journey(NOW - timedelta(days=age_days), status, news_at)
    following = next_look(journey, now=NOW, draw=lambda low, high: (low + high) / 2)
    return None if following is None else (following - NOW) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("status", "quiet_days", "age_days", "hours"),
    [
        (Status.OUT_FOR_DELIVERY, 1, 15, 3),
        (Status.OUT_FOR_DELIVERY, 10, 15, 24),
        (Status.PICKUP_WAITING, 10, 15, 6),
        (Status.CUSTOMS, 10, 40, 12),
        (Status.IN_TRANSIT, 1, 15, 12),
        (Status.IN_TRANSIT, 10, 15, 24),
        (Status.IN_TRANSIT, 30, 70, 48),
        (None, None, 2, 12),
        (None, None, 15, 24),
        (Status.DELIVERED, 1, 15, None),
        (Status.RETURNED, 1, 15, None),
        (Status.IN_TRANSIT, 1, 180, None),
    ],
)
def test_a_parcel_has_its_pace(
    status: Status | None, quiet_days: float | None, age_days: float, hours: float | None
) -> None:
    assert wait(status, quiet_days=quiet_days, age_days=age_days) == hours


@given(
    status=st.none() | st.sampled_from(Status),
    quiet_days=st.none() | st.floats(-2, 400),
    age_days=st.floats(-2, 179),
)
def test_every_parcel_under_way_has_a_pace(status: Status | None, quiet_days: float | None, age_days: float) -> None:
    hours = wait(status, quiet_days=quiet_days, age_days=age_days)
    assert (hours is None) == (status in load_pace().finished)
    assert hours is None or 3 <= hours <= 48


@pytest.mark.parametrize(
    ("provider", "carrier", "number", "code"),
    [
        (ProviderName.SEVENTEEN_TRACK, "China Post Registered Air Mail", "LX123456785CN", "3011"),
        (ProviderName.SEVENTEEN_TRACK, "CAINIAO  Standard", "LP00123456", "190271"),
        (ProviderName.SEVENTEEN_TRACK, "AliExpress Standard Shipping", "LX123456785CN", ""),
        (ProviderName.SEVENTEEN_TRACK, "Systems Express", "1234567", ""),  # "ems" is a word of its own, or none
        (ProviderName.KUAIDI100, "中通快递", "7312345678", "zhongtong"),
        (ProviderName.KUAIDI100, "", "PU847542099BR", "brazilposten"),
        (ProviderName.KUAIDI100, "", "LP00123456", ""),
    ],
)
def test_a_carrier_has_the_services_own_code(provider: ProviderName, carrier: str, number: str, code: str) -> None:
    assert service_limits(provider).carrier_code(carrier, number) == code


@pytest.mark.parametrize(("number", "taken"), [("LP00123456", True), ("1234", False), ("see chat", False), ("", False)])
def test_a_service_takes_numbers_of_its_form(number: str, taken: bool) -> None:
    assert service_limits(ProviderName.SEVENTEEN_TRACK).takes(number) == taken


def test_the_clients_know_no_django() -> None:
    sources = [path.read_text("utf-8") for path in Path(providers.__file__).parent.glob("*.py")]
    named = {
        name
        for source in sources
        for node in ast.walk(ast.parse(source))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [])
        + ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [])
    }
    assert len(sources) > 8
    assert [name for name in named if name.startswith("django") or ".models" in name] == []
