"""The desk in a real browser: keys, doing things in place, phones, and a console without an error."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from disputes.models import ActionItem, ActionKind
from orders.models import Order
from tests.cast import paid, placed_order, shipped
from tests.desk.conftest import LogIn, go_by_key, open_item

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(log_in: LogIn, underway: Order) -> Page:
    """Alice has logged in, and has two things to do."""
    for kind in (ActionKind.VERIFY_TRACKING, ActionKind.REVIEW_MANUALLY):
        open_item(underway, kind)
    return log_in("alice", "/")


def test_keys_move_open_and_go(desk: Page, underway: Order) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    expect(desk.locator(".card").nth(1)).to_be_focused()
    desk.keyboard.press("k")
    desk.keyboard.press("Enter")
    expect(desk).to_have_title(f"Order {underway.order_number} · Prazo")
    go_by_key(desk, "o")
    expect(desk).to_have_title("Orders · Prazo")
    desk.keyboard.press("/")
    desk.keyboard.type("jkg?Maria")
    desk.keyboard.press("Enter")
    expect(desk.locator(".found")).to_contain_text("jkg?Maria")


def test_keys_are_silent_when_they_are_switched_off(desk: Page) -> None:
    desk.keyboard.press("?")
    desk.locator("dialog [data-keys]").uncheck()
    desk.keyboard.press("Escape")
    desk.keyboard.press("j")
    expect(desk.locator(".card").first).not_to_be_focused()


def test_a_card_is_done_in_place(desk: Page) -> None:
    desk.locator(".card").first.get_by_role("button", name="Done").click()
    expect(desk.locator(".card.done")).to_contain_text("Done: Verify the tracking")
    expect(desk.locator(".card")).to_have_count(2)
    assert ActionItem.objects.filter(state="open").count() == 1


def test_an_order_changes_in_place_and_its_future_with_it(desk: Page, live_server: LiveServer, underway: Order) -> None:
    desk.goto(f"{live_server.url}/orders/{underway.pk}/")
    expect(desk.locator(".entry.future").first).to_be_visible()
    desk.get_by_text("Mark as delivered").first.click()
    desk.locator("details[open]").get_by_role("button", name="Mark as delivered").click()
    expect(desk.locator("h1 .badge").first).to_have_text("Delivered")
    expect(desk.locator("#flash")).to_contain_text("Recorded: Mark as delivered")
    expect(desk.locator(".timeline").first).to_contain_text("No longer needed: the parcel was delivered")


def test_a_refund_asks_twice_in_place(desk: Page, live_server: LiveServer, underway: Order) -> None:
    desk.goto(f"{live_server.url}/orders/{underway.pk}/")
    desk.locator("summary.danger", has_text="Refund").click()
    desk.locator("details[open]").get_by_role("button", name="Refund the buyer").click()
    expect(desk.locator(".confirm")).to_contain_text("US$24.00")
    desk.get_by_role("button", name="Yes: Refund the buyer").click()
    expect(desk.locator("h1 .badge").first).to_have_text("Refunded")


def test_an_order_fits_a_small_phone(desk: Page, live_server: LiveServer, underway: Order) -> None:
    other = placed_order(underway.store, paid(), shipped(), number="9" * 30, buyer={"name": "W" * 60})
    desk.set_viewport_size({"width": 320, "height": 640})
    desk.goto(f"{live_server.url}/orders/{other.pk}/")
    assert desk.evaluate("document.documentElement.scrollWidth") == 320
