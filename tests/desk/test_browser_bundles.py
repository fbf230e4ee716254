"""Exhibits and versions in a real browser: put in order by key, chosen by the recipient, looked at on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from disputes.models import Dispute
from evidence.models import Bundle, Exhibit
from orders.models import User
from orders.services.log_in_links import make_log_in_link
from tests.cast import alices_store
from tests.desk.disputing import ago, disputed, filed_exhibit, order_underway, picture, ready_bundle
from tests.evidence.files import paper

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
KINDS = ("packing_photo", "invoice", "chat_record")


@pytest.fixture
def dispute(live_server: LiveServer) -> Dispute:
    """A claim with three exhibits and a finished version."""
    dispute = disputed(order_underway(alices_store()), opened=ago(days=1), amount="12.00")
    for position, kind in enumerate(KINDS, start=1):
        filed_exhibit(dispute, picture("JPEG", width=30 + position), kind=kind, position=position, pages=1)
    ready_bundle(dispute, paper())
    return dispute


@pytest.fixture
def workbench(live_server: LiveServer, browser_page: Page, dispute: Dispute) -> Iterator[Page]:
    """Alice's browser on the dispute's page."""
    link = make_log_in_link(User.objects.get(email="alice@example.com"))
    browser_page.goto(f"{live_server.url}{link}")
    browser_page.locator("main button").first.click()
    browser_page.goto(f"{live_server.url}/disputes/{dispute.pk}/")
    yield browser_page
    browser_page.goto("about:blank")  # nothing is on its way when the database is emptied


def order_of(dispute: Dispute) -> list[str]:
    return list(Exhibit.objects.filter(order=dispute.order_id).values_list("kind", flat=True))


def test_exhibits_are_put_in_order_by_the_arrow_keys(workbench: Page, dispute: Dispute) -> None:
    first = Exhibit.objects.get(kind="packing_photo").pk
    workbench.locator(f"#exhibit-{first}").focus()
    workbench.keyboard.press("Alt+ArrowDown")
    expect(workbench.locator("#flash")).to_contain_text("Photo of the packing stands at place 2 of 3 now.")
    expect(workbench.locator(f"#down-{first}")).to_be_focused()
    workbench.keyboard.press("ArrowDown")
    expect(workbench.locator("#flash")).to_contain_text("place 3 of 3")
    expect(workbench.locator(f"#up-{first}")).to_be_focused()  # the other button can do nothing any more
    assert order_of(dispute) == ["invoice", "chat_record", "packing_photo"]
    workbench.keyboard.press("ArrowUp")
    expect(workbench.locator("#flash")).to_contain_text("place 2 of 3")


def test_a_caption_is_written_by_key_alone(workbench: Page) -> None:
    pk = Exhibit.objects.get(kind="invoice").pk
    row = workbench.locator(f"#exhibit-{pk}")
    row.locator("summary").focus()
    workbench.keyboard.press("Enter")
    workbench.keyboard.press("Tab")
    workbench.keyboard.type("The invoice of 2 March")
    workbench.keyboard.press("Enter")
    expect(row).to_contain_text("The invoice of 2 March")


def test_a_recipient_is_chosen_by_key(workbench: Page, dispute: Dispute) -> None:
    workbench.locator("#bundles .recipients summary").focus()
    workbench.keyboard.press("Enter")  # unfolds those that no store of this pack is used to
    workbench.locator("input[name=recipient][value=archive]").focus()
    for _press in range(10):
        workbench.keyboard.press("ArrowDown")
        if workbench.locator("input[name=recipient][value=stripe]").is_checked():
            break
    workbench.get_by_role("button", name="Make the PDF").click()
    expect(workbench.locator(".bundle .progress")).to_be_visible()
    assert Bundle.objects.latest("number").recipient == "stripe"


def test_a_pc_shows_the_pdf_in_its_frame(workbench: Page) -> None:
    workbench.locator(".preview summary").click()
    expect(workbench.locator(".preview iframe")).to_be_visible()
    expect(workbench.locator(".sheets")).to_be_hidden()


def test_a_phone_shows_the_pages_as_pictures(workbench: Page) -> None:
    workbench.set_viewport_size({"width": 390, "height": 844})
    workbench.locator(".preview summary").click()
    expect(workbench.locator(".preview iframe")).to_be_hidden()
    first = workbench.locator(".sheets img").first
    first.scroll_into_view_if_needed()
    expect(first).to_have_js_property("complete", True)
    workbench.wait_for_function("document.querySelector('.sheets img').naturalWidth > 0")
    assert workbench.evaluate("document.documentElement.scrollWidth") <= 390


def test_handing_in_is_asked_once_more(workbench: Page) -> None:
    workbench.get_by_role("button", name="I submitted this …").click()
    expect(workbench.get_by_role("button", name="Yes, it is with the platform")).to_be_focused()
    workbench.get_by_role("link", name="No, back").click()
    expect(workbench.locator("#bundles-title")).to_be_visible()
    assert Bundle.objects.get().state == "ready"
