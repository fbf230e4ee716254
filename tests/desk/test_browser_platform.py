"""Connecting a store to AliExpress in a real browser: out of the page's own policy, and back to it."""

from collections.abc import Iterator

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from orders.models import PlatformAccount, Store
from tests.desk.test_browser import desk as desk  # the same way in
from tests.servers.aliexpress import APP_KEY, SECRET, AliExpressService, aliexpress_server

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def platform(live_server: LiveServer) -> Iterator[AliExpressService]:
    with (
        aliexpress_server() as (wire, service),
        override_settings(ALIEXPRESS_URL=wire.url, SITE_URL=str(live_server)),
    ):
        yield service


def test_a_store_is_connected_by_keyboard(
    desk: Page, live_server: LiveServer, platform: AliExpressService, store: Store
) -> None:
    desk.set_viewport_size({"width": 360, "height": 800})
    desk.goto(f"{live_server}/platform/")
    desk.get_by_label("App key").fill(APP_KEY)
    desk.get_by_label("App secret").focus()
    desk.keyboard.type(SECRET)
    desk.keyboard.press("Enter")
    expect(desk.locator("#flash")).to_contain_text("Connect the store now")
    desk.get_by_role("link", name="Connect", exact=True).focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#flash")).to_contain_text("Connected.")
    expect(desk.get_by_text("waits for its turn").first).to_be_visible()
    assert PlatformAccount.objects.get().is_connected
    assert SECRET not in desk.content()
    assert desk.evaluate("document.documentElement.scrollWidth") <= 360
