"""A look into a mailbox by IMAP: what is new there, mail by mail, read only, and never more of one than we take.

The folder is opened read-only: nothing is marked, moved or deleted, and people go on reading their mail as before.
A look ends at its time, and an answer at its size, whatever the server says or does not say.
"""

import imaplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from messaging.models.mailboxes import MailboxTrouble, Security
from orders.connecting import Watch
from orders.outward import ForbiddenAddress, check_peer

BEGINNING = 256 * 1024  # bytes that are read of a mail that is larger than we take
CONNECT_SECONDS = 10
ANSWER_SECONDS = 30
LOOK_SECONDS = 240  # for all of a look: less than the lease, so that nobody else is at the mailbox meanwhile
TRY_SECONDS = 20  # for a look that a person waits for
ANSWER_BYTES = 4_000_000  # of one answer, beside the mail that it brings
PLENTY = 2_000  # mails of one look; the next look goes on


class MailboxProblem(Exception):
    """A mailbox that could not be read; `trouble` is what a person is told, the text what the server said."""

    def __init__(self, trouble: MailboxTrouble, said: str) -> None:
        super().__init__(f"{trouble}: {said}"[:500])
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Address:
    """Where a mailbox is, and who asks."""

    host: str
    port: int
    security: Security
    user: str
    password: str
    folder: str


@dataclass(frozen=True, slots=True)
class Lying:
    """A mail as it lies there: its bytes, or its beginning, and when (UTC) the server took it."""

    raw: bytes
    received_at: datetime
    size: int
    is_cut: bool


class _Conversation(imaplib.IMAP4):
    """What is said over a watched connection; to one command the server says no more than so many bytes."""

    def __init__(self, address: Address, watch: Watch) -> None:
        self.watch, self.left, self.most = watch, ANSWER_BYTES, ANSWER_BYTES
        self.context = ssl.create_default_context() if address.security is Security.TLS else None
        super().__init__(address.host, address.port, timeout=CONNECT_SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        connected = self.watch.over(socket.create_connection((self.host, self.port), timeout))
        return self.context.wrap_socket(connected, server_hostname=self.host) if self.context else connected

    def _command(self, name: str, *words: Any) -> Any:
        self.left = self.most
        return super()._command(name, *words)  # type: ignore[misc]  # not in the stubs

    def read(self, size: int) -> bytes:
        """So many bytes of a mail. Raises IMAP4.abort where they are too many, TimeoutError where the time is over."""
        if size > self.left:
            raise self.abort(f"an answer of {size} bytes")
        return self._heard(super().read(size))

    def readline(self) -> bytes:
        """The next line; raises the same."""
        return self._heard(super().readline())

    def _heard(self, said: bytes) -> bytes:
        self.left -= len(said)
        if self.watch.is_over:  # whoever was cut short looks as if he had ended
            raise TimeoutError("the look took too long")
        if self.left < 0:
            raise self.abort("an answer without end")
        return said


class _Client(IMAPClient):  # type: ignore[misc]  # the library has no types
    """The library's client, over such a conversation."""

    def __init__(self, address: Address, watch: Watch) -> None:
        self.address, self.watch = address, watch
        is_tls, timeout = address.security is Security.TLS, SocketTimeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS)
        super().__init__(address.host, address.port, ssl=is_tls, timeout=timeout)

    def _create_IMAP4(self) -> _Conversation:  # noqa: N802
        return _Conversation(self.address, self.watch)

    def take(self, most: int) -> None:
        """From now on answers may bring a mail of so many bytes."""
        self._imap.most = most + ANSWER_BYTES


