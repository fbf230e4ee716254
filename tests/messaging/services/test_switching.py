"""A message that is on its way when its purpose is switched off."""

from django.utils import timezone

from messaging.models import Message, MessageState
from messaging.services.switching import switch_off, switch_on
from messaging.vocabulary import Purpose
from orders.models import Store
from orders.services.auditing import Doer
from tests.messaging.services.conftest import Send
from tests.servers.smtp import Mailroom


def test_a_message_that_waits_for_its_hour_does_not_leave_once_its_purpose_is_off(
    mail_server: Mailroom, store: Store, message: Message, send: Send
) -> None:
    switch_off(store, Purpose.ORDER_RECEIVED, now=timezone.now(), doer=Doer())
    send()
    message.refresh_from_db()
    assert (message.state, message.reason) == (MessageState.CANCELLED, "switched_off")
    assert [row.data["reason"] for row in message.order.timeline.filter(type="not_sent")] == ["switched_off"]
    assert mail_server.messages == []


def test_it_leaves_where_the_purpose_is_on_again_in_time(
    mail_server: Mailroom, store: Store, message: Message, send: Send
) -> None:
    switch_off(store, Purpose.ORDER_RECEIVED, now=timezone.now(), doer=Doer())
    switch_on(store, Purpose.ORDER_RECEIVED, now=timezone.now(), doer=Doer())
    send()
    message.refresh_from_db()
    assert message.state == MessageState.SENT
