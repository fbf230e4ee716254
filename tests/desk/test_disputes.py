"""The list of disputes: by deadline, whose turn it is, what is missing, filtered, a page at a time."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.selectors import disputes as listing
from disputes.models import Dispute
from orders.models import Store
from tests.cast import fact, happens, tracking
from tests.desk.disputing import ago, disputed, order_underway, told


def numbered(store: Store, number: int, **claim: Any) -> Dispute:
    """A dispute of its own order; its last digits are the number."""
    return disputed(order_underway(store, number=f"80123456789{number:05}"), **claim)


def page_of(client: Client, query: str = "") -> str:
    return client.get(f"/disputes/{query}").content.decode()


def shown(page: str) -> list[int]:
    """The disputes of a page, in their order, by their orders' last digits."""
    return [int(number) for number in re.findall(r"data-open>80123456789(\d{5})", page)]


def test_disputes_that_wait_for_us_stand_by_deadline(alice: Client, store: Store) -> None:
    numbered(store, 1, opened=ago(days=1))
    numbered(store, 2, opened=ago(days=4))
    numbered(store, 3, opened=ago(days=2))
    assert shown(page_of(alice)) == [2, 3, 1]


def test_a_dispute_that_waits_for_others_stands_below_and_a_closed_one_last(alice: Client, store: Store) -> None:
    for number in (1, 2, 3):
        dispute = numbered(store, number, opened=ago(days=4))
        if number == 1:
            happens(dispute.order, fact(ago(days=1), "dispute_withdrawn"), now=ago())
        if number == 2:
            happens(dispute.order, fact(ago(days=1), "counter_offer", amount="3.00"), now=ago())
    page = page_of(alice)
    assert shown(page) == [3, 2, 1]
    assert "The buyer" in page


def test_a_row_shows_both_dates_and_what_is_missing(alice: Client, store: Store) -> None:
    dispute = numbered(store, 1, opened=ago(days=1))
    happens(dispute.order, told("buyer_photo", "buyer"), now=ago())
    page = page_of(alice)
    assert "1/4" in page
    assert "3 missing" in page
    assert page.count("in 3 days") == 2  # ours is twelve hours before the platform's


@pytest.mark.parametrize(
    ("end", "verdict", "paid"),
    [
        ("verdict", {"outcome": "lost"}, "US$6.00"),
        ("verdict", {"outcome": "lost", "amount": "4.00"}, "US$4.00"),
        ("verdict", {"outcome": "settled", "amount": "2.00"}, "US$2.00"),
        ("verdict", {"outcome": "won"}, "US$0.00"),
        ("dispute_withdrawn", {}, "US$0.00"),
        ("dispute_accepted", {}, "US$6.00"),
    ],
)
def test_a_closed_one_says_what_went_to_the_buyer(
    alice: Client, store: Store, end: str, verdict: dict[str, str], paid: str
) -> None:
    dispute = numbered(store, 1, opened=ago(days=4), amount="6.00")
    happens(dispute.order, fact(ago(days=1), end, **verdict), now=ago())
    assert f'data-label="To the buyer">{paid}</td>' in page_of(alice)


def test_silence_is_loud(alice: Client, store: Store) -> None:
    dispute = numbered(store, 1, opened=ago(days=6))
    Dispute.objects.filter(pk=dispute.pk).update(response_missed_at=timezone.now() - timedelta(days=1))
    assert "not answered" in page_of(alice)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?reason=lost", [2]),
        ("?state=opened", [1, 2]),
        ("?state=won", []),
        ("?store=alice", [1, 2]),
        ("?store=charlie", []),
        ("?who=closed", []),
        ("?who=ours", [1, 2]),
    ],
)
def test_a_filter_leaves_what_matches(alice: Client, store: Store, query: str, expected: list[int]) -> None:
    numbered(store, 1, opened=ago(days=2))
    numbered(store, 2, opened=ago(days=1), reason="lost")
    assert shown(page_of(alice, query)) == expected


@pytest.mark.parametrize("section", ["ours", "closed"])
def test_pages_follow_each_other_without_a_gap(
    alice: Client, store: Store, section: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    for number in range(1, 6):
        dispute = numbered(store, number, opened=ago(days=4, hours=-number))
        if section == "closed":
            happens(dispute.order, fact(ago(hours=number), "dispute_withdrawn"), now=ago())
    found, query = [], f"?who={section}"
    while query:
        page = page_of(alice, query)
        found += shown(page)
        more = re.search(r'href="(\?[^"]*after=\d+)" rel="next"', page)
        query = more[1].replace("&amp;", "&") if more else ""
    assert found == [1, 2, 3, 4, 5]


def test_the_number_of_queries_does_not_grow_with_the_list(alice: Client, store: Store) -> None:
    counts = []
    for number in range(1, 5):
        numbered(store, number)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page_of(alice)
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 9


def test_the_list_of_another_store_stays_empty(charlie: Client, store: Store) -> None:
    numbered(store, 1)
    page = page_of(charlie)
    assert shown(page) == []
    assert "No disputes" in page


def test_today_leads_to_the_workbench(alice: Client, store: Store) -> None:
    dispute = numbered(store, 1, opened=ago(days=4))
    happens(dispute.order, fact(ago(days=1), "platform_notice"), now=ago())
    page = alice.get("/").content.decode()
    assert page.count(f'href="/disputes/{dispute.pk}/"') >= 2
    assert "Provide an exhibit</a>: Photo of the packing" in page


def test_the_orders_page_leads_to_the_workbench(alice: Client, store: Store) -> None:
    dispute = numbered(store, 1)
    happens(dispute.order, tracking(ago(hours=3)), now=ago())
    assert f'href="/disputes/{dispute.pk}/"' in alice.get(f"/orders/{dispute.order_id}/").content.decode()
