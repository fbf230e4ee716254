"""The queue of after-sale cases: by next date, filtered, a page at a time, with the one next step of each."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from desk.selectors import case_queue
from orders.models import Store, User
from tests.desk.after_sale import numbered_case


def page_of(client: Client, query: str = "") -> str:
    return client.get(f"/cases/{query}").content.decode()


def shown(page: str) -> list[int]:
    """The cases of a page, in their order, by their orders' last digits."""
    return [int(number) for number in re.findall(r"data-open>80123456789(\d{5})", page)]


def test_late_cases_stand_first_and_red(alice: Client, store: Store) -> None:
    for number, hours in ((1, 3), (2, -2), (3, 1)):
        numbered_case(store, number, hours=hours)
    page = page_of(alice)
    assert shown(page) == [2, 3, 1]
    assert page.count('<strong class="bad">') == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?kind=return", [2]),
        ("?cause=goods", [1]),
        ("?state=approved", []),
        ("?state=closed", []),
        ("?store=alice", [1, 2]),
        ("?store=charlie", []),
        ("?who=mine", [2]),
        ("?who=nobody", [1]),
        ("?stake=20", [2]),
        ("?kind=return&who=nobody", []),
    ],
)
def test_a_filter_leaves_what_matches(alice: Client, store: Store, query: str, expected: list[int]) -> None:
    numbered_case(store, 1, cause="goods")
    mine = User.objects.get(email="alice@example.com")
    numbered_case(store, 2, hours=6, kind="return", amount="24.00", responsible=mine)
    page = page_of(alice, query)
    assert shown(page) == expected
    assert expected or "No case matches" in page


def test_pages_follow_each_other_without_a_gap(alice: Client, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_queue, "PAGE", 2)
    for number in range(1, 6):
        numbered_case(store, number, hours=number)
    found, query = [], "?"
    while query:
        page = page_of(alice, query)
        found += shown(page)
        more = re.search(r'href="(\?[^"]*after=\d+)" rel="next"', page)
        query = more[1].replace("&amp;", "&") if more else ""
    assert found == [1, 2, 3, 4, 5]


def test_the_number_of_queries_does_not_grow_with_the_queue(alice: Client, store: Store) -> None:
    counts = set()
    for number in range(1, 4):
        numbered_case(store, number, kind=f"kind_{number}")
        with CaptureQueriesContext(connection) as queries:
            page_of(alice)
        counts.add(len(queries))
    assert len(counts) == 1
    assert counts.pop() <= 8


def test_another_store_sees_none_of_it_and_is_told_what_comes_here(charlie: Client, store: Store) -> None:
    case = numbered_case(store, 1)
    page = page_of(charlie)
    assert shown(page) == []
    assert "No buyer waits for anything" in page
    assert charlie.get(f"/cases/{case.pk}/").status_code == 404
