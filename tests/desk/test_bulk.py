"""Many orders at once from the list: looked at, started, watched and taken back."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from desk import reason_words
from disputes.bulk import work_on
from disputes.models import BulkRun
from messaging.models import Message
from orders.models import Order, Store
from tests.cast import placed_order
from tests.desk.disputing import order_underway


@pytest.fixture
def three(store: Store) -> list[Order]:
    return [order_underway(store, number=f"80123456789000{n}", buyer={"email": f"m{n}@example.com"}) for n in range(3)]


def look(client: Client, orders: list[Order], **given: Any) -> Any:
    said = {"kind": "contact", "purpose": "tracking_update", "order": [order.pk for order in orders]} | given
    return client.post("/orders/bulk/preview/", said)


def start(client: Client, page: Any) -> Any:
    context = page.context
    said = {"token": context["token"], "kind": context["kind"], "orders": context["preview"].ids} | context["params"]
    return client.post("/orders/bulk/start/", said)


def finish(run: BulkRun) -> None:
    work_on(run.pk, timezone.now, until=timezone.now() + timedelta(minutes=2))


def test_a_preview_says_what_happens_and_why_not(bob: Client, three: list[Order], placed: Order) -> None:
    page = look(bob, [*three, placed])
    preview = page.context["preview"]
    assert preview.will == 3
    assert [(why.count, why.rule) for why in preview.whys] == [(1, "T1")]
    assert not Message.objects.filter(purpose="tracking_update").exists()


def test_why_an_order_is_left_out_is_said_in_the_readers_words(bob: Client, placed: Order) -> None:
    sentence = "the receipt time is extended only while the parcel is on its way"
    page = look(bob, [placed], kind="extend", days="5")
    assert [(why.rule, why.reason) for why in page.context["preview"].whys] == [("G1", sentence)]
    assert sentence in reason_words.REASONS  # by which the page finds its translation
    assert sentence in page.content.decode()


def test_a_run_is_started_watched_and_taken_back(bob: Client, three: list[Order]) -> None:
    page = look(bob, three)
    address = start(bob, page)["Location"]
    run = BulkRun.objects.get()
    progress = bob.get(address, headers={"hx-request": "true"}).content.decode()
    assert "0 of 3 orders" in progress
    finish(run)
    assert bob.get(address, headers={"hx-request": "true"})["HX-Refresh"] == "true"
    assert Message.objects.filter(purpose="tracking_update").count() == 3
    bob.post(f"{address}undo/")
    finish(run)
    assert "taken back" in bob.get(address).content.decode()
    assert set(Message.objects.filter(purpose="tracking_update").values_list("state", flat=True)) == {"cancelled"}


def test_a_page_that_is_sent_twice_starts_one_run(bob: Client, three: list[Order]) -> None:
    page = look(bob, three)
    assert start(bob, page)["Location"] == start(bob, page)["Location"]
    assert BulkRun.objects.count() == 1


def test_all_that_match_are_taken_where_it_is_asked_for(bob: Client, three: list[Order], store: Store) -> None:
    placed_order(store, number="81", buyer={"email": "b@example.com"})
    page = look(bob, [], all="1", query="state=shipped")
    assert {order.pk for order in page.context["preview"].orders} == {order.pk for order in three}


def test_nobody_does_anything_to_the_orders_of_another_store(charlie: Client, bob: Client, three: list[Order]) -> None:
    assert look(charlie, three)["Location"].startswith("/orders/")
    page = look(bob, three)
    start(charlie, page)
    assert not BulkRun.objects.exists()


@pytest.mark.parametrize(
    "said", [{"orders": "a,b"}, {"token": "x"}, {"kind": "erase"}, {"orders": ",".join(map(str, range(1, 1200)))}]
)
def test_a_forged_page_starts_nothing(bob: Client, three: list[Order], said: dict[str, str]) -> None:
    page = look(bob, three)
    given = {"token": page.context["token"], "kind": "extend", "days": 9, "orders": page.context["preview"].ids}
    assert bob.post("/orders/bulk/start/", given | said)["Location"] == "/orders/"
    assert not BulkRun.objects.exists()


@pytest.mark.parametrize("said", [{"kind": "extend", "days": 0}, {"kind": "extend", "days": ""}, {"purpose": "refund"}])
def test_what_is_missing_is_said(bob: Client, three: list[Order], said: dict[str, Any]) -> None:
    assert look(bob, three, **said)["Location"].startswith("/orders/")


def test_a_preview_of_many_costs_no_more_looks_at_the_database(
    bob: Client, three: list[Order], store: Store, django_assert_max_num_queries: Any
) -> None:
    for n in range(6):
        order_underway(store, number=f"80123456789001{n}", buyer={"email": f"o{n}@example.com"})
    orders = list(Order.objects.all())
    with django_assert_max_num_queries(16):
        assert look(bob, orders).context["preview"].will == 9


def test_a_viewer_has_no_boxes_to_tick(vera: Client, three: list[Order]) -> None:
    assert 'name="order"' not in vera.get("/orders/").content.decode()
    assert three


def test_requests_to_cancel_are_listed_looked_at_and_answered_together(bob: Client, store: Store) -> None:
    asked = {"at": "2026-03-03T10:00:00Z", "type": "cancellation_requested"}
    waiting = [placed_order(store, asked, number=f"82{n}", buyer={"email": f"c{n}@example.com"}) for n in range(2)]
    placed_order(store, number="829", buyer={"email": "c9@example.com"})
    listed = bob.get("/orders/?cancellation=open")
    assert {row.pk for row in listed.context["page"].rows} == {order.pk for order in waiting}
    assert 'value="no_cancel"' in listed.content.decode()
    page = look(bob, [], kind="cancel", all="1", query="cancellation=open")
    assert "Give them on the platform" in page.content.decode()
    assert page.context["preview"].will == 2
    assert '<button class="danger">' in page.content.decode()
    address = start(bob, page)["Location"]
    finish(BulkRun.objects.get())
    assert set(Order.objects.filter(pk__in=[order.pk for order in waiting]).values_list("state", flat=True)) == {
        "cancelled"
    }
    done = bob.get(address).content.decode()
    assert "Agree to cancel the orders" in done
    assert f"{address}undo/" not in done
    assert "Nothing" not in bob.get("/orders/?cancellation=closed").content.decode()
