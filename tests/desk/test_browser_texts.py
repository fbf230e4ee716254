"""Texts and quick replies in a real browser, by keyboard alone: written, marked, filled in, saved, taken back."""

import re

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from messaging.models import ReplyUse
from orders.models import Order, Store
from tests.desk.conftest import LogIn
from tests.desk.disputing import order_underway

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def order(store: Store) -> Order:
    return order_underway(store, number="1001")


@pytest.fixture
def desk(log_in: LogIn, order: Order) -> Page:
    """Alice looks at the texts."""
    return log_in("alice", "/texts/")


def test_a_text_is_written_checked_saved_and_taken_back_by_keyboard(desk: Page, store: Store) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    expect(desk).to_have_title("Order received · Prazo")
    body = desk.get_by_label("Text", exact=True)
    body.focus()
    desk.keyboard.press("Control+a")
    desk.keyboard.type("O pacote vai chegar no dia 12. ")
    expect(desk.locator("mark")).to_have_text(["vai chegar", "dia 12"])
    desk.keyboard.press("Control+k")
    expect(desk.locator("[data-pick-search]")).to_be_focused()
    desk.keyboard.type("order number")
    desk.keyboard.press("Enter")
    expect(body).to_have_value("O pacote vai chegar no dia 12. {order_number}")
    expect(body).to_be_focused()
    desk.keyboard.type(" {order_numbr}")
    expect(desk.locator("#preview")).to_contain_text("Did you mean {order_number}")
    for _letter in "{order_numbr}":
        desk.keyboard.press("Backspace")
    expect(desk.locator("#preview")).to_contain_text("dia 12. 1001")
    desk.get_by_role("button", name="Save").focus()
    desk.keyboard.press("Enter")
    desk.locator("#flash button").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("h1 .badge")).to_have_text("standard")
    assert not store.templates.exists()


def test_a_variable_goes_where_the_cursor_was_before_the_script_had_come(desk: Page, live_server: LiveServer) -> None:
    held: list[Route] = []
    desk.route("**/quick_replies*.js", lambda route: held.append(route))
    with desk.expect_request("**/quick_replies*.js"):
        desk.goto(f"{live_server.url}/texts/alice/order_received/pt-br/", wait_until="commit")
    body = desk.get_by_label("Text", exact=True)
    desk.fill("textarea[data-quick-reply-target]", "Oi")  # at once, before all is loaded
    with desk.expect_event("load"):
        held[0].continue_()
    desk.keyboard.press("Control+k")
    expect(desk.locator("[data-pick-search]")).to_be_focused()
    desk.keyboard.type("order number")
    desk.keyboard.press("Enter")
    expect(body).to_have_value("Oi\n\n{order_number}")


def test_a_quick_reply_goes_into_a_message_by_keyboard(desk: Page, live_server: LiveServer, order: Order) -> None:
    desk.goto(f"{live_server.url}/orders/{order.pk}/")
    answer = desk.locator("#reply-text")
    answer.focus()
    desk.keyboard.press("Control+k")
    expect(desk.locator("[data-pick-search]")).to_be_focused()
    desk.keyboard.type("onde esta")  # no accents, and the buyer's language
    expect(desk.locator("[role=option][aria-selected=true] strong")).to_have_text("Where the parcel is")
    desk.keyboard.press("Enter")
    expect(answer).to_be_focused()
    expect(answer).to_have_value(re.compile(r"^Olá.*1001.*LX123456785CN", re.DOTALL))
    desk.keyboard.press("Control+z")
    expect(answer).to_have_value("")
    desk.keyboard.type("Oi! ;bye ")
    expect(answer).to_have_value(re.compile(r"^Oi! Fico feliz em ter ajudado!.*dia!$"))
    desk.keyboard.type(" ;nothing ")
    expect(answer).to_have_value(re.compile(r"dia! ;nothing $"))
    desk.goto(f"{live_server.url}/quick-replies/")
    expect(desk.get_by_text("used 1 time")).to_have_count(2)
    assert set(ReplyUse.objects.values_list("code", flat=True)) == {"where", "bye"}