class Mailbox:
    """An open folder; `uid_validity` says whether the numbers of an earlier look still mean the same mails."""

    def __init__(self, client: _Client, folder: str) -> None:
        self._client = client
        selected = _asked(lambda: client.select_folder(folder, readonly=True), MailboxTrouble.FOLDER)
        self.uid_validity = int(selected.get(b"UIDVALIDITY", 0))

    def uids_after(self, uid: int) -> list[int]:
        """The numbers of the mails that came after this one, oldest first. Raises MailboxProblem."""
        found = _asked(lambda: self._client.search(["UID", f"{uid + 1}:*"]))
        return sorted(number for number in found if number > uid)[:PLENTY]  # "7:*" always names the last one

    def uids_since(self, instant: datetime) -> list[int]:
        """The numbers of the mails since the day before this instant, oldest first. Raises MailboxProblem."""
        day = (instant - timedelta(days=1)).date()  # the server's own day, whatever its zone
        return sorted(_asked(lambda: self._client.search(["SINCE", day])))[:PLENTY]

    def fetch(self, uid: int, *, most: int) -> Lying | None:
        """The mail, or its beginning where it is larger than `most` bytes; None when it is gone.

        A server can be wrong about a mail's size, so no more than this is asked for. Raises MailboxProblem.
        """
        self._client.take(most)
        known = _asked(lambda: self._client.fetch([uid], ["RFC822.SIZE", "INTERNALDATE"])).get(uid)
        if known is None:
            return None
        size = int(known[b"RFC822.SIZE"])
        wanted = BEGINNING if size > most else most + 1
        answer = _asked(lambda: self._client.fetch([uid], [f"BODY.PEEK[]<0.{wanted}>"])).get(uid, {})
        raw = next((value for key, value in answer.items() if key.startswith(b"BODY[]")), None)
        if raw is None:
            return None
        size = max(size, len(raw))
        is_cut = size > most
        return Lying(bytes(raw[:BEGINNING] if is_cut else raw), _utc(known.get(b"INTERNALDATE")), size, is_cut)


def _utc(instant: datetime | None) -> datetime:
    """A server's date; one that it does not give counts as long ago."""
    return instant.astimezone(UTC) if instant and instant.tzinfo else datetime(2000, 1, 1, tzinfo=UTC)


@contextmanager
def open_mailbox(address: Address, *, seconds: float = LOOK_SECONDS) -> Iterator[Mailbox]:
    """Log in and open the folder, for so many seconds in all. Raises MailboxProblem."""
    with Watch(seconds) as watch:
        client = _connect(address, watch)
        try:
            _asked(lambda: _log_in(client, address))
            yield Mailbox(client, address.folder)
        except (OSError, IMAPClientError) as error:
            raise _problem(error, MailboxTrouble.ODD) from error
        finally:
            _leave(client)


def _connect(address: Address, watch: Watch) -> _Client:
    try:
        _look_up(address)
        client = _Client(address, watch)
    except (OSError, IMAPClientError, ValueError) as error:
        raise _problem(error, MailboxTrouble.UNREACHABLE) from error
    client.normalise_times = False  # its dates keep their zone
    try:
        check_peer(address.host, client.socket().getpeername()[0])  # the name may lead elsewhere the second time
        if address.security is Security.STARTTLS:
            client.starttls(ssl.create_default_context())
    except (OSError, IMAPClientError, ValueError) as error:
        client.shutdown()
        raise _problem(error, MailboxTrouble.ODD) from error
    return client


def _leave(client: _Client) -> None:
    """Say goodbye, or go without a word where the server does not listen."""
    try:
        client.logout()
    except (OSError, IMAPClientError, AttributeError):
        with suppress(OSError):
            client.shutdown()


def _look_up(address: Address) -> None:
    """Knock at no door of a private network. Raises ForbiddenAddress, and OSError where the name leads nowhere."""
    for *_kind, numbers in socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM):
        check_peer(address.host, str(numbers[0]))


def _log_in(client: _Client, address: Address) -> None:
    try:
        client.login(address.user, address.password)
    except (LoginError, UnicodeError) as error:
        raise MailboxProblem(MailboxTrouble.REFUSED, _without(address.password, str(error))) from error
    if client.has_capability("ID"):
        with suppress(IMAPClientError):  # some servers (163.com) open no folder to a program that has no name
            client.id_({"name": "Prazo", "version": "1"})


def _without(secret: str, text: str) -> str:
    return text.replace(secret, "…") if secret else text


def _asked(ask: Callable[[], Any], trouble: MailboxTrouble = MailboxTrouble.ODD) -> Any:
    """What the server answers. Raises MailboxProblem, of this kind where the server refused."""
    try:
        return ask()
    except (
        OSError,
        IMAPClientError,
        ValueError,
        KeyError,
        AttributeError,
    ) as error:  # the library stumbles over odd ones
        raise _problem(error, trouble) from error


def _problem(error: Exception, trouble: MailboxTrouble) -> MailboxProblem:
    if isinstance(error, ForbiddenAddress):
        trouble = MailboxTrouble.PRIVATE
    elif isinstance(error, ssl.SSLCertVerificationError):
        trouble = MailboxTrouble.CERTIFICATE
    elif isinstance(error, (TimeoutError, ConnectionError, socket.gaierror)):
        trouble = MailboxTrouble.UNREACHABLE
    return MailboxProblem(trouble, f"{type(error).__name__}: {error}")
