"""Mailboxes, read from a real IMAP server: each mail once, under its order, whatever server and mail do."""

import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from disputes import receiving
from disputes.mailboxes import mailboxes_wait, read_mailboxes
from disputes.models import ActionItem, ActionState
from disputes.receiving import AnotherStore, Pasted, assign_message, paste_message
from disputes.sweeping import look_for_work
from messaging.models import InboundMessage, MailboxAccount, Message
from messaging.models.inbound import InboundKind, MatchedBy, Place
from messaging.models.mailboxes import MailboxState, MailboxTrouble, Security
from messaging.services.erasure import forget_messages
from messaging.services.mailboxes import MailboxSettings, check_mailbox, save_mailbox, switch_mailbox
from messaging.services.matching import find_order
from orders.models import Order, Store, User
from tests.cast import alices_store, at, clock_at, fact, happens, paid, placed_order, shipped
from tests.messaging.inbound_mails import NUMBER, mail
from tests.servers.imap import PASSWORD, USER, Post, imap_server
from tests.servers.smtp import HOST, free_port

NOW, LATER = "03-10 12:05", "03-10 13:00"


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    with imap_server() as running:
        yield running


@pytest.fixture(autouse=True)
def _its_own_server(settings: LazySettings) -> None:
    settings.PRIVATE_HOSTS = [HOST, "localhost"]


@pytest.fixture
def folder(post: Post) -> str:
    return post.new_folder()


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


@pytest.fixture
def order(store: Store) -> Order:
    return placed_order(store, paid(), shipped())


def given_box(post: Post, name: str, **values: Any) -> MailboxSettings:
    said = {"host": post.host, "port": post.port, "security": Security.NONE, "user": USER, "password": PASSWORD}
    return MailboxSettings(**(said | {"folder": name, "days": 3} | values))


@pytest.fixture
def box(post: Post, folder: str, store: Store) -> MailboxAccount:
    return save_mailbox(store, given_box(post, folder), now=at("03-10 11:00"))


def read(now: str = NOW) -> int:
    return read_mailboxes(clock_at(now), until=at(now) + timedelta(minutes=1))


def asked(order: Order) -> int:
    return ActionItem.objects.filter(order=order, subject="buyer_message", state=ActionState.OPEN).count()


# --- reading ----------------------------------------------------------------------------------------------------------
def test_a_mail_is_kept_filed_and_asks_for_an_answer(
    post: Post, folder: str, box: MailboxAccount, order: Order
) -> None:
    raw = mail(f"Pedido {NUMBER}: cadê?", files=[("foto.jpg", b"jpeg")])
    post.deliver(folder, raw, at=at("03-10 12:00"))
    assert read() == 1
    row = InboundMessage.objects.get()
    assert (row.order, row.matched_by, row.kind, row.received_at) == (order, "number", "buyer", at("03-10 12:00"))
    assert (row.sender, row.text) == ("maria@example.com", f"Pedido {NUMBER}: cadê?")
    assert [(file.name, Path(file.file.path).read_bytes()) for file in row.attachments.all()] == [("foto.jpg", b"jpeg")]
    assert Path(row.raw.path).read_bytes().replace(b"\r\n", b"\n") == raw.replace(b"\r\n", b"\n")
    event = order.timeline.get(sequence=row.sequence)
    assert (event.type, event.actor, event.private.data["text"]) == ("buyer_message", "mailbox", row.text)
    assert asked(order) == 1


def test_the_same_mail_never_comes_in_twice(post: Post, folder: str, box: MailboxAccount, order: Order) -> None:
    post.deliver(folder, mail(number=1), mail(number=2), at=at("03-10 12:00"))
    assert read() == 2
    MailboxAccount.objects.update(next_attempt_at=at(NOW), last_uid=0)  # as after a crash before the mark
    assert read() == 0
    assert InboundMessage.objects.count() == 2


def test_a_server_that_counts_anew_brings_nothing_twice(post: Post, folder: str, box: MailboxAccount) -> None:
    post.deliver(folder, mail(number=1), mail(number=2), at=at("03-10 12:00"))
    read()
    post.count_anew(folder)
    post.deliver(folder, mail(number=3), at=at("03-10 12:30"))
    assert read(LATER) == 1
    assert InboundMessage.objects.count() == 3


def test_the_mailbox_itself_is_left_as_it_was(post: Post, folder: str, box: MailboxAccount) -> None:
    post.deliver(folder, mail(), at=at("03-10 12:00"))
    read()
    with post.entered() as client:
        client.select_folder(folder)
        assert b"\\Seen" not in client.get_flags(client.search(["ALL"]))[101]


def test_what_lies_there_from_before_is_left_alone(post: Post, folder: str, box: MailboxAccount) -> None:
    post.deliver(folder, mail(), at=at("03-05 12:00"))
    assert read() == 0


