"""The log-in page in a real browser, under the real Content-Security-Policy."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from orders.models.accounts import User


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_log_in_page_refuses_a_stranger_without_an_error_in_the_console(
    live_server: LiveServer, browser_page: Page
) -> None:
    User.objects.create_user("alice@example.com", "a long enough password")
    browser_page.goto(f"{live_server.url}/accounts/login/")
    browser_page.locator("input[name=login]").fill("alice@example.com")
    browser_page.locator("input[name=password]").fill("another password")
    browser_page.locator("input[name=password]").press("Enter")
    expect(browser_page.locator("input[name=password]")).to_be_empty()
    expect(browser_page.locator("body")).to_contain_text("not correct")
