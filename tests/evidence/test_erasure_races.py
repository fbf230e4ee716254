"""A buyer is erased while somebody else works on what is his: he stays erased, and nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from disputes.intake import Intake, Report
from evidence.models import Bundle
from evidence.services.bundles import mark_submitted
from evidence.services.erasure import erase_buyer, erase_expired
from orders.models import Buyer, Order, Store
from orders.services.auditing import Doer
from orders.services.erasure import ErasureCause, set_retention
from tests.cast import alices_store, at, clock_at, fact, happens, paid, placed_order, shipped
from tests.desk.disputing import ready_bundle
from tests.racing import apart, wait_for_a_lock

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
NOW = "06-20 12:00"
HEADER = "order_number,placed_at,buyer_email,buyer_name,buyer_phone"


@pytest.fixture
def store() -> Store:
    return alices_store()


@pytest.fixture
def order(store: Store) -> Order:
    """Maria's order, over."""
    order = placed_order(store, paid(), shipped())
    happens(order, fact("04-01 10:00", "delivered"))
    happens(order, fact("04-20 10:00", "completed"))
    return order


def import_while_erasing(order: Order, folder: Path, line: str) -> Report:
    """The file waits for what the erasure holds."""
    path = folder / "orders.csv"
    path.write_text(f"{HEADER}\n{line}", encoding="utf-8")

    def take_in() -> Report:
        return Intake(order.store, at(NOW), "test").import_orders(path, timezone="UTC", mapping=None)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            erase_buyer(order.buyer_id, cause=ErasureCause.REQUEST, now=at(NOW), doer=Doer())
            report = pool.submit(apart, take_in)
            wait_for_a_lock()
        return report.result()


def test_a_file_that_tells_of_a_known_order_does_not_bring_the_buyer_back(order: Order, tmp_path: Path) -> None:
    line = f"{order.order_number},2026-03-01T12:00Z,maria@example.com,Maria da Silva,+55 81 98888"
    import_while_erasing(order, tmp_path, line)
    buyer, order = Buyer.objects.get(pk=order.buyer_id), Order.objects.get(pk=order.pk)
    assert (buyer.erased_at, buyer.name, buyer.phone, order.record_digest) == (at(NOW), "", "", "")


def test_a_new_order_of_a_buyer_who_is_being_erased_has_a_buyer_of_its_own(order: Order, tmp_path: Path) -> None:
    report = import_while_erasing(order, tmp_path, "9009,2026-06-19T12:00Z,maria@example.com,Maria da Silva,")
    erased, new = Buyer.objects.get(pk=order.buyer_id), Order.objects.get(order_number="9009").buyer
    assert (report.created, erased.name, new.name, new != erased) == (1, "", "Maria da Silva", True)


def test_a_bundle_is_erased_while_bob_hands_it_in(order: Order) -> None:
    happens(order, fact("04-25 10:00", "dispute_opened", reason="not_received", amount="5.00"))
    bundle = ready_bundle(order.disputes.get())
    happens(order, fact("05-02 10:00", "dispute_withdrawn"))
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Order.objects.select_for_update().get(pk=order.pk)
            handed_in = pool.submit(apart, lambda: mark_submitted(bundle.pk, now=at(NOW), actor="user:2"))
            wait_for_a_lock()
            erase_buyer(order.buyer_id, cause=ErasureCause.REQUEST, now=at(NOW), doer=Doer(), bundles=[bundle.pk])
        with pytest.raises(Bundle.DoesNotExist):
            handed_in.result()
    assert (Buyer.objects.get().name, Bundle.objects.count()) == ("", 0)


def test_a_buyer_whom_somebody_holds_keeps_no_other_from_being_erased(order: Order, store: Store) -> None:
    other = placed_order(store, number="8012345678904321", buyer={"email": "ana@example.com"})
    happens(other, fact("04-01 10:00", "cancelled"))
    set_retention(store.pk, 30, doer=Doer(), now=at("04-20 10:00"))
    with transaction.atomic():
        Buyer.objects.select_for_update().get(pk=order.buyer_id)
        assert apart(erase_impatiently) == 1
    assert list(Buyer.objects.filter(erased_at=None)) == [order.buyer]
    assert erase_impatiently() == 1
    assert not Buyer.objects.filter(erased_at=None).exists()


def erase_impatiently() -> int:
    """The worker's turn, on a server that gives up waiting, as it does where two wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
        try:
            return erase_expired(clock_at(NOW), until=at(NOW) + timedelta(minutes=1))
        finally:
            cursor.execute("RESET lock_timeout")
