"""Sending to a real mail server: once each, with proof, and what becomes of a message that is not taken."""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection, transaction

from disputes.models import ActionItem
from disputes.reconciling import ask_for_hands
from messaging import marking, sending
from messaging.models import Channel, Message, MessageState
from messaging.sending import check_departure, claimed_messages, mark_sent, send_due
from orders.models import Order, Store, TimelineEvent
from orders.services.claiming import claim_due, reap_expired
from orders.services.ledger import open_ledger
from orders.services.verification import verify_timeline
from tests.cast import after, alices_store, at, clock_at, fact, happens, paid, placed_order, shipped
from tests.messaging.services.conftest import MORNING, Send
from tests.racing import apart, wait_for_a_lock
from tests.servers.disks import Disk
from tests.servers.smtp import Answer, Mailroom

pytestmark = pytest.mark.django_db


def again(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def lines(order: Order, kind: str) -> list[dict[str, object]]:
    return list(TimelineEvent.objects.filter(order=order, kind="message", type=kind).values_list("data", flat=True))


# --- taken ------------------------------------------------------------------------------------------------------------
def test_a_message_leaves_once_with_an_id_that_follows_from_its_row(
    mail_server: Mailroom, message: Message, send: Send, settings: LazySettings
) -> None:
    assert send() == 1
    assert send(after(MORNING, hours=1)) == 0
    assert mail_server.message_ids() == [message.message_id(settings.MESSAGE_ID_DOMAIN)]
    sent = again(message)
    assert (sent.state, sent.sent_at, sent.claim_token) == (MessageState.SENT, at(MORNING), None)


def test_what_left_is_what_was_written(mail_server: Mailroom, message: Message, send: Send) -> None:
    send()
    mail = mail_server.messages[0]
    assert mail["To"] == "maria@example.com"
    assert mail["Subject"] == message.subject
    assert mail["Content-Language"] == "pt-br"
    assert mail["From"].addresses[0].display_name == "Alice's lamps"
    assert mail.get_content().replace("\r\n", "\n").strip() == message.body.strip()


def test_the_mail_is_kept_as_proof_with_its_hash(mail_server: Mailroom, message: Message, send: Send) -> None:
    send()
    sent = again(message)
    with sent.proof.open() as file:
        raw = file.read()
    assert hashlib.sha256(raw).hexdigest() == sent.proof_sha256
    assert sent.proof.name.endswith(".eml")
    kept = message_from_bytes(raw, policy=default)
    assert kept["Message-ID"] == mail_server.message_ids()[0]
    assert lines(sent.order, "sent") == [
        {"purpose": "order_received", "sequence": message.sequence, "sha256": sent.proof_sha256}
    ]


def test_nothing_leaves_before_the_window_opens(mail_server: Mailroom, store: Store, send: Send) -> None:
    placed_order(store, number="81", placed_at=at("03-02 03:00"), now="03-02 03:00")
    assert send("03-02 11:59") == 0
    assert send("03-02 12:00") == 1


def test_the_answer_address_is_the_stores(mail_server: Mailroom, db: None, send: Send) -> None:
    placed_order(alices_store("other", reply_email="help@example.com"), number="82")
    send()
    assert mail_server.messages[0]["Reply-To"] == "help@example.com"


def test_a_whole_batch_leaves_in_one_conversation(mail_server: Mailroom, store: Store, send: Send) -> None:
    for number in range(5):
        placed_order(store, number=f"9{number}", buyer={"email": f"m{number}@example.com"})
    assert send() == 5
    assert len(set(mail_server.message_ids())) == 5


# --- not taken --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("answer", [Answer.TRY_LATER, Answer.DROP, Answer.HANG])
def test_a_mail_that_the_server_cannot_take_now_is_tried_again(
    mail_server: Mailroom, message: Message, send: Send, settings: LazySettings, answer: Answer
) -> None:
    mail_server.answers.append(answer)
    settings.EMAIL_TIMEOUT = 1 if answer is Answer.HANG else 60
    assert send() == 0
    settings.EMAIL_TIMEOUT = 60
    waiting = again(message)
    assert (waiting.state, waiting.attempts, waiting.send_after) == (MessageState.PENDING, 1, at(MORNING))
    assert waiting.last_error
    assert waiting.next_attempt_at > at(MORNING)
    assert send(after(MORNING, minutes=1)) == 1
    assert again(message).state == MessageState.SENT
    assert len(set(mail_server.message_ids())) == 1


def test_a_repeat_is_the_same_mail_to_the_byte(mail_server: Mailroom, message: Message, send: Send) -> None:
    mail_server.answers.append(Answer.DROP)  # taken, and then the conversation broke
    send()
    send(after(MORNING, minutes=1))
    first, second = (mail.as_bytes() for mail in mail_server.messages)
    assert first == second


def test_one_hanging_mail_does_not_keep_the_others_back(
    mail_server: Mailroom, store: Store, send: Send, settings: LazySettings
) -> None:
    settings.EMAIL_TIMEOUT = 5  # the others are taken long before
    for number in range(3):
        placed_order(store, number=f"9{number}", buyer={"email": f"m{number}@example.com"})
    mail_server.answers.append(Answer.HANG)
    assert send() == 2


def test_a_mail_server_that_is_away_costs_nothing_but_time(
    message: Message, send: Send, settings: LazySettings, mail_server: Mailroom
) -> None:
    settings.EMAIL_PORT = 1
    assert send() == 0
    assert again(message).state == MessageState.PENDING
    settings.EMAIL_PORT = mail_server.port
    assert send(after(MORNING, minutes=1)) == 1


def test_a_mail_server_that_is_away_for_a_night_loses_no_mail(
    message: Message, send: Send, settings: LazySettings, mail_server: Mailroom
) -> None:
    """No message is at fault, so none is given up."""
    settings.EMAIL_PORT = 1
    for minutes in range(0, 10 * 60, 10):
        send(after(MORNING, minutes=minutes))
    settings.EMAIL_PORT = mail_server.port
    send(after(MORNING, hours=24))
    assert again(message).state == MessageState.SENT


def test_what_the_server_refuses_for_good_waits_for_a_person(
    mail_server: Mailroom, message: Message, send: Send
) -> None:
    mail_server.answers.append(Answer.REFUSE)
    assert send() == 0
    refused = again(message)
    assert (refused.state, refused.channel) == (MessageState.WAITING, Channel.BY_HAND)
    assert "No such mailbox" in refused.reason
    assert send(after(MORNING, days=1)) == 0


def test_a_refused_mail_becomes_an_action_once(mail_server: Mailroom, message: Message, send: Send) -> None:
    mail_server.answers.append(Answer.REFUSE)
    send()
    assert ask_for_hands(at(after(MORNING, minutes=1))) == 1
    assert ask_for_hands(at(after(MORNING, minutes=2))) == 0
    item = ActionItem.objects.get()
    assert (item.kind, item.rule, item.subject) == ("send_by_hand", "M6", "order_received")


def test_a_mail_that_is_given_up_becomes_an_action_once(mail_server: Mailroom, message: Message, send: Send) -> None:
    mail_server.otherwise = Answer.TRY_LATER
    for hours in range(0, 48, 2):
        send(after(MORNING, hours=hours))
    given_up = again(message)
    assert (given_up.state, given_up.attempts) == (MessageState.DEAD, 8)
    assert ask_for_hands(at("03-05 12:00")) == 1
    assert ask_for_hands(at("03-05 12:01")) == 0
    assert ActionItem.objects.filter(order=message.order, subject="order_received").count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_refused_mail_becomes_an_action_once_though_two_sweeps_look_for_it(
    mail_server: Mailroom, message: Message, send: Send
) -> None:
    mail_server.answers.append(Answer.REFUSE)
    send()
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        open_ledger(message.order_id, now=at(MORNING), actor="test")
        other = pool.submit(apart, lambda: ask_for_hands(at(after(MORNING, minutes=1))))
        wait_for_a_lock()
        assert ask_for_hands(at(after(MORNING, minutes=1))) == 1
    assert other.result() == 0
    assert ActionItem.objects.count() == 1


# --- looked at again --------------------------------------------------------------------------------------------------
def test_a_message_that_lost_its_sense_is_not_sent_and_says_why(
    mail_server: Mailroom, store: Store, send: Send
) -> None:
    order = placed_order(store, paid(), shipped())
    happens(order, fact("03-05 11:00", "delivered"))
    send("03-05 12:00")
    shipped_mail = order.messages.get(purpose="shipped")
    assert (shipped_mail.state, shipped_mail.reason) == (MessageState.CANCELLED, "delivered")
    assert {"purpose": "shipped", "reason": "delivered"} in lines(order, "not_sent")
    assert not any("shipped" in message_id for message_id in mail_server.message_ids())


def test_a_worker_whose_lease_passed_does_not_send(mail_server: Mailroom, message: Message, send: Send) -> None:
    late = claim_due(Message, now=at(MORNING))
    reap_expired(Message, now=at(after(MORNING, minutes=6)))
    send(after(MORNING, minutes=6))
    assert claimed_messages(late) == []
    assert len(mail_server.messages) == 1


def test_a_mark_that_comes_after_the_lease_was_lost_changes_nothing(mail_server: Mailroom, message: Message) -> None:
    claim = claim_due(Message, now=at(MORNING))
    [held] = claimed_messages(claim)
    reap_expired(Message, now=at(after(MORNING, minutes=6)))
    mark_sent(held, "0" * 64, now=at(after(MORNING, minutes=6)), is_awaited=False)
    assert again(message).state == MessageState.PENDING


def test_a_worker_that_stood_still_past_its_lease_hands_nothing_to_the_server(
    mail_server: Mailroom, message: Message
) -> None:
    """The looks at the clock: claim, turn, message, departure, and then six minutes of nothing."""
    looks = iter([clock_at(MORNING)()] * 5)
    stopped = at(after(MORNING, minutes=6))
    assert send_due(lambda: next(looks, stopped), until=at(after(MORNING, minutes=1))) == 0
    assert mail_server.attempts == 0
    assert again(message).state == MessageState.PENDING


def test_a_worker_that_lost_its_lease_calls_off_nothing_that_has_left(
    mail_server: Mailroom, message: Message, send: Send
) -> None:
    claim = claim_due(Message, now=at(MORNING))
    [stale] = claimed_messages(claim)
    reap_expired(Message, now=at(after(MORNING, minutes=6)))
    assert send(after(MORNING, minutes=6)) == 1
    happens(message.order, fact("03-02 12:10", "cancelled"))
    assert not check_departure(stale, now=at(after(MORNING, minutes=11)))
    assert again(message).state == MessageState.SENT


def test_a_full_disk_keeps_every_mail_back_and_costs_no_attempt(
    mail_server: Mailroom, message: Message, send: Send, disk: Disk, settings: LazySettings
) -> None:
    settings.MEDIA_ROOT = disk.folder
    disk.fill()
    assert send() == 0
    waiting = again(message)
    assert (waiting.state, waiting.attempts, mail_server.attempts) == (MessageState.PENDING, 0, 0)
    assert "cannot be kept" in waiting.last_error
    assert disk.files() == []
    disk.free()
    assert send(after(MORNING, minutes=1)) == 1
    assert again(message).last_error == ""


def test_what_is_claimed_and_not_reached_is_given_back(
    mail_server: Mailroom, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = clock_at(MORNING)
    looks = iter([clock(), clock(), clock() + timedelta(hours=1), clock() + timedelta(hours=1)])
    assert send_due(lambda: next(looks), until=at(MORNING) + timedelta(minutes=1)) == 0
    given_back = again(message)
    assert (given_back.state, given_back.attempts) == (MessageState.PENDING, 0)


# --- hostile ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["Maria\r\nBcc: victim@example.com", "Maria\nX-Spam: no\n\nbody", "\x00Maria\x1b"])
def test_a_name_is_never_a_header(mail_server: Mailroom, store: Store, send: Send, name: str) -> None:
    placed_order(store, buyer={"name": name}, number="80\r\nCc: victim@example.com")
    assert send() == 1
    mail = mail_server.messages[0]
    assert (mail["Bcc"], mail["Cc"], mail["X-Spam"]) == (None, None, None)
    assert mail["To"] == "maria@example.com"


BROKEN_NAMES = [
    "=?utf-8?q?Maria=0D=0ABcc:_victim=40example.com?=",  # an encoded word stays the text that it is
    "Maria, victim@example.com",
    '"Maria" <victim@example.com>',
    "\u202emoc.elpmaxe@mitciv\u202c",
    "Maria\u2028Bcc: victim@example.com",
    "{{7*7}}{% raw %}{0.__class__}{order_number}",
]


@pytest.mark.parametrize("name", BROKEN_NAMES)
def test_a_name_is_never_an_address_nor_a_variable(mail_server: Mailroom, store: Store, send: Send, name: str) -> None:
    placed_order(store, buyer={"name": name})
    assert send() == 1
    mail = mail_server.messages[0]
    assert [address.addr_spec for address in mail["To"].addresses] == ["maria@example.com"]
    assert mail["Bcc"] is None
    text = mail.get_content()
    assert not any(sign in text for sign in ("\u202e", "\u2028", "49", "<class"))


@pytest.mark.parametrize(
    "name",
    [
        "Alice\r\nBcc: victim@example.com",
        '"Alice" <x@example.com>, ',
        "爱丽丝的灯",
        "A" * 100,
        "=?utf-8?q?Alice=0D=0ABcc:_victim?=",
        "\u202eecilA",
        "Alice, Bob; Charlie:",
    ],
)
def test_a_stores_name_is_never_a_header(mail_server: Mailroom, db: None, send: Send, name: str) -> None:
    placed_order(alices_store(name=name))
    assert send() == 1
    mail = mail_server.messages[0]
    assert mail["Bcc"] is None
    assert len(mail["From"].addresses) == 1


@pytest.mark.parametrize(
    "address",
    [
        "maria@example.com\r\nBcc: victim@example.com",
        "maria@example.com, victim@example.com",
        "no address",
        "josé@example.com",
        "@",
    ],
)
def test_an_address_that_cannot_be_mailed_holds_nobody_else_up(
    mail_server: Mailroom, store: Store, send: Send, address: str
) -> None:
    poisoned = placed_order(store, number="81", buyer={"email": address}, placed_at=at("03-02 11:59"))
    healthy = placed_order(store, number="82", placed_at=at(MORNING))
    send()
    assert healthy.messages.get().state == MessageState.SENT
    assert poisoned.messages.get().state != MessageState.CLAIMED
    assert not any("victim" in str(mail["To"]) or mail["Bcc"] for mail in mail_server.messages)


def test_a_fault_in_one_message_holds_nobody_else_up(
    mail_server: Mailroom, store: Store, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = placed_order(store, number="81", placed_at=at("03-02 11:59")).messages.get()
    second = placed_order(store, number="82").messages.get()
    keep = sending.keep_proof

    def fail(message: Message, *given: object) -> str:
        if message.pk == first.pk:
            raise ValueError("a fault of ours")
        return keep(message, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(sending, "keep_proof", fail)
    send()
    assert again(second).state == MessageState.SENT
    assert (again(first).state, again(first).attempts) == (MessageState.PENDING, 1)


def test_the_next_mail_is_looked_at_again_though_all_of_a_turn_were_read_at_once(
    mail_server: Mailroom, store: Store, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = placed_order(store, number="81", placed_at=at("03-02 11:59")).messages.get()
    second = placed_order(store, number="82").messages.get()
    keep = sending.keep_proof

    def keep_while_the_next_is_cancelled(message: Message, mail: sending.Mail) -> str:
        happens(second.order, fact("03-02 12:00", "cancelled"))
        return keep(message, mail)

    monkeypatch.setattr(sending, "keep_proof", keep_while_the_next_is_cancelled)
    assert send() == 1
    assert (again(first).state, again(second).state) == (MessageState.SENT, MessageState.CANCELLED)
    assert len(mail_server.messages) == 1


# --- marked -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Lets something happen after the look at the order, and before the mail leaves."""
    keep = sending.keep_proof

    def let(happen: Callable[[], object]) -> None:
        def keep_while_it_happens(message: Message, mail: sending.Mail) -> str:
            happen()
            return keep(message, mail)

        monkeypatch.setattr(sending, "keep_proof", keep_while_it_happens)

    return let


def test_a_mail_is_marked_in_its_orders_chain(mail_server: Mailroom, message: Message, send: Send) -> None:
    length = message.order.timeline.count()
    send()
    assert message.order.timeline.count() == length + 1
    assert not verify_timeline(Order.objects.get(pk=message.order_id))


def test_a_mail_is_marked_though_its_order_lived_on_while_it_left(
    mail_server: Mailroom, message: Message, send: Send, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    meanwhile(lambda: happens(message.order, paid()))
    assert send() == 1
    assert again(message).state == MessageState.SENT
    assert len(lines(message.order, "sent")) == 1
    assert not verify_timeline(Order.objects.get(pk=message.order_id))


def test_a_mail_that_another_worker_has_by_now_is_not_marked(
    mail_server: Mailroom, message: Message, send: Send, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    def take_it_away() -> None:
        reap_expired(Message, now=at(after(MORNING, minutes=6)))
        claim_due(Message, now=at(MORNING))

    meanwhile(take_it_away)
    send()
    assert again(message).state == MessageState.CLAIMED
    assert lines(message.order, "sent") == []
    assert not verify_timeline(Order.objects.get(pk=message.order_id))


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """A database that takes no mark of what has left, so many times."""
    monkeypatch.setattr(marking, "PAUSES", (0.0,) * 4)
    refusals: list[str] = []

    def wrap(execute: Any, sql: str, *given: Any) -> Any:
        if refusals and "proof_sha256" in sql and "UPDATE" in sql:
            raise OperationalError(refusals.pop())
        return execute(sql, *given)

    # The log keeps PostgreSQL's statements on the road that a wrapper stands at.
    connection.force_debug_cursor = True
    with connection.execute_wrapper(wrap):
        yield lambda times: refusals.extend(["database is locked"] * times)
    connection.force_debug_cursor = False


def test_a_mail_that_left_is_marked_though_the_database_is_busy_for_a_while(
    mail_server: Mailroom, message: Message, send: Send, busy: Callable[[int], None]
) -> None:
    busy(3)
    assert send() == 1
    assert (again(message).state, len(lines(message.order, "sent"))) == (MessageState.SENT, 1)
    assert send(after(MORNING, hours=1)) == 0
    assert len(mail_server.messages) == 1


def test_a_mail_that_left_and_cannot_be_marked_leaves_no_sooner_than_its_lease_ends(
    mail_server: Mailroom, store: Store, message: Message, send: Send, busy: Callable[[int], None]
) -> None:
    other = placed_order(store, number="82").messages.get()
    busy(5)
    assert send() == 1
    assert sorted([again(message).state, again(other).state]) == [MessageState.CLAIMED, MessageState.SENT]
    assert send(after(MORNING, minutes=4)) == 0
    assert len(mail_server.messages) == 2
    reap_expired(Message, now=at(after(MORNING, minutes=6)))
    assert send(after(MORNING, minutes=6)) == 1
    assert len(set(mail_server.message_ids())) == 2
