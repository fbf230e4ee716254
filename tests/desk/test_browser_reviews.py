"""A bad review in a real browser: from the platform's file to the reply that a colleague read; by keyboard alone."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from disputes.models import Review
from disputes.order_files import import_file
from disputes.review_lifecycle import ReviewState
from orders.models import Order, OrderFile, Store
from tests.desk.conftest import LogIn
from tests.desk.disputing import order_underway
from tests.desk.reviewing import reviewed

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TEXT = "A luminária veio com a haste quebrada."
REPLY = "Olá, Maria. Lamentamos a haste quebrada: uma luminária nova já saiu, sem custo."


@pytest.fixture
def order(store: Store) -> Order:
    return order_underway(store, number="order-1001", buyer={"phone": "+55 11 98888-0001"})


def imported(page: Page, folder: Path) -> None:
    """The file of the platform goes in, a worker takes it, and the inbox is looked at."""
    written_at = timezone.now() - timedelta(hours=3)
    file = folder / "reviews.csv"
    file.write_text(f"order_number,stars,text,created_at\norder-1001,1,{TEXT},{written_at:%Y-%m-%dT%H:%M:%SZ}\n")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Upload and look at it").click()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator(".progress, .figures")).to_be_visible()
    import_file(OrderFile.objects.get().pk, timezone.now)
    page.reload()
    page.get_by_role("link", name="See the reviews").click()


def test_a_review_of_the_file_is_answered_in_public(log_in: LogIn, order: Order, tmp_path: Path) -> None:
    page = log_in("bob", "/import/?content=reviews")
    imported(page, tmp_path)
    page.get_by_role("link", name=TEXT).click()
    expect(page.locator("#words mark").first).to_have_text("quebrada")
    page.get_by_role("button", name="This is the cause").click()
    expect(page.locator("#steps")).to_contain_text("Call the buyer")
    page.locator("#contact-channel").get_by_label("phone").check()
    page.locator("#contact-text").fill("Quer outra luminária, não muda a avaliação.")
    page.get_by_role("button", name="I reached him").click()
    expect(page.locator("#steps")).to_contain_text("Solve it")
    expect(page.locator("#steps")).to_contain_text("Locked until the buyer fully accepts")
    page.locator("summary", has_text="He does not change it").click()
    page.get_by_role("button", name="The public reply is next").click()
    expect(page.locator(".order-head")).to_contain_text("Write the public reply")
    page.locator("#draft-text").fill("Ganhe um cupom pela sua avaliação.")
    expect(page.locator("#reply-check")).to_contain_text("offers something for a review")
    page.locator("#draft-text").fill(REPLY)
    page.get_by_role("button", name="Hand it to a second reader").click()
    expect(page.locator("#answer")).to_contain_text("a colleague reads it before it is posted")

    page = log_in("alice", "/reviews/?box=second")
    page.get_by_role("link", name="Read the reply of a colleague").click()
    page.get_by_role("button", name="Approve it").click()
    expect(page.locator("#answer")).to_contain_text("approved by")
    page.get_by_role("button", name="I posted it").click()
    expect(page.locator("h1")).to_contain_text("Replied publicly")
    assert Review.objects.get().reply_text == REPLY


def test_a_review_is_worked_on_by_keyboard_alone(log_in: LogIn, store: Store, order: Order) -> None:
    review = reviewed(store, order, text=TEXT)
    page = log_in("bob", "/reviews/")
    keys = page.keyboard
    keys.press("j")
    keys.press("a")
    expect(page.locator("#flash")).to_contain_text("1 review is yours")
    keys.press("j")
    keys.press("Enter")
    expect(page.locator("h1")).to_contain_text("Review of order-1001")
    keys.press("4")
    expect(page.locator("#cause h3")).to_contain_text("packing and shipping")
    keys.press("3")
    expect(page.locator("#cause h3")).to_contain_text("the goods")
    page.locator("#contact-channel_0").focus()
    keys.press("Space")
    keys.press("Tab")
    keys.insert_text("Quer outra luminária.")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.locator("#steps")).to_contain_text("Solve it")
    page.locator("#answer > details > summary").focus()
    keys.press("Enter")
    page.locator("#draft-text").focus()
    keys.insert_text(REPLY)
    keys.press("Control+Enter")
    expect(page.locator("#answer")).to_contain_text("waits for a second reader")
    found = Review.objects.get(pk=review.pk)
    assert (found.state, found.cause, found.reply_text) == (ReviewState.CONTACTED, "goods", REPLY)
