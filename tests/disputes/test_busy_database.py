"""What comes in while the database is busy elsewhere: brought again, and neither lost nor kept twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError, connection, transaction

from disputes.order_files import import_file, waiting_files
from disputes.receiving import Pasted, paste_message
from messaging.models import InboundMessage
from messaging.models.inbound import Place
from orders.models import Order, OrderFile, Store, User
from orders.models.files import OrderFileState
from orders.services.ledger import lock_store, open_ledger
from tests.cast import after, alices_store, at, clock_at, paid, placed_order
from tests.racing import apart, wait_for_a_lock

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
NOW = "03-10 12:00"
FILE = """order_number,placed_at,paid_at,shipped_at
801,2026-03-02 12:00,2026-03-02 13:00,2026-03-05 10:00
802,2026-03-02 12:00,2026-03-02 13:00,2026-03-05 10:00
"""


@pytest.fixture
def store() -> Store:
    return alices_store()


def impatiently(work: Callable[[], Any]) -> Any:
    """Do it on a connection that waits for no lock."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    return work()


# --- files ------------------------------------------------------------------------------------------------------------
def test_a_row_that_waits_for_another_worker_for_too_long_is_taken_in_by_the_next_one(store: Store) -> None:
    known = placed_order(store, paid(), number="802")
    file = OrderFile.objects.create(
        store=store,
        content=OrderFile.Content.ORDERS,
        name="o.csv",
        timezone="UTC",
        state=OrderFileState.QUEUED,
        uploaded_at=at(NOW),
        file=ContentFile(FILE.encode(), "o.csv"),
    )
    with transaction.atomic():
        open_ledger(known.pk, now=at(NOW), actor="test")
        with pytest.raises(OperationalError):
            apart(lambda: impatiently(lambda: import_file(file.pk, clock_at(NOW))))
    later = after(NOW, minutes=3)
    assert waiting_files(at(later)) == [file.pk]
    import_file(file.pk, clock_at(later))
    file.refresh_from_db()
    assert (file.state, file.report["read"], file.report["rejected"]) == (OrderFileState.DONE, 2, [])
    assert sorted(Order.objects.values_list("order_number", "state")) == [("801", "shipped"), ("802", "shipped")]


# --- what a person pastes ---------------------------------------------------------------------------------------------
def test_a_message_pasted_by_two_clicks_at_once_is_kept_and_recorded_once(store: Store) -> None:
    order = placed_order(store, paid())
    paste = clicking(store, order)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            open_ledger(order.pk, now=at(NOW), actor="test")
            second = pool.submit(apart, paste)
            wait_for_a_lock()
            first = paste()
        assert second.result() == first
    assert InboundMessage.objects.count() == 1
    assert order.timeline.filter(type="buyer_message").count() == 1


def test_a_message_about_no_known_order_pasted_by_two_clicks_is_kept_once(store: Store) -> None:
    paste = clicking(store, None)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_store(store.pk)
            second = pool.submit(apart, paste)
            wait_for_a_lock()
            first = paste()
        assert second.result() == first
    assert InboundMessage.objects.count() == 1


def clicking(store: Store, order: Order | None) -> Callable[[], InboundMessage]:
    """What a click on the button does."""
    pasted, user = Pasted("Cadê meu pedido?", Place.WHATSAPP, at(NOW)), User.objects.get()
    return lambda: paste_message(store, pasted, now=at(NOW), user=user, order=order)
