"""A mailbox's server that means harm, or is broken: it keeps nobody for ever, and fills no memory."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from django.conf import LazySettings

from messaging import imap
from messaging.imap import Address, Lying, MailboxProblem, open_mailbox
from messaging.models.mailboxes import MailboxTrouble, Security
from tests.servers.smtp import HOST

Serve = Callable[[Callable[[socket.socket], object]], Address]
LIE = b'* 1 FETCH (UID 1 RFC822.SIZE 10 INTERNALDATE "10-Mar-2026 12:00:00 +0000")\r\n'


@pytest.fixture
def serve(settings: LazySettings) -> Iterator[Serve]:
    """A server with one mail of which it says that it has 10 bytes; what it answers for the mail itself is given."""
    settings.PRIVATE_HOSTS = [HOST]
    with socket.create_server((HOST, 0)) as door:

        def start(bring: Callable[[socket.socket], object]) -> Address:
            threading.Thread(target=_talk, args=(door, bring), daemon=True).start()
            return Address(HOST, door.getsockname()[1], Security.NONE, "alice", "secret", "INBOX")

        yield start


def _talk(door: socket.socket, bring: Callable[[socket.socket], object]) -> None:
    with suppress(OSError):
        guest, _address = door.accept()
        with guest, guest.makefile("rb") as said:
            guest.sendall(b"* OK [CAPABILITY IMAP4rev1] here\r\n")
            for line in said:
                if b"BODY" in line:
                    bring(guest)
                elif b"RFC822.SIZE" in line:
                    guest.sendall(LIE)
                elif b"CAPABILITY" in line:
                    guest.sendall(b"* CAPABILITY IMAP4rev1\r\n")
                guest.sendall(line.split()[0] + b" OK done\r\n")


def fetch(address: Address, *, most: int, seconds: float = 120) -> Lying | None:
    with open_mailbox(address, seconds=seconds) as mailbox:
        return mailbox.fetch(1, most=most)


def mail_of(size: int) -> Callable[[socket.socket], object]:
    return lambda guest: guest.sendall(b"* 1 FETCH (UID 1 BODY[]<0> {%d}\r\n%s)\r\n" % (size, b"x" * size))


def drip(guest: socket.socket) -> None:
    """A byte now and then, each in time for the one who waits for it."""
    guest.sendall(b"* 1 FETCH (UID 1 BODY[]<0> {1000}\r\n")
    for _byte in range(1000):
        guest.sendall(b"x")
        time.sleep(0.2)


def test_a_server_that_sends_a_byte_now_and_then_is_left_at_its_time(serve: Serve) -> None:
    began = time.monotonic()
    with pytest.raises(MailboxProblem) as caught:
        fetch(serve(drip), most=5_000, seconds=0.5)
    assert caught.value.trouble is MailboxTrouble.UNREACHABLE
    assert time.monotonic() - began < 60  # all of it would take 200


def test_a_server_that_greets_letter_by_letter_is_left_at_its_time(settings: LazySettings) -> None:
    settings.PRIVATE_HOSTS = [HOST]
    with socket.create_server((HOST, 0)) as door:

        def greet() -> None:
            with suppress(OSError):
                guest, _address = door.accept()
                with guest:
                    drip(guest)

        threading.Thread(target=greet, daemon=True).start()
        address = Address(HOST, door.getsockname()[1], Security.NONE, "alice", "secret", "INBOX")
        began = time.monotonic()
        with pytest.raises(MailboxProblem):
            fetch(address, most=5_000, seconds=0.5)
    assert time.monotonic() - began < 60  # all of it would take 200


def test_a_server_that_does_not_say_what_it_can_do_is_named_odd(settings: LazySettings) -> None:
    settings.PRIVATE_HOSTS = [HOST]
    with socket.create_server((HOST, 0)) as door:

        def answer() -> None:
            with suppress(OSError):
                guest, _address = door.accept()
                with guest, guest.makefile("rb") as said:
                    guest.sendall(b"* OK here\r\n")
                    for number, line in enumerate(said):
                        can = b"" if number else b"* CAPABILITY IMAP4rev1\r\n"  # and never again
                        guest.sendall(b"%b%b OK done\r\n" % (can, line.split()[0]))

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(MailboxProblem) as caught:
            fetch(Address(HOST, door.getsockname()[1], Security.NONE, "alice", "secret", "INBOX"), most=5_000)
    assert caught.value.trouble is MailboxTrouble.ODD


def test_a_mail_that_is_larger_than_its_server_says_is_read_from_its_beginning(serve: Serve) -> None:
    lying = fetch(serve(mail_of(300_001)), most=300_000)
    assert lying is not None
    assert (lying.is_cut, lying.size, len(lying.raw)) == (True, 300_001, imap.BEGINNING)


@pytest.mark.parametrize(
    "bring",
    [
        pytest.param(lambda guest: guest.sendall(b"* 1 FETCH (BODY[]<0> {9000000000}\r\n"), id="one mail"),
        pytest.param(lambda guest: [mail_of(1_000_000)(guest) for _mail in range(40)], id="many mails"),
        pytest.param(lambda guest: [guest.sendall(b"* %d EXISTS\r\n" % 7 * 50_000) for _turn in range(40)], id="lines"),
    ],
)
def test_an_answer_is_never_larger_than_what_was_asked_for(
    serve: Serve, bring: Callable[[socket.socket], object]
) -> None:
    with pytest.raises(MailboxProblem, match="an answer"):
        fetch(serve(bring), most=5_000)
