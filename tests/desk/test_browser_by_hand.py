"""The by-hand run and the order's picture in a real browser, by keyboard alone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from messaging.models import Channel, Message, MessageState
from orders.models import Order, Store
from tests.cast import paid, placed_order, shipped
from tests.desk.conftest import LogIn
from tests.desk.disputing import order_underway

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MANY = 20
# A hundred in ten minutes leave six seconds for each: what the program takes of them must not be felt.
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: undefined})"


def awake_zone() -> str:
    """A zone in which it is about noon."""
    return f"Etc/GMT{timezone.now().hour % 24 - 12:+d}"


def waiting(store: Store, number: int) -> Message:
    """A message that waits for a hand, the younger the higher its number."""
    buyer = {"timezone": awake_zone(), "email": f"{number}@example.com", "phone": "+55 11 91234-5678"}
    order = placed_order(store, paid(), shipped(), number=str(10**15 + number), buyer=buyer)
    since = timezone.now() - timedelta(hours=100 - number)
    message: Message = Message.objects.create(
        order=order, purpose="contact_45", sequence=70, rule="C2", channel=Channel.BY_HAND, language="pt-br",
        subject="Pedido", body=f"Olá!\nSeu pedido {order.order_number} está a caminho.", queued_at=since,
        state=MessageState.WAITING, send_after=since, next_attempt_at=since,
    )  # fmt: skip
    return message


@pytest.fixture
def desk(log_in: LogIn, store: Store) -> Page:
    """Alice has logged in."""
    return log_in("alice", "/")


def number_shown(desk: Page) -> str:
    return desk.locator("#run-title a").inner_text()


def test_twenty_are_copied_and_sent_by_two_keys_each(desk: Page, live_server: LiveServer, store: Store) -> None:
    messages = [waiting(store, number) for number in range(MANY)]
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.goto(f"{live_server.url}/messages/run/")
    asked: list[Request] = []
    desk.on("request", lambda request: asked.append(request))
    for message in messages:
        expect(desk.locator("#run-title a")).to_have_text(message.order.order_number)
        desk.keyboard.press("c")
        expect(desk.locator("[data-key=c] span")).to_have_text("Copied")
        assert desk.evaluate("navigator.clipboard.readText()") == message.body
        desk.keyboard.press("Enter")
        expect(desk.locator("#run-title a, #run .empty")).not_to_have_text(message.order.order_number)
    expect(desk.locator("#run")).to_contain_text(f"{MANY} messages sent by hand.")
    assert len([request for request in asked if request.resource_type in {"xhr", "fetch", "document"}]) == MANY
    assert Message.objects.filter(state=MessageState.SENT, channel=Channel.BY_HAND).count() == MANY


def test_each_key_does_its_work(desk: Page, live_server: LiveServer, store: Store) -> None:
    first, second = waiting(store, 1), waiting(store, 2)
    desk.goto(f"{live_server.url}/messages/run/")
    for key, where in (("o", "https://trade.aliexpress.com/order_detail.htm?orderId="), ("w", "https://wa.me/551191")):
        asked = desk.context.expect_event("request", lambda request, to=where: request.url.startswith(to))
        with asked, desk.expect_popup() as opened:
            desk.keyboard.press(key)
        opened.value.close()
    desk.keyboard.press("s")
    expect(desk.locator("#run-title a")).to_have_text(second.order.order_number)
    desk.keyboard.press("Enter")
    expect(desk.locator("#run .empty")).to_be_visible()
    desk.keyboard.press("u")
    expect(desk.locator("#run-title a")).to_have_text(second.order.order_number)
    expect(desk.locator("#flash")).to_contain_text("Taken back: it waits again.")
    assert Message.objects.get(pk=first.pk).state == MessageState.WAITING
    assert Message.objects.get(pk=second.pk).state == MessageState.WAITING


def test_a_note_may_be_typed_without_a_key_being_taken_for_a_command(
    desk: Page, live_server: LiveServer, store: Store
) -> None:
    message = waiting(store, 1)
    desk.goto(f"{live_server.url}/messages/run/")
    desk.locator("summary", has_text="screenshot").press("Enter")
    expect(desk.locator("#run-note")).to_be_visible()
    desk.locator("#run-note").press_sequentially("such a cow, sorry")
    assert number_shown(desk) == message.order.order_number
    desk.keyboard.press("Enter")
    expect(desk.locator("#run .empty")).to_be_visible()
    assert message.order.timeline.get(type="sent_by_hand").private.data == {"text": "such a cow, sorry"}


def test_without_https_the_text_is_copied_the_old_way(desk: Page, live_server: LiveServer, store: Store) -> None:
    message = waiting(store, 1)
    desk.add_init_script(NO_CLIPBOARD)
    desk.goto(f"{live_server.url}/messages/run/")
    desk.keyboard.press("c")
    expect(desk.locator("[data-key=c] span")).to_have_text("Copied")
    desk.locator("summary", has_text="screenshot").click()
    desk.locator("#run-note").evaluate("field => { field.removeAttribute('maxlength'); field.focus(); }")
    desk.keyboard.press("Control+v")
    assert desk.locator("#run-note").input_value() == message.body.replace("\n", " ")


def test_the_picture_of_an_order_is_walked_through_by_tab(desk: Page, live_server: LiveServer, store: Store) -> None:
    order: Order = order_underway(store, number="8012345678900001")
    desk.goto(f"{live_server.url}/orders/{order.pk}/")
    signs = desk.locator(".order-picture a.mark")
    assert signs.count() > 5
    signs.first.focus()
    desk.keyboard.press("Tab")
    expect(signs.nth(1)).to_be_focused()
    anchor = signs.nth(1).get_attribute("href")
    desk.keyboard.press("Enter")
    assert desk.evaluate("location.hash") == anchor
    expect(desk.locator(f"{anchor}")).to_be_in_viewport()
