"""Messages on their way out, and a real mail server to take them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from messaging.models import Message
from messaging.sending import send_due
from orders.models import Order, Store
from tests.cast import alices_store, at, clock_at, placed_order
from tests.servers.smtp import Mailroom

MORNING = "03-02 12:00"  # 09:00 of Maria's clock
Send = Callable[..., int]


@pytest.fixture
def mail_server(mailroom: Mailroom, settings: LazySettings) -> Mailroom:
    """The server that the program sends to."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", mailroom.port, 60
    return mailroom


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


@pytest.fixture
def order(store: Store) -> Order:
    """Placed at 09:00 of Maria's clock: her mail may leave at once."""
    return placed_order(store)


@pytest.fixture
def message(order: Order) -> Message:
    found: Message = order.messages.get(purpose="order_received")
    return found


@pytest.fixture
def send() -> Send:
    def send_at(short: str = MORNING, **budget: Any) -> int:
        return send_due(clock_at(short), until=at(short) + timedelta(minutes=1, **budget))

    return send_at
