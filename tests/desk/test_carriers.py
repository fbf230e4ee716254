"""The carriers' scorecard: its figures, the orders behind them, the file, and the alarm that T11 raises."""

import csv
import io
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from orders.models import ArrivalEstimate, Order, Store
from orders.services import stores
from orders.services.arrivals import learn_arrivals
from tests.cast import fact, paid, placed_order, shipped

NOW = timezone.now()


def short(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def days_ago(days: float) -> str:
    return short(NOW - timedelta(days=days))


def parcel(store: Store, number: int, *events: dict[str, Any], sent: float = 100, **values: Any) -> Order:
    """An order whose parcel left so many days ago."""
    carrier, state = values.pop("carrier", "China Post"), values.pop("state", "SP")
    return placed_order(
        store,
        paid(days_ago(sent + 1)),
        shipped(days_ago(sent), carrier=carrier, tracking_number=f"LP{number:010}"),
        *events,
        number=f"80{number}",
        placed_at=NOW - timedelta(days=sent + 2),
        buyer={"email": f"b{number}@example.com", "state": state},
        **values,
    )


def delivered(sent: float, after: float) -> dict[str, Any]:
    return fact(days_ago(sent - after), "delivered")


@pytest.fixture
def history(store: Store) -> Store:
    """China Post to SP: two in time, one late, one overdue; Yanwen to RJ: one on its way."""
    parcel(store, 1, delivered(100, 20))
    parcel(store, 2, delivered(100, 40), state="São Paulo")
    parcel(store, 3, delivered(100, 70), carrier="CHINA POST")
    parcel(store, 4)
    parcel(store, 5, sent=10, carrier="Yanwen", state="RJ")
    return store


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def numbers(page: str) -> list[str]:
    """The orders of a list."""
    return re.findall(r"data-open>(80\d+)<", page)


def sheet(client: Client, address: str = "/carriers/export.csv?by=state") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def test_the_scorecard_counts_what_became_of_the_parcels(alice: Client, history: Store) -> None:
    china, yanwen = sheet(alice)
    assert (china["carrier"], china["country"], china["region"]) == ("China Post", "BR", "SP")
    counted = ("parcels", "in_time_percent", "on_time", "late", "overdue", "open", "complaints")
    assert [china[name] for name in counted] == ["4", "50", "2", "1", "1", "0", "0"]
    assert [china[name] for name in ("days_10_percent", "days_median", "days_90_percent")] == ["20", "40", "70"]
    assert [yanwen[name] for name in ("region", "parcels", "in_time_percent", "open")] == ["RJ", "1", "", "1"]


def test_the_page_tells_the_figures_in_words_and_bars(alice: Client, history: Store) -> None:
    page = page_of(alice, "/carriers/")
    assert "half within 40, 90 % within 70" in page
    assert "<strong>50 %</strong>" in page
    assert '<rect class="part-on_time" x="0" width="500" height="10"/>' in page


@pytest.mark.parametrize(
    ("parcel_outcome", "found"),
    [("on_time", ["802", "801"]), ("late", ["803"]), ("overdue", ["804"]), ("", ["804", "803", "802", "801"])],
)
def test_each_number_leads_to_its_orders(alice: Client, history: Store, parcel_outcome: str, found: list[str]) -> None:
    query = f"store=alice&carrier=China+Post&country=BR&region=SP&parcel={parcel_outcome}"
    page = page_of(alice, f"/orders/?{query}")
    assert sorted(numbers(page)) == sorted(found)
    assert "China Post · SP, Brazil" in page


def test_the_links_of_the_page_hold_their_orders(alice: Client, history: Store) -> None:
    page = page_of(alice, "/carriers/?by=state")
    links = re.findall(r'href="(/orders/\?[^"]+)">(?:<strong[^>]*>)?(\d+)<', page)
    assert len(links) == 4
    for address, count in links:
        assert len(numbers(page_of(alice, address.replace("&amp;", "&")))) == int(count)


def test_buyers_without_a_state_stand_apart(alice: Client, store: Store) -> None:
    parcel(store, 1, state="")
    parcel(store, 2)
    assert {row["region"] for row in sheet(alice)} == {"SP", ""}
    assert numbers(page_of(alice, "/orders/?store=alice&carrier=China+Post&country=BR&region=-")) == ["801"]


def test_a_formula_in_a_carriers_name_stays_a_text(alice: Client, store: Store) -> None:
    parcel(store, 1, carrier="=HYPERLINK(1)")
    assert sheet(alice)[0]["carrier"] == "'=HYPERLINK(1)"


def test_before_the_first_parcel_the_page_says_what_to_do(alice: Client, store: Store) -> None:
    assert "Import orders with their shipping and delivery dates" in page_of(alice, "/carriers/")
    assert sheet(alice) == []


def test_another_store_sees_nothing_of_it(charlie: Client, history: Store) -> None:
    assert "China Post" not in page_of(charlie, "/carriers/")
    assert "China Post" not in page_of(charlie, "/carriers/?store=alice")
    assert numbers(page_of(charlie, "/orders/?store=alice&carrier=China+Post&country=BR")) == []


def complain(store: Store, count: int) -> None:
    for number in range(count):
        opened = fact(days_ago(3), "dispute_opened", reason="in_transit", amount="24.00")
        parcel(store, number, opened, sent=40)


def test_the_fifth_complaint_raises_the_alarm(alice: Client, store: Store) -> None:
    complain(store, 4)
    assert "should be changed there (T11)" not in page_of(alice, "/")
    parcel(store, 9, fact(days_ago(1), "receipt_denied"), sent=40)
    cache.clear()  # as ten minutes later
    assert "China Post, SP: 5 complaints. The carrier should be changed there (T11)." in page_of(alice, "/")
    page = page_of(alice, "/carriers/")
    assert "to be changed in SP" in page
    assert "A carrier with 5 complaints in a region within 30 days should be changed there." in page


def test_the_complaints_lead_to_their_orders(alice: Client, store: Store) -> None:
    complain(store, 2)
    parcel(store, 9)
    address = "/orders/?store=alice&carrier=China+Post&country=BR&region=SP&parcel=complaint"
    assert sorted(numbers(page_of(alice, address))) == ["800", "801"]


def test_an_order_shows_when_such_parcels_normally_arrive(alice: Client, underway: Order) -> None:
    page = f"/orders/{underway.pk}/"
    assert "Normally between 15 and 60 days after shipping, by the pack&#x27;s word." in page_of(alice, page)
    ArrivalEstimate.objects.create(
        store=underway.store, carrier="china post", country="BR", parcels=42, learnt_at=NOW,
        earliest_days=18, median_days=25, latest_days=34,
    )  # fmt: skip
    told = "Normally between 18 and 34 days after shipping, learnt from 42 parcels of this store."
    assert told in page_of(alice, page)


def test_a_large_store_is_counted_by_night_and_the_page_says_when(
    alice: Client, history: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "SMALL", 3)
    learn_arrivals(history, now=NOW - timedelta(hours=5))
    parcel(history, 6, delivered(90, 20))
    china, _yanwen = sheet(alice)
    assert china["parcels"] == "4"
    assert "So large a store is counted once a night" in page_of(alice, "/carriers/")
    learn_arrivals(history, now=timezone.now())
    china, _yanwen = sheet(alice)
    assert (china["parcels"], china["days_median"]) == ("5", "30")
