"""The cause report: counts and shares that lead to their reviews, by month, article, carrier and store; its file."""

import csv
import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import AuditEntry, Order, Store
from tests.cast import alices_store
from tests.desk.disputing import order_underway, read_whole
from tests.desk.reviewing import reviewed

BROKEN = "A haste veio quebrada"


@pytest.fixture
def order(store: Store) -> Order:
    return order_underway(store, number="order-1001")


def page(client: Client, address: str = "/reviews/causes/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def led_to(client: Client, content: str, number: str) -> set[int]:
    """How many reviews stand behind each link that says this number."""
    links = re.findall(rf'<a href="([^"]*/reviews/\?[^"]*)"[^>]*>{number}</a>', content)
    assert links
    return {len(client.get(unescape(link)).context["page"].rows) for link in links}


def test_each_number_leads_to_its_reviews(bob: Client, store: Store, order: Order) -> None:
    for hours in (5, 6, 7):
        reviewed(store, order, hours=hours)
    reviewed(store, order, hours=8, text=BROKEN, stars=2)
    reviewed(store, order_number="nine", text="", hours=9)
    content = page(bob)
    for said in ("5 reviews", "4 with a cause", "75 %", "25 %"):
        assert said in content
    assert (led_to(bob, content, "3"), led_to(bob, content, "1"), led_to(bob, content, "4")) == ({3}, {1}, {4})


def test_more_reviews_ask_the_database_no_more_often(bob: Client, store: Store, order: Order) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(bob)
        return len(captured)

    reviewed(store, order)
    few = queries()
    for number in range(5):
        reviewed(store, order, hours=number + 6, text=BROKEN)
        reviewed(store, order_underway(store, number=f"n{number}"), hours=number + 6)
    assert queries() == few


def test_reviews_of_the_past_are_found_where_nobody_wrote_lately(bob: Client, store: Store, order: Order) -> None:
    years = 3
    old = reviewed(store, order, hours=24 * 365 * years)
    content = page(bob)
    assert f'value="{old.reviewed_at.year}"' in content
    assert led_to(bob, content, "1") == {1}
    assert "No causes in this time" in page(bob, "/reviews/causes/?span=90")


def test_stores_are_told_apart(alice: Client, store: Store, order: Order) -> None:
    other = alices_store("second")
    reviewed(store, order)
    reviewed(other, order_number="nine", text=BROKEN)
    assert "By store" in page(alice)
    assert "By store" not in page(alice, "/reviews/causes/?store=second")


def test_nothing_of_another_store_is_counted(charlie: Client, store: Store, order: Order) -> None:
    reviewed(store, order)
    assert "No reviews yet" in page(charlie)


@pytest.mark.parametrize("span", ["x", "99999999999999999999", "1800", "-1", "²"])
def test_an_unknown_time_is_the_usual_one(bob: Client, store: Store, order: Order, span: str) -> None:
    reviewed(store, order)
    assert "1 review" in page(bob, f"/reviews/causes/?span={span}")


def test_the_file_has_a_row_for_each_month_cause_and_article(alice: Client, store: Store, order: Order) -> None:
    reviewed(store, order)
    reviewed(store, order, hours=6)
    rows = list(csv.DictReader(read_whole(alice.get("/reviews/causes/causes.csv")).decode("utf-8-sig").splitlines()))
    zone = alice.get("/").wsgi_request.reader.zone  # type: ignore[attr-defined]
    months = {f"{timezone.localtime(timezone.now() - timedelta(hours=hours), zone):%Y-%m}" for hours in (5, 6)}
    assert {row["month"] for row in rows} <= months
    assert (rows[0]["cause"], rows[0]["sub_cause"], rows[0]["sku"]) == ("logistics", "not received", "A1")
    assert sum(int(row["reviews"]) for row in rows) == 2
    assert AuditEntry.objects.filter(kind="exported", data__what="review_causes").exists()
