"""The people in front of the pages: Alice owns the store, Bob works in it, Vera looks, Charlie has another."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from disputes.models import ActionItem
from orders.models import Membership, Order, Store, User
from orders.roles import Role
from orders.services.stores import create_store
from tests.cast import alices_store, paid, placed_order, shipped

PEOPLE = ["alice", "bob", "vera", "charlie", "nobody"]
Enter = Callable[[str], Client]


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
