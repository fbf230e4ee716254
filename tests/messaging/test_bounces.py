"""Mails that come back, as servers say so: the message waits for a hand, a dead address gets no more mail."""

import base64
from pathlib import Path

import pytest
from django.conf import settings

from disputes.models import ActionItem, ActionState
from disputes.receiving import Fetched, take_mail
from messaging.models import Channel, FailedAddress, InboundMessage, MailboxAccount, Message, MessageState
from messaging.models.inbound import InboundKind
from messaging.models.mailboxes import Security
from messaging.services.by_hand import retry_message
from messaging.services.mailboxes import MailboxSettings, save_mailbox
from orders.models import Order, Store
from tests.cast import alices_store, at, happens, paid, placed_order, shipped

NOTICES = Path(__file__).parent / "bounces"
FINAL = ["postfix", "exim", "gmail", "outlook_full", "qq", "sendmail_policy"]
DEAD = {"postfix", "exim", "gmail", "qq"}


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


@pytest.fixture
def box(store: Store) -> MailboxAccount:
    given = MailboxSettings("imap.example.com", 993, Security.TLS, "store@example.com", "secret")
    return save_mailbox(store, given, now=at("03-02 11:00"))


@pytest.fixture
def order(store: Store) -> Order:
    return placed_order(store, paid())


@pytest.fixture
def sent(order: Order) -> Message:
    """A mail that left."""
    message: Message = order.messages.get(purpose="order_received")
    message.state, message.sent_at = MessageState.SENT, at("03-02 12:10")
    message.save()
    return message


def come_back(box: MailboxAccount, name: str, message_id: str, address: str = "maria@example.com") -> InboundMessage:
    raw = (NOTICES / f"{name}.txt").read_bytes().replace(b"\n", b"\r\n").replace(b"maria@example.com", address.encode())
    original = f"To: {address}\r\nMessage-ID: {message_id}\r\n".encode()
    raw = raw.replace(b"MESSAGE_ID", message_id.encode()).replace(b"ORIGINAL_BASE64", base64.b64encode(original))
    row = take_mail(box, Fetched(raw, at("03-02 12:30"), len(raw)), now=at("03-02 12:31"))
    assert row is not None
    return row


def own_id(message: Message) -> str:
    return message.message_id(settings.MESSAGE_ID_DOMAIN)


@pytest.mark.parametrize("name", FINAL)
def test_a_mail_that_came_back_waits_for_a_hand(box: MailboxAccount, sent: Message, order: Order, name: str) -> None:
    row = come_back(box, name, own_id(sent))
    assert (row.kind, row.order, row.about) == (InboundKind.BOUNCE, order, sent)
    sent.refresh_from_db()
    assert (sent.state, sent.channel, sent.sent_at) == (MessageState.WAITING, Channel.BY_HAND, None)
    assert sent.reason.startswith("bounced: ")
    assert order.timeline.get(type="bounced").rule == "M6"
    items = ActionItem.objects.filter(order=order, kind="send_by_hand", subject=sent.purpose, state=ActionState.OPEN)
    assert items.count() == 1


@pytest.mark.parametrize("name", [*FINAL, "postfix_delayed"])
def test_only_an_address_that_nobody_has_is_marked(box: MailboxAccount, sent: Message, name: str) -> None:
    come_back(box, name, own_id(sent))
    assert FailedAddress.objects.filter(address="maria@example.com").exists() is (name in DEAD)


@pytest.mark.parametrize("name", sorted(DEAD))
def test_no_address_is_marked_by_one_who_does_not_know_it(box: MailboxAccount, sent: Message, name: str) -> None:
    come_back(box, name, own_id(sent), address="guess@example.com")
    assert not FailedAddress.objects.exists()


def test_a_mail_that_is_only_late_is_noted_and_not_sent_again(box: MailboxAccount, sent: Message, order: Order) -> None:
    come_back(box, "postfix_delayed", own_id(sent))
    sent.refresh_from_db()
    assert sent.state == MessageState.SENT
    assert sent.reason.startswith("delayed: ")
    assert order.timeline.filter(type="delayed").count() == 1
    assert not ActionItem.objects.filter(order=order, kind="send_by_hand").exists()


def test_a_delivery_receipt_is_no_bounce(box: MailboxAccount, sent: Message) -> None:
    row = come_back(box, "receipt", own_id(sent))
    sent.refresh_from_db()
    assert (row.kind, sent.state) == (InboundKind.AUTOMATIC, MessageState.SENT)


def test_what_leaves_next_goes_by_hand_until_the_contact_changes(
    box: MailboxAccount, sent: Message, order: Order
) -> None:
    come_back(box, "postfix", own_id(sent))
    happens(order, shipped("03-05 10:00"))
    assert order.messages.get(purpose="shipped").channel == Channel.BY_HAND
    order.buyer.email = "maria.souza@example.org"
    order.buyer.save()
    happens(order, {"at": "2026-03-06T10:00:00Z", "type": "refund_issued", "amount": "1.00"})
    assert order.messages.get(purpose="refund_issued").to == "maria.souza@example.org"


def test_what_waits_to_leave_for_the_address_goes_by_hand_too(box: MailboxAccount, sent: Message, order: Order) -> None:
    happens(order, shipped("03-02 12:20"))
    waiting = order.messages.get(purpose="shipped")
    assert waiting.state == MessageState.PENDING
    come_back(box, "postfix", own_id(sent))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.channel) == (MessageState.WAITING, Channel.BY_HAND)


def test_a_person_who_tries_again_says_that_the_address_works(box: MailboxAccount, sent: Message) -> None:
    come_back(box, "postfix", own_id(sent))
    assert retry_message(sent.pk, now=at("03-02 13:00"), actor="1")
    assert not FailedAddress.objects.exists()
    sent.refresh_from_db()
    assert sent.state == MessageState.PENDING


def test_the_same_notice_twice_or_late_changes_nothing_more(box: MailboxAccount, sent: Message, order: Order) -> None:
    come_back(box, "postfix", own_id(sent))
    come_back(box, "gmail", own_id(sent))
    assert order.timeline.filter(type="bounced").count() == 1


def test_a_notice_about_another_stores_mail_touches_nothing(sent: Message, order: Order) -> None:
    given = MailboxSettings("imap.example.com", 993, Security.TLS, "other@example.com", "secret")
    theirs = save_mailbox(alices_store("other"), given, now=at("03-02 11:00"))
    row = come_back(theirs, "postfix", own_id(sent))
    sent.refresh_from_db()
    assert (row.order, row.about, sent.state) == (None, None, MessageState.SENT)
    assert not FailedAddress.objects.exists()
