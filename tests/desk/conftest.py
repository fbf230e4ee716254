"""The people in front of the pages: Alice owns the store, Bob works in it, Vera looks, Charlie has another."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from disputes.models import ActionItem
from orders.models import Membership, Order, Store, User
from orders.roles import Role
from orders.services.log_in_links import make_log_in_link
from orders.services.stores import create_store
from tests.cast import alices_store, paid, placed_order, shipped

PEOPLE = ["alice", "bob", "vera", "charlie", "nobody"]
Enter = Callable[[str], Client]
LogIn = Callable[[str, str], Page]


def address(name: str) -> str:
    return f"{name}@example.com"


@pytest.fixture
def store(db: None) -> Store:
    """Alice's store, with Bob as agent and Vera as viewer; Charlie has another."""
    store = alices_store()
    for name, role in (("bob", Role.AGENT), ("vera", Role.VIEWER)):
        Membership.objects.create(store=store, user=User.objects.create_user(address(name)), role=role)
    create_store(
        "charlie",
        policy_name="aliexpress-br",
        owner_email=address("charlie"),
        name="Charlie's",
        timezone="Asia/Shanghai",
        currency="USD",
    )
    return store


@pytest.fixture
def enter(store: Store) -> Enter:
    """A browser in which this person has logged in; "nobody" has not."""

    def as_person(name: str) -> Client:
        client = Client()
        if name != "nobody":
            client.force_login(User.objects.get(email=address(name)), "django.contrib.auth.backends.ModelBackend")
            session = client.session  # as after his first page: it is noted now and then that a session is in use
            session["seen_at"] = time.time()
            session.save()
        return client

    return as_person


@pytest.fixture
def log_in(browser_page: Page, live_server: LiveServer, enter: Enter) -> Iterator[LogIn]:
    """A real browser in which this person has logged in, on the page at this path with all its scripts at work."""

    def as_person(name: str, path: str) -> Page:
        session = enter(name).cookies["sessionid"].value
        browser_page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        browser_page.goto(f"{live_server.url}{path}")
        return browser_page

    yield as_person
    browser_page.goto("about:blank")  # nothing is on its way when the database is emptied


def go_by_key(page: Page, key: str) -> None:
    """To a place of the menu: g and its key are one word when they come within a second and a half, or else again."""
    for _turn in range(4):
        page.keyboard.press("g")
        page.keyboard.press(key)
        with suppress(AssertionError):
            expect(page.locator(f"[data-go={key}][aria-current=page]")).to_have_count(1, timeout=15_000)
            return
    raise AssertionError(f"g and {key} lead nowhere")


def log_in_by_link(page: Page, origin: str, name: str) -> None:
    """By the one-time link, which then leads to where a password is chosen: before that nobody has logged in."""
    page.goto(f"{origin}{make_log_in_link(User.objects.get(email=address(name)))}")
    page.locator("main button").first.click()
    expect(page.locator("[name=password1]")).to_be_visible()


@pytest.fixture
def alice(enter: Enter) -> Client:
    return enter("alice")


@pytest.fixture
def bob(enter: Enter) -> Client:
    return enter("bob")


@pytest.fixture
def vera(enter: Enter) -> Client:
    return enter("vera")


@pytest.fixture
def charlie(enter: Enter) -> Client:
    return enter("charlie")


@pytest.fixture
def placed(store: Store) -> Order:
    """Maria's order, not paid for yet."""
    return placed_order(store, total=Decimal("24.00"))


@pytest.fixture
def underway(store: Store) -> Order:
    """Maria's order, shipped."""
    return placed_order(store, paid(), shipped(), total=Decimal("24.00"))


def open_item(order: Order, kind: str, **values: Any) -> ActionItem:
    """Something to do on the order."""
    item: ActionItem = ActionItem.objects.create(
        order=order, kind=kind, rule="R12", raised_at=order.placed_at, due_at=order.placed_at, **values
    )
    return item
