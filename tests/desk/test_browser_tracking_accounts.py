"""The page of tracking services in a real browser: set up by keyboard, tested, on a small phone too."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from orders.models import Order
from tests.desk.test_browser import desk as desk  # the same way in
from tests.disputes.tracking import Desk, tracking_desk
from tests.servers.seventeen_track import KEY

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def services(underway: Order) -> Iterator[Desk]:
    with tracking_desk(underway.store, "03-07 08:00") as running:
        yield running


def test_a_service_is_set_up_and_tested_by_keyboard(desk: Page, live_server: LiveServer, services: Desk) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.goto(f"{live_server}/tracking-accounts/")
    desk.get_by_label("Key").first.focus()
    desk.keyboard.type(KEY)
    desk.keyboard.press("Enter")
    expect(desk.locator("#flash")).to_contain_text("Saved")
    desk.get_by_role("button", name="Test the connection").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#flash")).to_contain_text("answers")
    expect(desk.get_by_text("200 of 200")).to_be_visible()
    assert KEY not in desk.content()
    assert desk.evaluate("document.documentElement.scrollWidth") <= 390
