"""The list of orders in a real browser: selecting, looking, doing and taking back, by keys alone and on a phone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from disputes.bulk import waiting_runs, work_on
from messaging.models import Message
from orders.models import Order, Store
from tests.desk.conftest import LogIn
from tests.desk.disputing import order_underway

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(log_in: LogIn, store: Store) -> Page:
    """Bob has logged in, and sees four orders on their way."""
    for n in range(4):
        order_underway(store, number=f"80123456789000{n}", buyer={"email": f"m{n}@example.com"})
    return log_in("bob", "/orders/")


def work() -> None:
    """What a worker does."""
    for run_id in waiting_runs(timezone.now()):
        work_on(run_id, timezone.now, until=timezone.now() + timedelta(minutes=1))


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def choose(page: Page, words: str) -> None:
    """Down the list that has the focus, until what begins so is chosen; typed letters must come within a second."""
    for _press in range(20):
        if page.evaluate("document.activeElement.selectedOptions[0].text").strip().startswith(words):
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the arrow does not lead to {words}")


def test_orders_are_selected_looked_at_written_to_and_undone_by_keys_alone(desk: Page) -> None:
    press(desk, "j", "x", "j", "j", "x", "b")
    expect(desk.locator("[data-selected]")).to_have_text("2 orders selected")
    expect(desk.locator("#bulk select")).to_be_focused()
    choose(desk, "Where the parcel")
    press(desk, "Tab", "Enter")
    expect(desk.locator("main h2")).to_have_text(["It will be done for 2 orders."])
    press(desk, "Enter")
    expect(desk.locator(".progress")).to_contain_text("0 of 2 orders")
    work()
    expect(desk.locator("main")).to_contain_text("2 done")
    assert Message.objects.filter(purpose="tracking_update", state="pending").count() == 2
    press(desk, "z")
    expect(desk.locator(".progress")).to_be_visible()
    work()
    expect(desk.locator("main")).to_contain_text("2 taken back")
    assert not Message.objects.filter(purpose="tracking_update", state="pending").exists()


def test_a_range_is_selected_with_shift_and_a_page_with_its_box(desk: Page) -> None:
    boxes = desk.locator("input[name=order]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(desk.locator("[data-selected]")).to_have_text("3 orders selected")
    desk.locator("[data-all]").check()
    expect(desk.locator("[data-selected]")).to_have_text("4 orders selected")


def test_a_view_is_kept_opened_by_a_digit_removed_and_brought_back(desk: Page) -> None:
    desk.locator("[name=state]").select_option("shipped")
    desk.get_by_text("Keep this view").click()
    desk.locator(".views [name=name]").fill("On their way")
    desk.get_by_role("button", name="Keep", exact=True).click()
    expect(desk.locator(".views [aria-current]")).to_have_text("On their way")
    desk.get_by_role("link", name="All orders").click()
    expect(desk.locator(".views [aria-current]")).to_have_text("All orders")
    press(desk, "1")
    expect(desk.locator(".chip")).to_contain_text("Shipped")
    desk.get_by_text("Change this view").click()
    desk.get_by_role("button", name="Remove").click()
    expect(desk.locator("#flash")).to_contain_text("Removed: On their way")
    desk.get_by_role("button", name="Undo").click()
    expect(desk.locator(".views [aria-current]")).to_have_text("On their way")


def test_nothing_hangs_over_the_edge_of_a_phone(desk: Page, live_server: LiveServer) -> None:
    width = 320
    desk.set_viewport_size({"width": width, "height": 700})
    desk.goto(f"{live_server.url}/orders/?state=shipped&within=30&q=Maria")
    desk.locator("input[name=order]").first.check()
    expect(desk.locator("#bulk")).to_be_visible()
    assert desk.evaluate("document.documentElement.scrollWidth") == width
    desk.get_by_role("button", name="Extend the receipt time").click()
    expect(desk.locator("h2").first).to_have_text("It will be done for 1 order.")
    assert desk.evaluate("document.documentElement.scrollWidth") == width
    assert Order.objects.count() == 4
