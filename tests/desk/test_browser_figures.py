"""The figures in a real browser, from the menu by a key to the orders behind a column, and a lesson written by hand."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.cast import alices_store, fact, happens
from tests.desk.conftest import go_by_key, log_in_by_link
from tests.desk.disputing import ago, disputed, order_underway

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(live_server: LiveServer, browser_page: Page) -> Iterator[Page]:
    """Alice's browser, in a store with a dispute that was lost."""
    dispute = disputed(order_underway(alices_store(), number="801"), opened=ago(days=3), amount="12.00")
    happens(dispute.order, fact(ago(days=1), "verdict", outcome="lost"), now=ago())
    log_in_by_link(browser_page, live_server.url, "alice")
    browser_page.goto(f"{live_server.url}/")
    expect(browser_page.locator("h1")).to_contain_text("Today")
    yield browser_page
    browser_page.goto("about:blank")  # nothing is on its way when the database is emptied


def test_a_number_leads_to_its_orders_and_an_order_to_its_lesson(desk: Page) -> None:
    go_by_key(desk, "f")
    expect(desk.locator("h1")).to_contain_text("Figures")
    chart = desk.locator("figure.chart", has_text="Disputes ended")
    expect(chart.locator("svg.drawn rect")).to_have_count(1)
    chart.locator("summary").press("Enter")
    chart.locator("td a").press("Enter")
    expect(desk).to_have_url(re.compile("figure=disputes_closed"))
    expect(desk.locator("table.orders tbody tr")).to_have_count(1)
    desk.go_back()
    desk.locator("figure.chart", has_text="Disputes ended").locator("svg.drawn a").click()
    expect(desk.locator("table.orders tbody")).to_contain_text("801")
    desk.goto(f"{desk.url.split('/orders/')[0]}/disputes/")
    desk.get_by_role("link", name="801").click()
    lessons = desk.locator("#lessons")
    lessons.get_by_label("Where the trouble began").select_option("goods")
    lessons.locator("textarea").fill("Test each lamp.")
    lessons.get_by_role("button", name="Keep the lesson").click()
    expect(desk.locator("#lessons")).to_contain_text("Test each lamp.")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_does_not_scroll_sideways_with_everything_unfolded(desk: Page, width: int) -> None:
    desk.set_viewport_size({"width": width, "height": 800})
    desk.goto(f"{desk.url.rstrip('/')}/figures/?span=year")
    desk.evaluate("document.querySelectorAll('details.as-table').forEach((part) => { part.open = true; })")
    assert desk.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
