"""The list of orders: found by any part, filtered, page by page."""

from typing import Any

import pytest
from django.test import Client

from orders.models import Order, Store
from tests.cast import PLACED, after, at, paid, placed_order, shipped, tracking


def found(client: Client, query: str = "") -> list[str]:
    return [row.order_number for row in client.get(f"/orders/?{query}").context["page"].rows]


@pytest.mark.parametrize(
    "part", ["1234567890", "012345678901234", "LX1234", "souza", "maria@EX", "usb LAMP", "Maria lamp"]
)
def test_an_order_is_found_by_any_part_of_what_it_is_known_by(alice: Client, underway: Order, part: str) -> None:
    assert found(alice, f"q={part}") == [underway.order_number]


def test_a_whole_number_alone_leads_to_its_order_and_nobody_elses(
    alice: Client, charlie: Client, underway: Order
) -> None:
    number = underway.shipments.get().tracking_number
    for word in (underway.order_number, number, f" {number.lower()} "):
        assert alice.get("/orders/", {"q": word}).headers["Location"] == f"/orders/{underway.pk}/"
        assert charlie.get("/orders/", {"q": word}).status_code == 200
    assert alice.get("/orders/", {"q": number, "state": "shipped"}).status_code == 200
    placed_order(underway.store, paid(), shipped(tracking_number=number), number="8099")
    assert found(alice, f"q={number}") == ["8099", underway.order_number]


@pytest.mark.parametrize("part", ["nobody", "Maria zebra", "100%", "_", "912345678901234"])
def test_nothing_is_found_when_nothing_matches(alice: Client, underway: Order, part: str) -> None:
    page = alice.get("/orders/", {"q": part})
    assert page.context["page"].rows == []
    assert "No order matches" in page.content.decode()


def test_a_state_leaves_only_its_orders(alice: Client, store: Store, underway: Order) -> None:
    placed_order(store, number="81", buyer={"email": "b@example.com"})
    assert found(alice, "state=payment_pending") == ["81"]


def test_an_order_is_at_risk_when_it_is_long_on_its_way(alice: Client, store: Store, underway: Order) -> None:
    placed_order(store, number="82", buyer={"email": "c@example.com"})
    assert found(alice, "risk=1") == [underway.order_number]


def test_every_order_comes_once_when_the_pages_are_turned(alice: Client, store: Store) -> None:
    number = 0
    for number in range(1, 56):
        placed_order(
            store,
            number=f"9{number:03}",
            buyer={"email": "m@example.com"},
            placed_at=at(after(PLACED, days=number // 3)),
        )
    first = alice.get("/orders/").context["page"]
    second = found(alice, f"after={first.more}")
    numbers = [row.order_number for row in first.rows] + second
    assert len(first.rows) == 50
    assert sorted(numbers) == [f"9{n:03}" for n in range(1, number + 1)]


def test_the_nearest_date_stands_beside_an_order(alice: Client, underway: Order) -> None:
    row = alice.get("/orders/").context["page"].rows[0]
    pending = underway.milestones.filter(state="pending").order_by("due_at").first()
    assert row.next_date == (pending.kind, pending.due_at)


def test_many_orders_cost_no_more_looks_at_the_database(
    alice: Client, store: Store, django_assert_max_num_queries: Any
) -> None:
    for n in range(5):
        events = [paid(), shipped(), tracking("03-09 10:00")]
        placed_order(store, *events, number=f"80{n}", buyer={"email": f"m{n}@example.com"})
    with django_assert_max_num_queries(12):  # three of them tell PostgreSQL how to choose its way
        assert len(found(alice, "q=Maria")) == 5
