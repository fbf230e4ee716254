"""A parcel that left without its number: the number is entered afterwards, and the buyer's message goes on."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from disputes.models import ActionItem, ActionState
from disputes.services.parcel_numbers import NumberKnown, number_parcel
from messaging.models import Message, MessageState
from orders.models import Order, Shipment, Store
from tests.cast import command, happens, paid, placed_order
from tests.racing import apart, wait_for_a_lock

NUMBER = "LX123456785CN"
SHIPPED_AT = "03-05 10:00"


@pytest.fixture
def nameless(store: Store) -> Order:
    """Shipped at a press of the button, without a number: the message that it left is stopped."""
    order = placed_order(store, paid())
    happens(order, command(SHIPPED_AT, "shipped", carrier="Yanwen"), now=SHIPPED_AT)
    return order


def address(order: Order) -> str:
    return f"/orders/{order.pk}/parcels/{order.shipments.get().pk}/number/"


def told(order: Order) -> Message:
    found: Message = order.messages.get(purpose="shipped")
    return found


def test_the_card_and_the_orders_page_lead_to_the_number_and_name_it_in_words(alice: Client, nameless: Order) -> None:
    assert told(nameless).state == MessageState.STOPPED
    for page in (alice.get("/").content.decode(), alice.get(f"/orders/{nameless.pk}/").content.decode()):
        assert address(nameless) in page
        assert "something is missing: tracking number" in page.lower()
        assert "missing: tracking_number" not in page


def test_the_message_leaves_and_its_card_is_settled_when_the_number_is_entered(alice: Client, nameless: Order) -> None:
    answer = alice.post(address(nameless), {"tracking_number": NUMBER, "carrier": "Yanwen"}, follow=True)
    assert "leaves in the buyer&#x27;s hours" in answer.content.decode()
    message = told(nameless)
    assert (message.state, NUMBER in message.body) == (MessageState.PENDING, True)
    item = ActionItem.objects.get(order=nameless, subject="shipped")
    assert (item.state, item.reason) == (ActionState.SETTLED, "filled_in")
    (parcel,) = nameless.shipments.all()
    assert (parcel.tracking_number, parcel.carrier) == (NUMBER, "Yanwen")
    assert "Order data corrected" in answer.content.decode()


def test_the_message_waits_for_a_hand_when_the_buyer_has_no_address(alice: Client, nameless: Order) -> None:
    nameless.buyer.email = ""
    nameless.buyer.save()
    alice.post(address(nameless), {"tracking_number": NUMBER})
    assert told(nameless).state == MessageState.WAITING
    items = ActionItem.objects.filter(order=nameless, state=ActionState.OPEN, subject="shipped")
    assert [item.kind for item in items] == ["send_by_hand"]


def test_a_message_that_has_lost_its_sense_stays_when_the_number_is_entered(alice: Client, nameless: Order) -> None:
    happens(nameless, command("03-06 10:00", "refund_issued"), now="03-06 10:00")
    alice.post(address(nameless), {"tracking_number": NUMBER})
    assert told(nameless).state != MessageState.PENDING


def test_a_parcel_that_has_a_number_keeps_it(alice: Client, nameless: Order) -> None:
    where = address(nameless)
    alice.post(where, {"tracking_number": NUMBER})
    answer = alice.post(where, {"tracking_number": "LX999999995CN"}, follow=True)
    assert "has a number by now" in answer.content.decode()
    assert nameless.shipments.get().tracking_number == NUMBER


@pytest.mark.parametrize("number", ["", "LX1"])
def test_what_is_no_number_of_its_own_is_refused(alice: Client, nameless: Order, number: str) -> None:
    where = address(nameless)
    Shipment.objects.create(order=nameless, tracking_number="LX1", shipped_at=timezone.now())
    assert alice.post(where, {"tracking_number": number}).status_code == 422


def test_an_odd_number_is_asked_once_more_before_the_buyer_hears_of_it(alice: Client, nameless: Order) -> None:
    odd = {"tracking_number": "LX123456784CN"}
    page = alice.post(address(nameless), odd).content.decode()
    assert "The check digit does not fit." in page
    assert 'name="sure_of" value="LX123456784CN"' in page
    alice.post(address(nameless), odd | {"sure_of": "LX123456783CN"})  # another number has been typed since
    assert (nameless.shipments.get().tracking_number, told(nameless).state) == ("", MessageState.STOPPED)
    alice.post(address(nameless), odd | {"sure_of": "LX123456784CN"})
    assert nameless.shipments.get().tracking_number == "LX123456784CN"


def test_a_parcel_of_another_order_is_not_found_here(alice: Client, nameless: Order) -> None:
    other = placed_order(nameless.store, paid(), number="801")
    assert alice.get(address(nameless).replace(str(nameless.pk), str(other.pk), 1)).status_code == 404


def test_the_parcel_is_found_by_its_number_when_that_came_later(alice: Client, nameless: Order) -> None:
    alice.post(address(nameless), {"tracking_number": NUMBER})
    assert nameless.order_number in alice.get("/orders/", {"q": NUMBER}, follow=True).content.decode()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_first_number_counts_when_two_people_enter_one_at_once(nameless: Order) -> None:
    parcel = nameless.shipments.get().pk
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        freed = number_parcel(parcel, NUMBER, now=timezone.now(), actor="1")
        other = pool.submit(apart, lambda: number_parcel(parcel, "LX2", now=timezone.now(), actor="2"))
        wait_for_a_lock()
    with pytest.raises(NumberKnown):
        other.result()
    assert [message.purpose for message in freed] == ["shipped"]
    assert nameless.shipments.get().tracking_number == NUMBER
