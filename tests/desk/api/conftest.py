"""Programs in front of the API: one with a key to Alice's store, one with a key to Charlie's."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from orders.models import ApiScope, ApiToken, Order, Store, Webhook
from orders.services.api_tokens import make_token
from orders.services.auditing import Doer
from tests.cast import paid, placed_order, shipped
from tests.desk.conftest import store
from tests.servers.chats import Chat, chat_server
from tests.servers.faulty_http import Wire

__all__ = ["store"]  # a fixture

API = "/api/v1"


class Program:
    """Another program, with a token."""

    def __init__(self, token: ApiToken, secret: str) -> None:
        self.token, self.secret, self.client = token, secret, Client(raise_request_exception=False)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"{API}{path}", query, headers=self.headers())

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> Any:
        return self.send("post", path, body, **({"Idempotency-Key": key} if key else {}), **headers)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = "" if method == "get" else json.dumps({} if body is None else body)
        said = {"data": data, "content_type": "application/json", "headers": self.headers() | headers}
        return self.client.generic(method.upper(), f"{API}{path}", **said)

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


Programs = Callable[..., Program]
Receiver = tuple[Chat, Wire]


def program_of(store: Store, *scopes: ApiScope) -> Program:
    """A program with a token of this store, for everything where no scopes are named."""
    token, secret = make_token(
        store, name="ERP", scopes=scopes or tuple(ApiScope), expires_at=None, doer=Doer(), now=timezone.now()
    )
    return Program(token, secret)


@pytest.fixture
def erp(store: Store) -> Program:
    """A program of Alice's, which may do everything."""
    return program_of(store)


@pytest.fixture
def rival(store: Store) -> Program:
    """A program of Charlie's, which may do everything in his store."""
    return program_of(Store.objects.get(slug="charlie"))


@pytest.fixture
def underway(store: Store) -> Order:
    """Maria's order, shipped."""
    return placed_order(store, paid(), shipped())


@pytest.fixture
def receiver(settings: LazySettings) -> Iterator[Receiver]:
    """A real server of another program's."""
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    with chat_server() as running:
        yield running


def subscribe(program: Program, receiver: Receiver, *types: str) -> tuple[Webhook, str]:
    """A webhook of the program's store, and its secret."""
    made = program.post("/webhooks", {"url": f"{receiver[1].url}hook", "event_types": list(types)})
    assert made.status_code == 201, made.content
    return Webhook.objects.get(pk=made.json()["id"]), made.json()["secret"]