def test_a_very_large_mail_is_read_from_its_beginning(
    post: Post, folder: str, box: MailboxAccount, order: Order, settings: LazySettings
) -> None:
    settings.MAILBOX_MAIL_BYTES = 300_000
    post.deliver(folder, mail(f"Pedido {NUMBER}", files=[("film.jpg", b"x" * 2_000_000)]), at=at("03-10 12:00"))
    assert read() == 1
    row = InboundMessage.objects.get()
    assert (row.is_cut, row.order, row.raw.size) == (True, order, 262_144)


def test_an_automatic_answer_is_kept_and_asks_for_nothing(
    post: Post, folder: str, box: MailboxAccount, order: Order
) -> None:
    post.deliver(folder, mail(f"Férias! {NUMBER}", Auto_Submitted="auto-replied"), at=at("03-10 12:00"))
    read()
    row = InboundMessage.objects.get()
    assert (row.kind, row.order, row.sequence, asked(order)) == (InboundKind.AUTOMATIC, order, None, 0)


def test_a_copy_of_our_own_mail_is_nobodys_message(post: Post, folder: str, box: MailboxAccount, order: Order) -> None:
    message = order.messages.get(purpose="order_received")
    raw = mail().replace(b"<1@buyers.example>", message.message_id(settings.MESSAGE_ID_DOMAIN).encode())
    post.deliver(folder, raw, at=at("03-10 12:00"))
    assert read() == 0


@pytest.mark.parametrize("error", [ZeroDivisionError, DataError])
def test_a_mail_that_upsets_us_is_kept_for_a_person(
    post: Post, folder: str, box: MailboxAccount, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def stumble(_mail: object) -> None:
        raise error

    monkeypatch.setattr(receiving, "read_mail", stumble)
    post.deliver(folder, mail(number=1), mail(number=2), at=at("03-10 12:00"))
    assert read() == 2
    assert [(row.text, row.order, bool(row.raw)) for row in InboundMessage.objects.all()] == [("", None, True)] * 2


def test_a_mail_of_the_time_when_the_mailbox_was_away_asks_all_the_same(
    post: Post, folder: str, box: MailboxAccount, order: Order
) -> None:
    read("03-10 12:00")
    post.deliver(folder, mail(NUMBER), at=at("03-10 12:30"))
    read("03-14 12:00")
    assert asked(order) == 1


# --- troubles ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "trouble"),
    [
        ({"password": "not-this-one-7"}, MailboxTrouble.REFUSED),
        ({"folder": "Nowhere"}, MailboxTrouble.FOLDER),
        ({"port": free_port()}, MailboxTrouble.UNREACHABLE),
        ({"security": Security.STARTTLS}, MailboxTrouble.ODD),
    ],
)
def test_a_trouble_is_named_and_the_next_look_is_put_off(
    post: Post, folder: str, store: Store, values: dict[str, Any], trouble: MailboxTrouble
) -> None:
    box = save_mailbox(store, given_box(post, folder, **values), now=at("03-10 11:00"))
    assert check_mailbox(box.pk, clock_at(NOW)) is trouble
    assert read() == 0
    box.refresh_from_db()
    assert (box.trouble, box.state, box.failures) == (trouble, MailboxState.PENDING, 1)
    assert box.next_attempt_at > at(NOW)
    assert "not-this-one-7" not in box.last_error


@pytest.mark.parametrize("host", [HOST, "localhost", "0.0.0.0"])
@pytest.mark.parametrize("security", [Security.NONE, Security.TLS])
def test_no_door_of_a_private_network_is_knocked_at(
    store: Store, settings: LazySettings, host: str, security: Security
) -> None:
    settings.PRIVATE_HOSTS = []
    with socket.create_server((HOST, 0)) as server:
        server.settimeout(0.2)
        given = MailboxSettings(host, server.getsockname()[1], security, USER, PASSWORD)
        box = save_mailbox(store, given, now=at("03-10 11:00"))
        assert check_mailbox(box.pk, clock_at(NOW)) is MailboxTrouble.PRIVATE
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_password_is_never_stored_in_clear(box: MailboxAccount) -> None:
    assert PASSWORD not in str(MailboxAccount.objects.values())
    assert box.password == PASSWORD


def test_another_secret_key_asks_for_the_password_again(box: MailboxAccount, settings: LazySettings) -> None:
    settings.SECRET_KEY = "another" * 10
    assert check_mailbox(box.pk, clock_at(NOW)) is MailboxTrouble.LOCKED


def test_a_mailbox_that_is_off_is_left_alone(post: Post, folder: str, box: MailboxAccount) -> None:
    post.deliver(folder, mail(), at=at("03-10 12:00"))
    switch_mailbox(box.pk, now=at(NOW))
    assert not mailboxes_wait(at(NOW))
    assert read() == 0
    switch_mailbox(box.pk, now=at(NOW))
    assert read() == 1


def test_the_sweep_wakes_a_reader_when_its_turn_has_come_or_its_worker_died(box: MailboxAccount) -> None:
    assert look_for_work(at(NOW)).mail_workers == 1
    read()
    assert look_for_work(at(NOW)).mail_workers == 0
    MailboxAccount.objects.update(state=MailboxState.CLAIMED, lease_until=at("03-10 12:04"))
    assert look_for_work(at(NOW)).mail_workers == 1
    assert read() == 0
    assert MailboxAccount.objects.get().last_ok_at == at(NOW)


