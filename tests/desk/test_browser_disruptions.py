"""Disruptions in a real browser: foreseen while the form is filled in, recorded with a notice, told to the end."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from disputes.telling import look_for_parcels
from orders.models import Disruption, User
from orders.services.log_in_links import make_log_in_link
from tests.cast import alices_store
from tests.desk.disputing import order_underway, picture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(live_server: LiveServer, browser_page: Page) -> Iterator[Page]:
    """Alice's browser on the page of disruptions; two of her three parcels go to the state of São Paulo."""
    store = alices_store()
    for number, state in (("801", "SP"), ("802", "SP"), ("803", "RJ")):
        order_underway(store, number=number, buyer={"state": state, "email": f"{number}@example.com"})
    link = make_log_in_link(User.objects.get(email="alice@example.com"))
    browser_page.goto(f"{live_server.url}{link}")
    browser_page.locator("main button").first.click()
    browser_page.goto(f"{live_server.url}/disruptions/")
    yield browser_page
    browser_page.goto("about:blank")  # nothing is on its way when the database is emptied


def test_what_is_foreseen_is_told_and_watched_to_its_end(page: Page, tmp_path: Path) -> None:
    notice = tmp_path / "greve.png"
    notice.write_bytes(picture("PNG"))
    page.get_by_label("Cause").select_option("strike")
    page.get_by_label("Region of the buyers").fill("SP")
    expect(page.locator("#foreseen")).to_contain_text("This touches 2 parcels")
    expect(page.locator("#foreseen pre").first).to_contain_text("greve na transportadora")
    page.get_by_label("Region of the buyers").fill("RJ")
    expect(page.locator("#foreseen")).to_contain_text("This touches 1 parcel")
    page.get_by_label("Region of the buyers").fill("SP")
    page.get_by_label("Notice").set_input_files(notice)
    page.get_by_role("button", name="Record and tell the buyers").click()

    expect(page.locator(".progress")).to_contain_text("0 of 2 parcels")
    look_for_parcels(Disruption.objects.get().pk, timezone.now, until=timezone.now() + timedelta(minutes=1))
    expect(page.locator(".progress")).to_have_count(0)  # it looks again by itself
    expect(page.locator(".figures")).to_contain_text("Buyers told2")
    expect(page.get_by_role("link", name="greve.png")).to_be_visible()

    page.get_by_role("link", name="801").click()
    expect(page.locator(".note").first).to_contain_text("The delay is explained by: strike")
