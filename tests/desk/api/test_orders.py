"""Orders over the API: listed in pages, shown, told what happened; refusals carry the rule."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disputes.order_files import import_file
from orders.models import ApiScope, Order, OrderFile, Store
from tests.cast import at, clock_at, paid, placed_order, shipped
from tests.desk.api.conftest import Program, program_of

pytestmark = pytest.mark.django_db


def numbers(answer: Any) -> list[str]:
    return [row["order_number"] for row in answer.json()["items"]]


def test_pages_hold_every_order_once_though_orders_come_in_meanwhile(store: Store, erp: Program) -> None:
    for day in range(5):
        placed_order(store, number=f"10{day}", placed_at=at("03-02 12:00") + timedelta(days=day // 2))
    first = erp.get("/orders", limit=2)
    placed_order(store, number="999", placed_at=at("03-20 12:00"))
    second = erp.get("/orders", limit=2, cursor=first.json()["next_cursor"])
    third = erp.get("/orders", limit=2, cursor=second.json()["next_cursor"])
    assert numbers(first) + numbers(second) + numbers(third) == ["104", "103", "102", "101", "100"]
    assert third.json()["next_cursor"] is None


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "bnVsbA", "WyIyMDI2LTAzLTAyIiwgMV0", "WyJhIiwgMTIzXQ", "Wzk5OTk5LCB0cnVlXQ"]
)
def test_a_cursor_of_another_list_is_refused(erp: Program, cursor: str) -> None:
    answer = erp.get("/orders", cursor=cursor)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")


def test_an_order_is_shown_with_its_parcels_dates_and_timeline(erp: Program, underway: Order) -> None:
    said = erp.get(f"/orders/{underway.pk}").json()
    assert said["state"] == "in_transit" or said["state"] == underway.state
    assert [parcel["tracking_number"] for parcel in said["parcels"]] == ["LX123456785CN"]
    assert {row["type"] for row in said["timeline"]} >= {"placed", "payment_confirmed", "shipped"}
    assert said["milestones"]
    assert said["placed_at"] == "2026-03-02T12:00:00Z"
    assert said["refunded_amount"] == "0.00"


def test_an_event_goes_through_the_same_door_as_everything(store: Store, erp: Program) -> None:
    order = placed_order(store)
    answer = erp.post(f"/orders/{order.pk}/events", {"type": "payment_confirmed", "at": "2026-03-02T13:00:00Z"})
    assert (answer.status_code, answer.json()["state"], answer.json()["is_new"]) == (201, "paid", True)
    event = order.timeline.get(type="payment_confirmed")
    assert (event.kind, event.actor) == ("fact", f"api:{erp.token.pk}")


def test_a_command_that_a_rule_forbids_is_refused_with_the_rule(store: Store, erp: Program) -> None:
    order = placed_order(store)
    answer = erp.post(f"/orders/{order.pk}/events", {"type": "shipped", "as": "command", "tracking_number": "LX1"})
    problem = answer.json()
    assert (answer.status_code, problem["rule"], problem["status"]) == (409, "P2", 409)
    assert order.timeline.filter(kind="refused").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "flown"},
        {},
        [],
        {"type": "shipped", "colour": "red"},
        {"type": "verdict"},
        {"type": "refund_issued", "amount": "1.234"},
        {"type": "refund_issued", "amount": 5},
        {"type": "tracking", "status": "eaten"},
        {"type": "delivered", "at": "2099-01-01T00:00:00Z"},
        {"type": "delivered", "at": "yesterday"},
        {"type": "review_received", "stars": True},
    ],
)
def test_an_event_of_another_form_is_refused_and_says_where(erp: Program, underway: Order, wrong: Any) -> None:
    answer = erp.post(f"/orders/{underway.pk}/events", wrong)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["errors"]


def test_events_of_disputes_need_their_own_scope(store: Store, underway: Order) -> None:
    given = {"type": "dispute_opened", "reason": "lost", "amount": "10.00"}
    only_orders, only_disputes = program_of(store, ApiScope.ORDERS_WRITE), program_of(store, ApiScope.DISPUTES_WRITE)
    assert only_orders.post(f"/orders/{underway.pk}/events", given).status_code == 403
    assert only_disputes.post(f"/orders/{underway.pk}/events", {"type": "completed"}).status_code == 403
    assert only_disputes.post(f"/orders/{underway.pk}/events", given).status_code == 201
    assert underway.disputes.count() == 1


def test_many_orders_become_a_file_that_a_worker_takes_in(erp: Program) -> None:
    item = {"title": 'Lamp, red; "big"', "quantity": 2, "unit_price": "6.00"}
    buyer = {"name": "Maria\u0000 Souza", "country": "BR"}
    good = {"order_number": "77001", "placed_at": "2026-03-02T12:00:00Z", "buyer": buyer, "items": [item, item]}
    late = {"order_number": "77002", "placed_at": "2026-03-03T12:00:00Z", "paid_at": "2026-03-03T13:00:00Z"}
    answer = erp.post("/orders", {"orders": [good, late | {"promised_days": 60}, good | {"buyer": {"country": "??"}}]})
    assert answer.status_code == 202
    path = answer["Location"].removeprefix("/api/v1")
    assert erp.get(path).json()["state"] == "queued"
    import_file(OrderFile.objects.get().pk, clock_at("03-05 10:00"))
    said = erp.get(path).json()
    assert (said["state"], said["error"]) == ("done", "")
    order = Order.objects.get(order_number="77001")
    assert (order.items.count(), order.items.all()[0].title, order.buyer.name) == (2, item["title"], "Maria  Souza")
    assert Order.objects.get(order_number="77002").paid_at == at("03-03 13:00")


def test_another_store_is_not_there(rival: Program, underway: Order, erp: Program) -> None:
    assert numbers(rival.get("/orders")) == []
    for answer in (
        rival.get(f"/orders/{underway.pk}"),
        rival.post(f"/orders/{underway.pk}/events", {"type": "completed"}),
    ):
        assert answer.status_code == 404
    assert not underway.timeline.filter(type="completed").exists()


def test_orders_are_found_by_what_names_them(store: Store, erp: Program, underway: Order) -> None:
    placed_order(store, paid(), number="55")
    assert numbers(erp.get("/orders", tracking_number="LX123456785CN")) == [underway.order_number]
    assert numbers(erp.get("/orders", order_number="55")) == ["55"]
    assert numbers(erp.get("/orders", state="paid")) == ["55"]
    assert numbers(erp.get("/orders", placed_from="2026-04-01T00:00:00Z")) == []


@pytest.mark.parametrize("path", ["/orders", "/actions", "/messages", "/disputes"])
def test_a_longer_page_costs_no_more_queries(store: Store, erp: Program, path: str) -> None:
    claim = {"at": "2026-04-20T10:00:00Z", "type": "dispute_opened", "reason": "lost", "amount": "5.00"}
    counts, lengths = [], []
    for turn in range(2):
        for number in range(1 + 3 * turn):
            placed_order(store, paid(), shipped(), claim, number=f"{turn}{number}")
        with CaptureQueriesContext(connection) as asked:
            lengths.append(len(erp.get(path, limit=200).json()["items"]))
        counts.append(len(asked))
    assert lengths[0] < lengths[1]
    assert counts[0] == counts[1]
