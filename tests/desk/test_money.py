"""The ledger of goodwill and compensation: what is owed first, its sums by month, and the whole as a file."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.selectors import money
from disputes.models import MoneyEntry, MoneyKind
from disputes.services.money import book
from orders.models import AuditEntry, AuditKind, Order
from tests.desk.after_sale import case_row, money_row
from tests.desk.disputing import read_whole


def booked(order: Order) -> MoneyEntry:
    """A line that somebody booked."""
    return book(order.pk, MoneyKind.GOODWILL, Decimal("5.00"), "USD", now=timezone.now(), actor="test")


def page_of(client: Client, query: str = "") -> str:
    return client.get(f"/money/{query}").content.decode()


def amounts(page: str) -> list[str]:
    """The lines' amounts, in their order."""
    return re.findall(r'data-label="Amount" class="number">(?:<del>)?US\$([\d.]+)', page)


def test_what_is_not_paid_stands_first_and_oldest(alice: Client, underway: Order) -> None:
    now = timezone.now()
    for hours, amount in ((1, "1.00"), (3, "2.00"), (2, "3.00")):
        paid_at = now if amount == "3.00" else None
        money_row(underway, amount, booked_at=now - timedelta(hours=hours), paid_at=paid_at)
    assert amounts(page_of(alice)) == ["2.00", "1.00", "3.00"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [("?kind=delay", ["2.00"]), ("?month=2020-01", []), ("?month=2020-1", ["1.00", "2.00"]), ("?store=charlie", [])],
)
def test_a_filter_leaves_what_matches(alice: Client, underway: Order, query: str, expected: list[str]) -> None:
    money_row(underway, "1.00")
    money_row(underway, "2.00", kind="delay")
    page = page_of(alice, query)
    assert amounts(page) == expected
    assert expected or "Nothing was booked" in page


def test_sums_leave_voided_lines_out(alice: Client, underway: Order) -> None:
    money_row(underway, "1.00")
    money_row(underway, "2.00", paid_at=timezone.now())
    money_row(underway, "4.00", voided_at=timezone.now())
    assert re.search(r'data-label="Together" class="number">US\$3.00', page_of(alice))


def test_pages_follow_each_other_without_a_gap(alice: Client, underway: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(money, "PAGE", 2)
    for number in range(1, 6):
        money_row(underway, f"{number}.00", booked_at=timezone.now() - timedelta(hours=9 - number))
    found, query = [], "?section=unpaid"
    while query:
        page = page_of(alice, query)
        found += amounts(page)
        more = re.search(r'href="(\?[^"]*after=\d+)" rel="next"', page)
        query = more[1].replace("&amp;", "&") if more else ""
    assert found == ["1.00", "2.00", "3.00", "4.00", "5.00"]


def test_the_file_holds_every_line_and_runs_nothing(
    alice: Client, underway: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(money, "BATCH", 2)
    for number in range(1, 6):
        money_row(underway, f"{number}.00", reason="=1+1")
    text = read_whole(alice.get("/money/ledger.csv")).decode("utf-8-sig")
    assert len(text.splitlines()) == 6
    assert text.count("'=1+1") == 5
    assert AuditEntry.objects.filter(kind=AuditKind.EXPORTED, data={"what": "money"}).exists()


def test_the_number_of_queries_does_not_grow_with_the_ledger(alice: Client, underway: Order) -> None:
    counts = set()
    for _line in range(3):
        money_row(underway)
        with CaptureQueriesContext(connection) as queries:
            page_of(alice)
        counts.add(len(queries))
    assert len(counts) == 1
    assert counts.pop() <= 8


def test_another_store_sees_none_of_it(charlie: Client, underway: Order) -> None:
    money_row(underway)
    page = page_of(charlie)
    assert amounts(page) == []
    assert "Nothing was booked yet" in page
    assert len(read_whole(charlie.get("/money/ledger.csv")).splitlines()) == 1


def undo_on(page: str) -> str:
    """Where the Undo button of the line that says what was done posts to."""
    found = re.search(r'<form method="post" action="(/money/[^"]*)"', page.partition('id="flash"')[2])
    assert found
    return found[1].replace("&amp;", "&")


def test_a_line_is_marked_as_paid_and_taken_back(alice: Client, underway: Order) -> None:
    entry = booked(underway)
    page = alice.post(f"/money/{entry.pk}/pay/", follow=True).content.decode()
    assert MoneyEntry.objects.get().paid_at
    alice.post(undo_on(page))
    assert MoneyEntry.objects.get().paid_at is None


def test_a_line_is_voided_with_a_reason_only_and_taken_back(alice: Client, underway: Order) -> None:
    entry = booked(underway)
    assert "say why the line is wrong" in alice.post(f"/money/{entry.pk}/void/", follow=True).content.decode()
    page = alice.post(f"/money/{entry.pk}/void/", {"reason": "Booked twice"}, follow=True).content.decode()
    assert "Booked twice" in page
    alice.post(undo_on(page))
    assert MoneyEntry.objects.get().voided_at is None


def test_another_person_takes_nothing_back(alice: Client, bob: Client, underway: Order) -> None:
    entry = booked(underway)
    alice.post(f"/money/{entry.pk}/pay/")
    assert "cannot be taken back any more" in bob.post(f"/money/{entry.pk}/unpay/", follow=True).content.decode()


def test_a_button_leads_back_to_the_page_that_it_was_on_and_nowhere_else(alice: Client, underway: Order) -> None:
    entry = booked(underway)
    assert alice.post(f"/money/{entry.pk}/pay/", {"next": "/orders/"})["Location"] == "/orders/"
    elsewhere = alice.post(f"/money/{entry.pk}/unpay/", {"next": "https://evil.example/"})["Location"]
    assert elsewhere.startswith("/money/")


def test_a_line_is_booked_on_its_case(alice: Client, underway: Order) -> None:
    case = case_row(underway, "damage")
    said = {"kind": "goodwill", "amount": "3.00", "currency": "brl", "reason": "=gift"}
    page = alice.post(f"/cases/{case.pk}/money/", said, follow=True).content.decode()
    assert "Booked: goodwill" in page
    entry = MoneyEntry.objects.get()
    assert (entry.case_id, entry.currency) == (case.pk, "BRL")
    assert "Amount" in alice.post(f"/cases/{case.pk}/money/", said | {"amount": "0"}, follow=True).content.decode()
