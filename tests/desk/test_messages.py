"""The outbox, and what a person does about a message."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from disputes.models import ActionKind, ActionState
from disputes.services.by_hand import say_sent
from messaging.models import Channel, Message, MessageState
from messaging.services.by_hand import retry_message
from orders.models import Order
from orders.services.verification import verify_timeline
from tests.cast import at
from tests.desk.conftest import open_item
from tests.desk.disputing import read_whole

Make = Callable[..., Message]


@pytest.fixture
def make(underway: Order) -> Make:
    """A message of Maria's order."""

    def message(state: MessageState, **values: Any) -> Message:
        now = timezone.now()
        made: Message = Message.objects.create(
            order=underway, sequence=70, rule="S7", language="pt-br", state=state, queued_at=now, send_after=now,
            next_attempt_at=now, attempts=8, last_error="550 no",
            **({"purpose": "shipped", "channel": Channel.EMAIL, "subject": "Pedido", "body": "Olá"} | values),
        )  # fmt: skip
        return made

    return message


@pytest.mark.parametrize(
    ("state", "box"), [("waiting", "attention"), ("dead", "attention"), ("pending", "outgoing"), ("sent", "sent")]
)
def test_a_message_lies_in_its_box(alice: Client, make: Make, state: MessageState, box: str) -> None:
    message = make(state)
    for name in ("attention", "outgoing", "sent", "dropped"):
        rows = alice.get(f"/messages/?box={name}").context["page"].rows
        assert (message in rows) is (name == box)


def test_the_proof_is_a_download_of_the_very_bytes(alice: Client, make: Make) -> None:
    message = make(MessageState.SENT, proof=ContentFile(b"Subject: a\r\n\r\nb", "a.eml"))
    answer = alice.get(f"/messages/{message.pk}/proof/")
    assert b"".join(answer.streaming_content) == b"Subject: a\r\n\r\nb"  # type: ignore[arg-type]
    assert answer["Content-Disposition"].startswith("attachment")
    read_whole(answer)


def test_a_dead_message_goes_back_to_the_outbox_for_the_contact_hours(make: Make) -> None:
    message = make(MessageState.DEAD)
    assert retry_message(message.pk, now=at("03-06 03:00"), actor="7")
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == (MessageState.PENDING, 0, "")
    assert message.send_after == at("03-06 12:00")
    assert verify_timeline(message.order) == ""


def test_a_stopped_message_is_filled_in_anew(make: Make) -> None:
    message = make(MessageState.STOPPED, subject="", body="")
    assert retry_message(message.pk, now=at("03-06 13:00"), actor="7")
    message.refresh_from_db()
    assert "LX123456785CN" in message.body


def test_what_is_still_missing_is_named(alice: Client, make: Make) -> None:
    message = make(MessageState.STOPPED, purpose="duty_payment", subject="", body="")
    page = alice.post(f"/messages/{message.pk}/retry/", follow=True).content.decode()
    assert "Something is still missing: pay the duty until" in page


def test_without_an_address_it_cannot_be_tried_again(alice: Client, make: Make, underway: Order) -> None:
    underway.buyer.email = ""
    underway.buyer.save()
    message = make(MessageState.WAITING)
    assert "send it by hand" in alice.post(f"/messages/{message.pk}/retry/", follow=True).content.decode()
    message.refresh_from_db()
    assert message.state == MessageState.WAITING


@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.PENDING, MessageState.CANCELLED])
def test_only_what_waits_for_a_person_is_marked_or_tried_again(make: Make, state: MessageState) -> None:
    message = make(state)
    assert not say_sent(message.pk, now=at("03-06 13:00"), actor="7")
    assert not retry_message(message.pk, now=at("03-06 13:00"), actor="7")
    message.refresh_from_db()
    assert message.state == state


def test_saying_i_sent_it_closes_the_action_that_asked_for_it(alice: Client, make: Make, underway: Order) -> None:
    message = make(MessageState.WAITING, channel=Channel.BY_HAND)
    item = open_item(underway, ActionKind.SEND_BY_HAND, subject="shipped")
    alice.post(f"/messages/{message.pk}/sent/", {"note": "by chat", "next": "/messages/"})
    item.refresh_from_db()
    assert item.state == ActionState.DONE
    event = underway.timeline.get(type="sent_by_hand")
    assert "by chat" not in str(event.data)
    assert event.private.data == {"text": "by chat"}


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(alice: Client, make: Make, underway: Order, to: str) -> None:
    message = make(MessageState.WAITING)
    answer = alice.post(f"/messages/{message.pk}/sent/", {"next": to})
    assert answer["Location"] == f"/orders/{underway.pk}/"
