"""The owners' pages about buyers' data: what they show, what they do, and that they ask first."""

import pytest
from django.db import connection
from django.test import Client

from orders.models import AuditEntry, AuditKind, Buyer, Order, Store
from orders.services.buyers import with_address
from tests.cast import fact, happens, paid, placed_order
from tests.desk.conftest import Enter
from tests.desk.disputing import disputed, filed_exhibit, picture, ready_bundle


@pytest.fixture
def over(store: Store) -> Order:
    """Maria's order, cancelled."""
    order = placed_order(store, paid())
    happens(order, fact("03-04 10:00", "cancelled"))
    return Order.objects.select_related("buyer").get(pk=order.pk)


def test_a_buyer_is_found_by_order_number_or_address(alice: Client, over: Order) -> None:
    for who in (over.order_number, "MARIA@example.com"):
        answer = alice.post("/privacy/alice/find/", {"who": who})
        assert answer["Location"] == f"/privacy/buyers/{over.buyer_id}/"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a plan of PostgreSQL depends on how many rows there are")
def test_an_address_is_looked_up_in_an_index(over: Order) -> None:
    plan = with_address(Buyer.objects.filter(store=over.store), over.buyer.email.upper()).explain()
    assert "USING INDEX buyer_by_address (store_id=? AND <expr>=?)" in plan


def test_an_unknown_buyer_is_told_on_the_page(alice: Client, over: Order) -> None:
    answer = alice.post("/privacy/alice/find/", {"who": "nobody@example.com"})
    assert (answer.status_code, "There is no such buyer" in answer.content.decode()) == (422, True)


def test_the_preview_says_what_goes_and_what_stays(alice: Client, over: Order) -> None:
    page = alice.get(f"/privacy/buyers/{over.buyer_id}/").content.decode()
    assert "What goes" in page
    assert "What stays, and why" in page
    assert "salted hashes" in page


def test_nothing_is_erased_before_the_owner_says_that_he_means_it(alice: Client, over: Order) -> None:
    answer = alice.post(f"/privacy/buyers/{over.buyer_id}/erase/", {})
    assert (answer.status_code, Buyer.objects.get(pk=over.buyer_id).name) == (422, "Maria Souza")


def test_a_buyer_is_erased_by_the_owner(alice: Client, over: Order) -> None:
    alice.post(f"/privacy/buyers/{over.buyer_id}/erase/", {"is_sure": "on"})
    page = alice.get(f"/orders/{over.pk}/").content.decode()
    assert "Maria" not in page
    assert "personal data were erased" in page
    assert AuditEntry.objects.get(kind=AuditKind.ERASED).user is not None


def test_an_order_under_way_stands_against_erasing(alice: Client, underway: Order) -> None:
    page = alice.get(f"/privacy/buyers/{underway.buyer_id}/").content.decode()
    assert "An order is still under way" in page
    answer = alice.post(f"/privacy/buyers/{underway.buyer_id}/erase/", {"is_sure": "on"}, follow=True)
    assert "An order is still under way" in answer.content.decode()
    assert Buyer.objects.get(pk=underway.buyer_id).name == "Maria Souza"


def test_the_files_that_are_ticked_go_too_and_the_others_are_listed(alice: Client, over: Order) -> None:
    case = disputed(over)
    proof, bundle = filed_exhibit(case, picture("JPEG")), ready_bundle(case)
    happens(over, fact("03-05 10:00", "dispute_withdrawn"), now="2027-01-01 10:00")
    alice.post(f"/privacy/buyers/{over.buyer_id}/erase/", {"is_sure": "on", "exhibits": [proof.pk]})
    assert (proof.path.exists(), bundle.path.exists()) == (False, True)
    assert f"/privacy/buyers/{over.buyer_id}/" in alice.get("/privacy/").content.decode()


def test_anothers_exhibit_cannot_be_named(alice: Client, over: Order) -> None:
    case = disputed(over)
    filed_exhibit(case, picture("JPEG"))
    happens(over, fact("03-05 10:00", "dispute_withdrawn"), now="2027-01-01 10:00")
    answer = alice.post(f"/privacy/buyers/{over.buyer_id}/erase/", {"is_sure": "on", "exhibits": ["999999"]})
    assert (answer.status_code, Buyer.objects.get(pk=over.buyer_id).erased_at) == (422, None)


def test_the_data_are_downloaded_as_json(alice: Client, over: Order) -> None:
    answer = alice.post(f"/privacy/buyers/{over.buyer_id}/export/")
    assert answer.json()["buyer"]["email"] == "maria@example.com"
    assert answer["Cache-Control"] == "private, no-store"
    assert AuditEntry.objects.filter(kind=AuditKind.EXPORTED).count() == 1


def test_a_hold_is_set_and_lifted(alice: Client, over: Order) -> None:
    alice.post(f"/privacy/buyers/{over.buyer_id}/hold/", {"reason": "lawsuit 12/2026"})
    assert "lawsuit 12/2026" in alice.get("/privacy/").content.decode()
    assert "A legal hold is set" in alice.get(f"/privacy/buyers/{over.buyer_id}/").content.decode()
    alice.post(f"/privacy/buyers/{over.buyer_id}/hold/", {"reason": ""})
    assert Buyer.objects.get(pk=over.buyer_id).legal_hold == ""


@pytest.mark.parametrize(("given", "kept"), [("365", 365), ("", None), ("5", 400), ("x", 400)])
def test_retention_is_set_within_its_bounds(alice: Client, store: Store, given: str, kept: int | None) -> None:
    Store.objects.filter(pk=store.pk).update(retention_days=400)
    alice.post("/privacy/alice/retention/", {"days": given})
    assert Store.objects.get(pk=store.pk).retention_days == kept


def test_only_an_owner_is_led_there(enter: Enter, over: Order) -> None:
    address = f"/privacy/buyers/{over.buyer_id}/"
    pages = {name: enter(name).get(f"/orders/{over.pk}/").content.decode() for name in ("alice", "bob")}
    assert [name for name, page in pages.items() if address in page] == ["alice"]
