"""An agent answers a buyer in a real browser, by keyboard alone: paste, reply with a promise, take it back."""

import pytest
from playwright.sync_api import Page, expect

from messaging.models import InboundMessage, Message, Promise
from orders.models import Order, Store
from tests.desk.conftest import LogIn
from tests.desk.disputing import order_underway

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order(store: Store) -> Order:
    return order_underway(store, number="order-1001")


@pytest.fixture
def desk(log_in: LogIn, order: Order) -> Page:
    """Alice looks at her inbox."""
    return log_in("alice", "/inbox/")


def test_a_paste_is_answered_with_a_promise_by_keyboard_alone(desk: Page, order: Order) -> None:
    keys = desk.keyboard
    desk.locator("summary", has_text="Paste what a buyer wrote").focus()
    keys.press("Enter")
    keys.press("Tab")
    keys.insert_text("order-1001: cadê?")
    desk.get_by_role("button", name="Keep it").focus()
    keys.press("Enter")
    expect(desk.locator("#conversation")).to_contain_text("order-1001: cadê?")
    desk.locator("#reply-text").focus()
    keys.insert_text("Aguarde, por favor.")
    expect(desk.locator("#reply-check")).to_contain_text("say no date")
    keys.press("Control+Enter")
    promise = desk.get_by_role("button", name="Promise an answer within")
    expect(promise).to_be_focused()
    keys.press("Enter")
    expect(desk.locator("#conversation")).to_contain_text("Answer promised by")
    assert Promise.objects.get().message.body.startswith("Aguarde, por favor.")
    assert InboundMessage.objects.get().answer == Message.objects.get(purpose="reply")
    desk.get_by_role("button", name="Undo").focus()
    keys.press("Enter")
    expect(desk.locator("#flash")).to_contain_text("Taken back")