# --- matching ---------------------------------------------------------------------------------------------------------
def test_an_answer_to_our_mail_is_about_its_order(order: Order, store: Store) -> None:
    message = order.messages.get(purpose="shipped")
    reference = message.message_id(settings.MESSAGE_ID_DOMAIN)
    match = find_order(store.pk, references=["<x@y>", reference], sender="a@b.example")
    assert match is not None
    assert (match.order_id, match.by) == (order.pk, MatchedBy.REPLY)


def test_an_address_is_enough_only_where_it_has_one_open_order(order: Order, store: Store) -> None:
    match = find_order(store.pk, sender="MARIA@example.com")
    assert match is not None
    assert (match.order_id, match.by) == (order.pk, MatchedBy.SENDER)
    placed_order(store, number="8012345678909999")
    assert find_order(store.pk, sender="maria@example.com") is None


def test_a_closed_order_is_not_guessed_at(order: Order, store: Store) -> None:
    happens(order, fact("03-06 10:00", "delivered"))
    happens(order, fact("03-07 10:00", "completed"))
    assert find_order(store.pk, sender="maria@example.com") is None


def test_several_numbers_are_told_apart_by_the_sender_or_left_to_a_person(order: Order, store: Store) -> None:
    placed_order(store, number="8012345678909999", buyer={"email": "ana@example.com"})
    text = f"{NUMBER} and 8012345678909999"
    assert find_order(store.pk, text=text) is None
    match = find_order(store.pk, text=text, sender="maria@example.com")
    assert match is not None
    assert match.order_id == order.pk


def test_a_number_in_the_subject_counts_before_one_that_is_quoted(order: Order, store: Store) -> None:
    placed_order(store, number="8012345678909999", buyer={"email": "ana@example.com"})
    match = find_order(store.pk, subject=f"Re: {NUMBER}", text="Oi\n> 8012345678909999")
    assert match is not None
    assert match.order_id == order.pk


words = st.one_of(
    st.sampled_from([NUMBER, "8012345678909999", "maria@example.com", "Re:", "\n> ", " "]), st.text(max_size=12)
)


@pytest.mark.django_db
def test_no_words_ever_lead_to_another_stores_order(order: Order) -> None:
    other = alices_store("other")
    theirs = placed_order(other, number="8012345678909999")
    ids = [
        f"<{row.order_id}.{row.purpose}.{row.sequence}@{settings.MESSAGE_ID_DOMAIN}>" for row in Message.objects.all()
    ]

    @given(
        references=st.lists(st.sampled_from([*ids, "<x@y>"]), max_size=3),
        subject=st.lists(words, max_size=4).map("".join),
        text=st.lists(words, max_size=6).map("".join),
        sender=st.sampled_from(["maria@example.com", "MARIA@EXAMPLE.COM", "x@y.example", ""]),
    )
    def holds(references: list[str], subject: str, text: str, sender: str) -> None:
        for mine, foreign in ((order, theirs), (theirs, order)):
            match = find_order(mine.store_id, references=references, subject=subject, text=text, sender=sender)
            assert match is None or match.order_id == mine.pk != foreign.pk

    holds()


def test_a_message_is_never_filed_under_another_stores_order(
    post: Post, folder: str, box: MailboxAccount, order: Order
) -> None:
    theirs = placed_order(alices_store("other"), number="8012345678909999")
    post.deliver(folder, mail("8012345678909999", sender="x@y.example"), at=at("03-10 12:00"))
    read()
    row = InboundMessage.objects.get()
    assert row.order is None
    with pytest.raises(AnotherStore):
        assign_message(row.pk, theirs.pk, now=at(NOW), actor="1")
    assert not theirs.timeline.filter(type="buyer_message").exists()


def test_filing_a_message_locks_the_order_first(store: Store, order: Order) -> None:
    pasted = Pasted("cadê?", Place.WHATSAPP, at(NOW))
    row = paste_message(store, pasted, now=at(NOW), user=User.objects.get())
    with CaptureQueriesContext(connection) as queries:
        assert assign_message(row.pk, order.pk, now=at(NOW), actor="1")
    tables = [re.search(r'FROM "(\w+)"', query["sql"]) for query in queries]
    assert next(table[1] for table in tables if table) == "orders_order"


def test_a_buyer_who_is_erased_leaves_no_words_and_no_files(
    post: Post, folder: str, box: MailboxAccount, order: Order
) -> None:
    post.deliver(folder, mail(NUMBER, files=[("f.jpg", b"x")]), mail("?", number=2), at=at("03-10 12:00"))
    read()
    paths = [Path(row.raw.path) for row in InboundMessage.objects.all()]
    forget_messages([order])
    assert [path.exists() for path in paths] == [False, False]
    assert {(row.sender, row.text, row.raw.name) for row in InboundMessage.objects.all()} == {("", "", "")}
