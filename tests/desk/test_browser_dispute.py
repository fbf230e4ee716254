"""A dispute in a real browser: an exhibit dropped on its line, a counter-offer, the checklist filling."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from disputes.models import Dispute
from evidence.models import Exhibit
from tests.cast import alices_store
from tests.desk.conftest import go_by_key, log_in_by_link
from tests.desk.disputing import ago, disputed, order_underway, picture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def dispute(live_server: LiveServer) -> Dispute:
    """A claim about a damaged lamp."""
    return disputed(order_underway(alices_store()), opened=ago(days=1), amount="12.00")


@pytest.fixture
def workbench(live_server: LiveServer, browser_page: Page, dispute: Dispute) -> Iterator[Page]:
    """Alice's browser on the dispute's page."""
    log_in_by_link(browser_page, live_server.url, "alice")
    browser_page.goto(f"{live_server.url}/disputes/{dispute.pk}/")
    yield browser_page
    browser_page.goto("about:blank")  # nothing is on its way when the database is emptied


def line(page: Page, name: str) -> Locator:
    return page.locator(".slot", has_text=name)


def test_a_case_is_worked_by_hand(workbench: Page, tmp_path: Path) -> None:
    photo = tmp_path / "broken.jpg"
    photo.write_bytes(picture("JPEG", width=300, height=200))
    expect(workbench.locator(".loudest")).to_contain_text("Ask the buyer for a photo")
    slot = line(workbench, "Photo from the buyer")
    slot.locator("summary").click()
    slot.locator("input[type=file]").first.set_input_files(photo)
    slot.get_by_role("button", name="Upload").click()
    expect(workbench.locator("#checklist")).to_contain_text("1/4")
    expect(workbench.locator(".loudest")).to_contain_text("Offer a partial refund")
    expect(workbench.locator(".exhibit img")).to_have_js_property("complete", True)

    workbench.locator("summary", has_text="Make a counter-offer").click()
    workbench.locator("input[name=amount]").fill("4.00")
    workbench.locator("details[open] button", has_text="Make a counter-offer").click()
    expect(workbench.locator("h1")).to_contain_text("Counter-offer made")


def test_a_file_that_is_refused_is_refused_before_the_eyes_of_who_chose_it(workbench: Page, tmp_path: Path) -> None:
    page = tmp_path / "photo.jpg"
    page.write_bytes(b"<html>")
    slot = line(workbench, "Photo of the packing")
    slot.locator("summary").click()
    slot.locator("input[type=file]").first.set_input_files(page)
    slot.get_by_role("button", name="Upload").click()
    expect(slot.get_by_role("alert")).to_contain_text("By its content it is a web page")
    expect(slot.get_by_role("alert")).to_be_in_viewport()
    expect(slot.locator("input[type=file]").first).to_be_focused()


def test_a_picture_from_the_clipboard_lands_on_the_open_line(workbench: Page) -> None:
    slot = line(workbench, "Photo of the packing")
    slot.locator("summary").click()
    workbench.evaluate("""() => {
        const box = new DataTransfer();
        const bytes = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0]);
        box.items.add(new File([bytes], "shot.jpg", { type: "image/jpeg" }));
        document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: box, bubbles: true }));
    }""")
    assert slot.locator("input[type=file]").first.evaluate("input => input.files[0].name") == "shot.jpg"


def test_a_file_dropped_on_a_line_waits_there_to_be_uploaded(workbench: Page) -> None:
    slot = line(workbench, "Record of the chat")
    data = workbench.evaluate_handle("""() => {
        const box = new DataTransfer();
        box.items.add(new File(["%PDF-1.7"], "chat.pdf", { type: "application/pdf" }));
        return box;
    }""")
    slot.locator("summary").first.dispatch_event("drop", {"dataTransfer": data})
    assert slot.locator("input[type=file]").first.evaluate("input => input.files[0].name") == "chat.pdf"
    expect(slot.get_by_role("button", name="Upload")).to_be_focused()


def test_a_draft_is_changed_and_copied_as_it_stands(workbench: Page) -> None:
    workbench.context.grant_permissions(["clipboard-read", "clipboard-write"])
    workbench.locator("#draft-en").fill("My own words")
    workbench.get_by_role("button", name="Copy the text").first.click()
    expect(workbench.get_by_role("button", name="Copied")).to_be_visible()
    assert workbench.evaluate("navigator.clipboard.readText()") == "My own words"


def test_g_and_d_lead_to_the_disputes(workbench: Page, live_server: LiveServer) -> None:
    workbench.goto(f"{live_server.url}/")
    go_by_key(workbench, "d")
    expect(workbench.locator("h1")).to_have_text("Disputes")


def test_nothing_is_wider_than_a_phone(workbench: Page, dispute: Dispute) -> None:
    workbench.set_viewport_size({"width": 390, "height": 844})
    workbench.reload()
    assert workbench.evaluate("document.documentElement.scrollWidth") <= 390
    assert not Exhibit.objects.exists()
