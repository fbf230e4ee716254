"""The tracking desk in a real browser: queues clicked through, a step and news in place, keys, and a small phone."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from disputes.models import TrackingCase
from orders.models import Order, Store
from tests.cast import happens, tracking
from tests.desk.conftest import LogIn
from tests.desk.disputing import ago, order_underway

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lost(store: Store) -> Order:
    """Maria's parcel, which its carrier lost; beside it one that could not be handed over."""
    for number, status in (("1001", "lost"), ("1002", "failed_attempt")):
        order = order_underway(store, number=number, buyer={"name": "W" * 60})
        happens(order, tracking(ago(hours=2), status), now=ago(hours=2))
    return Order.objects.get(order_number="1001")


@pytest.fixture
def desk(log_in: LogIn, lost: Order) -> Page:
    """Alice looks at the queues."""
    return log_in("alice", "/tracking/")


def test_queues_are_clicked_through_and_an_empty_one_says_so(desk: Page) -> None:
    expect(desk.locator("#queue")).to_have_text("Lost")
    desk.locator(".tile", has_text="Delivery failed").click()
    expect(desk.locator("tr[data-row]")).to_contain_text("1002")
    desk.locator(".tile", has_text="Held by customs").click()
    expect(desk.locator(".empty")).to_contain_text("This queue is empty")
    desk.go_back()
    desk.keyboard.press("j")
    expect(desk.locator("tr[data-row]")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk).to_have_title("Order 1002 · Prazo")


def test_a_step_is_taken_in_its_row(desk: Page, lost: Order) -> None:
    row = desk.locator("tr[data-row]")
    row.get_by_text("with a note or a date").click()
    row.get_by_label("What you found").fill("asked twice")
    row.get_by_role("button", name="I asked the sources").click()
    expect(row.get_by_role("button", name="I know the cause")).to_be_visible()
    assert TrackingCase.objects.get(order=lost).queried_at is not None


def test_news_in_the_row_is_read_while_it_is_typed_and_takes_the_parcel_away(desk: Page) -> None:
    row = desk.locator("tr[data-row]")
    row.get_by_text("Enter what a source says").click()
    row.get_by_label("Where you looked").fill("Correios")
    row.get_by_role("button", name="Record").click()
    expect(row.locator(".errorlist")).to_contain_text("Choose a status")
    row.get_by_label("Its words").fill("Objeto entregue ao vizinho")
    expect(row.locator(".reading")).to_contain_text("to a neighbour")
    row.get_by_role("button", name="Record").click()
    expect(desk.locator("tr.left")).to_contain_text("has left this queue")


def test_the_ready_answer_leaves_from_the_order(desk: Page, live_server: LiveServer, lost: Order) -> None:
    desk.goto(f"{live_server.url}/orders/{lost.pk}/")
    desk.get_by_text("Ready answer").click()
    desk.get_by_role("button", name="Send it to the buyer").click()
    expect(desk.locator("#flash")).to_contain_text("The message leaves in the buyer's hours")
