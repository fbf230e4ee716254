"""The list of orders by its address: filters and their chips, pages both ways, views that are kept, the file."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from orders.models import AuditEntry, Membership, Order, SavedView, Store, User
from tests.cast import PLACED, after, at, placed_order
from tests.desk.conftest import Enter
from tests.desk.disputing import ago, disputed, order_underway


def found(client: Client, query: str) -> list[str]:
    return [row.order_number for row in client.get(f"/orders/?{query}").context["page"].rows]


@pytest.fixture
def several(store: Store) -> dict[str, Order]:
    """One that waits for its money, one on its way, one in dispute."""
    unpaid = placed_order(store, number="81", placed_at=timezone.now(), now=ago(), payment_method="boleto")
    underway = order_underway(store, number="82", buyer={"email": "b@example.com"}, payment_method="pix")
    claimed = order_underway(store, number="83", buyer={"email": "c@example.com"})
    disputed(claimed)
    return {"unpaid": unpaid, "underway": underway, "claimed": claimed}


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("payment=pix", ["82"]),
        ("dispute=open", ["83"]),
        ("dispute=other", ["81", "83", "82"]),
        ("state=payment_pending", ["81"]),
        ("from={today}", ["81"]),
        ("to={yesterday}", ["83", "82"]),
        ("from=0001-01-01&to=9999-12-31&within=99999999&queue=none&state=none", ["81", "83", "82"]),
        ("q=82&payment=pix", ["82"]),
        ("q=82&payment=boleto", []),
        ("within=365", ["81", "83", "82"]),
        ("within=0000009999999999", ["81", "83", "82"]),
    ],
)
def test_a_filter_leaves_only_its_orders(alice: Client, several: object, query: str, numbers: list[str]) -> None:
    zone = alice.get("/orders/").context["reader"].zone
    today = timezone.now().astimezone(zone).date()
    asked = query.format(today=today, yesterday=today - timedelta(days=1))
    assert found(alice, asked) == numbers


def test_each_filter_that_is_on_can_be_taken_out_alone(alice: Client, several: object) -> None:
    page = alice.get("/orders/?q=82&payment=pix&within=3&carrier=China+Post&parcel=open")
    chips = {chip.words: chip.without for chip in page.context["chips"]}
    assert list(chips) == ["“82”", "Pix", "date within 3 days", "Parcels: China Post · on the way"]
    assert chips["Pix"] == "q=82&within=3&carrier=China+Post&parcel=open"
    assert chips["Parcels: China Post · on the way"] == "q=82&payment=pix&within=3"


def test_pages_are_turned_both_ways(alice: Client, store: Store) -> None:
    for n in range(105):
        placed_order(
            store, number=f"9{n:03}", buyer={"email": "m@example.com"}, placed_at=at(after(PLACED, hours=n // 3))
        )
    first = alice.get("/orders/").context["page"]
    second = alice.get(f"/orders/?after={first.more}").context["page"]
    third = alice.get(f"/orders/?after={second.more}").context["page"]
    assert (first.less, third.more) == ("", "")
    back = alice.get(f"/orders/?before={third.less}").context["page"]
    assert [row.pk for row in back.rows] == [row.pk for row in second.rows]
    begin = alice.get(f"/orders/?before={back.less}").context["page"]
    assert [row.pk for row in begin.rows] == [row.pk for row in first.rows]
    assert begin.less == ""
    assert "105 orders" in alice.get("/orders/count/").content.decode()


def test_several_stores_are_one_list(alice: Client, several: object) -> None:
    other = Store.objects.get(slug="charlie")
    Membership.objects.create(store=other, user=User.objects.get(email="alice@example.com"), role="agent")
    placed_order(other, number="84", placed_at=timezone.now(), now=ago(), buyer={"email": "d@example.com"})
    assert found(alice, "") == ["84", "81", "83", "82"]
    assert found(alice, "state=payment_pending") == ["84", "81"]
    assert found(alice, "store=charlie") == ["84"]


def test_the_file_holds_what_is_shown_and_nothing_runs_in_it(alice: Client, several: object, store: Store) -> None:
    placed_order(
        store, number="85", placed_at=timezone.now(), now=ago(), buyer={"name": "=1+1", "email": "e@example.com"}
    )
    answer = alice.get("/orders/orders.csv?state=payment_pending")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Order", "85", "81"]
    assert rows[1][4] == "'=1+1"
    entry = AuditEntry.objects.filter(kind="exported").latest("pk")
    assert entry.data == {"what": "orders", "filters": ["state"]}


def test_a_view_is_kept_shared_renamed_removed_and_brought_back(alice: Client, bob: Client, enter: Enter) -> None:
    said = {"name": "Risky", "query": "risk=1&after=7&x=y", "store": "alice"}
    assert alice.post("/orders/views/", said)["Location"] == "/orders/?risk=1"
    view = SavedView.objects.get()
    assert "Risky" in bob.get("/orders/").content.decode()
    assert "Risky" not in enter("charlie").get("/orders/").content.decode()
    assert bob.post(f"/orders/views/{view.pk}/remove/").status_code == 404
    alice.post(f"/orders/views/{view.pk}/rename/", {"name": "At risk now"})
    alice.post(f"/orders/views/{view.pk}/remove/")
    page = alice.get("/orders/").content.decode()
    assert f'action="/orders/views/{view.pk}/restore/"' in page
    alice.post(f"/orders/views/{view.pk}/restore/")
    assert "At risk now" in alice.get("/orders/").content.decode()


def test_a_view_of_ones_own_is_nobody_elses(alice: Client, bob: Client) -> None:
    alice.post("/orders/views/", {"name": "Mine", "query": "state=paid"})
    assert "Mine" not in bob.get("/orders/").content.decode()
    alice.post("/orders/views/", {"name": "Mine", "query": "state=shipped"})
    assert SavedView.objects.get().query == "state=shipped"


def test_a_view_of_nothing_is_not_kept(alice: Client) -> None:
    alice.post("/orders/views/", {"name": "All", "query": "after=5"})
    assert not SavedView.objects.exists()
