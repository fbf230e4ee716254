"""Where an order's page lies on its platform: what a pack or a store may name, and what becomes of a number in it."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.platforms import NUMBER, order_address, read_platform
from orders.policies import UnusablePolicy, load_policy, override_policy, policy_names

GOOD = "https://seller.example/orders?id={order_number}"


@pytest.mark.parametrize("name", [name for name in policy_names() if load_policy(name).platform])
def test_a_pack_that_knows_the_orders_page_leads_to_it(name: str) -> None:
    address = load_policy(name).order_url("8012345678901234")
    assert address.startswith("https://")
    assert "8012345678901234" in address


@pytest.mark.parametrize(
    "pattern",
    [
        None, 7, "", "https://seller.example/orders", "http://seller.example/{order_number}",
        "javascript:alert('{order_number}')", "https://{order_number}.example/", "https:///{order_number}",
        "https://seller.example/{order_number}/{order_number}", "https://seller.example/{order_number}/{secret}",
        "https://a@seller.example/{order_number}", "https://seller.example:99999/{order_number}",
        "https://seller.example/\n{order_number}", " https://seller.example/{order_number}",
    ],
)  # fmt: skip
def test_a_pattern_that_is_no_https_address_with_one_number_is_refused(pattern: Any) -> None:
    with pytest.raises(ValueError, match="order_url"):
        read_platform({"order_url": pattern})


@pytest.mark.parametrize("given", ["https://seller.example", {"url": GOOD}, {"order_url": GOOD, "more": "1"}])
def test_another_table_is_refused(given: Any) -> None:
    with pytest.raises(ValueError, match="takes one value, 'order_url'"):
        read_platform(given)


def test_a_store_names_its_own_address_and_keeps_the_packs_rules() -> None:
    pack = load_policy("aliexpress-br")
    own = override_policy(pack, {"platform": {"order_url": GOOD}})
    assert own.order_url("12") == "https://seller.example/orders?id=12"
    assert own.rules == pack.rules
    with pytest.raises(UnusablePolicy, match="order_url"):
        override_policy(pack, {"platform": {"order_url": "http://seller.example/{order_number}"}})


@given(st.text(min_size=1, max_size=64).filter(lambda text: text.isprintable()))
def test_a_number_stays_one_value_of_the_address(number: str) -> None:
    """Whatever a file calls an order, it leads to no other host and to no other page."""
    parts = urlsplit(order_address(GOOD, number))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "seller.example", "/orders")
    assert parse_qsl(parts.query, keep_blank_values=True) == [("id", number)]


def test_without_a_pattern_there_is_no_address() -> None:
    assert order_address("", "12") == ""
    assert NUMBER not in order_address(GOOD, "12")
