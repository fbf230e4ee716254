"""An incident in real browsers, from its opening until all its buyers were reached; and a chase with one key."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from disputes.bulk import waiting_runs, work_on
from disputes.models import Chase, Incident
from disputes.services.incidents import approve_wording
from messaging.models import Message, MessageState
from orders.models import Order, Store
from tests.cast import paid, placed_order, shipped
from tests.desk.conftest import LogIn
from tests.desk.peopling import user_of

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def orders(store: Store) -> list[Order]:
    """Maria's, and one whose buyer has no address."""
    return [
        placed_order(store, paid(), number="80001"),
        placed_order(store, paid(), number="80002", buyer={"email": "", "phone": "+5511912345678"}),
    ]


def work() -> None:
    now = timezone.now()
    for run in waiting_runs(now):
        work_on(run, timezone.now, until=now + timedelta(minutes=1))


def test_an_incident_goes_from_its_opening_to_all_contacted(log_in: LogIn, orders: list[Order]) -> None:
    page = log_in("bob", "/incidents/")
    page.get_by_label("Name").fill("Singles' Day")
    page.get_by_label("Decides").select_option(str(user_of("alice").pk))
    page.get_by_role("button", name="Open it").click()
    page.get_by_label("Order numbers").fill("80001\n80002, 99999")
    page.get_by_role("button", name="Add those that match").click()
    expect(page.locator("#flash")).to_contain_text("2 orders added.")
    expect(page.locator("#flash")).to_contain_text("no such orders: 99999")
    page.get_by_label("Language").select_option("pt-br")
    page.get_by_label("Subject").fill("Pedido {order_number}")
    page.get_by_label("Text").fill("{greeting}\n\nO pedido {order_number} atrasou; a culpa é nossa.")
    page.get_by_role("button", name="Keep the wording").click()
    expect(page.get_by_text("waits for approval")).to_be_visible()
    expect(page.get_by_role("button", name="Approve it")).to_have_count(0)  # he wrote it

    wording = Incident.objects.get().wordings.get()
    approve_wording(wording.pk, seen=wording.version, now=timezone.now(), actor=str(user_of("alice").pk))
    page.reload()
    page.get_by_role("button", name="Tell 2 buyers").click()
    expect(page.locator("#incident-progress")).to_contain_text("waiting for a worker")
    work()
    expect(page.locator("#incident-progress")).to_contain_text("To send by hand1")  # it looks again by itself
    Message.objects.filter(state=MessageState.PENDING).update(state=MessageState.SENT, sent_at=timezone.now())
    page.get_by_role("button", name="Close the incident").click()
    expect(page.locator("#flash")).to_contain_text("1 buyer was neither reached nor left out")
    page.get_by_role("link", name="By hand 1").click()
    page.get_by_text("Reached otherwise, or left out").click()
    page.get_by_label("How, or why").fill("called him")
    page.get_by_role("button", name="Reached", exact=True).click()
    page.get_by_role("button", name="Close the incident").click()
    expect(page.locator("#flash")).to_contain_text("Closed: every buyer was reached")
    expect(page.locator("#incident-progress")).to_contain_text("Buyers reached2")


def test_one_key_on_the_orders_page_registers_that_the_buyer_asks(log_in: LogIn, store: Store) -> None:
    order = placed_order(store, paid(), shipped())
    page = log_in("bob", f"/orders/{order.pk}/")
    page.keyboard.press("w")
    expect(page.locator("#flash")).to_contain_text("Registered: the buyer is told of each move")
    assert Chase.objects.get().owner == user_of("bob")
    page.locator("#flash").get_by_role("button", name="Undo").click()
    expect(page.locator("#flash")).to_contain_text("Settled")
