"""A real SMTP server that records what it accepts, and fails in the ways mail servers do when told to."""

import asyncio
import secrets
import socket
import time
from asyncio import AbstractServer
from collections import deque
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
ACCEPTED = "250 2.0.0 Accepted"
READY_SECONDS = 120.0  # a busy machine gives a thread its turn late
# Below those that the system itself gives away: nobody takes one between this look and the server's start.
PORTS = range(20_000, 32_000)


class Answer(Enum):
    """What the server does with a message after its final dot."""

    ACCEPT = "250"
    TRY_LATER = "451 4.3.0 Try again later"
    REFUSE = "550 5.1.1 No such mailbox"
    HANG = "says nothing, accepts nothing"
    DROP = "accepts the message, and the connection breaks before its 250"


@dataclass
class Mailroom:
    """The server's memory. `answers` are used up one by one, then `otherwise` holds."""

    port: int
    host: str = HOST
    messages: list[EmailMessage] = field(default_factory=list)
    answers: deque[Answer] = field(default_factory=deque)
    otherwise: Answer = Answer.ACCEPT
    attempts: int = 0

    @property
    def url(self) -> str:
        """The server's address, as EMAIL_URL takes it."""
        return f"smtp://{self.host}:{self.port}"

    def message_ids(self) -> list[str]:
        """The Message-ID of each accepted message, repeats included."""
        return [str(message["Message-ID"]) for message in self.messages]

    def wait_for(self, count: int, *, seconds: float = 60.0) -> list[EmailMessage]:
        """The accepted messages once there are `count`. Raises AssertionError when they do not come."""
        deadline = time.monotonic() + seconds
        while len(self.messages) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.messages) >= count, f"{len(self.messages)} of {count} messages after {seconds} s"
        return self.messages

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd, in the server's own thread."""
        self.attempts += 1
        answer = self.answers.popleft() if self.answers else self.otherwise
        if answer is Answer.HANG:
            await asyncio.sleep(3600)
        if answer in (Answer.ACCEPT, Answer.DROP):
            content: Any = envelope.content
            self.messages.append(message_from_bytes(content, policy=policy.default))
        if answer is Answer.DROP:
            transport: Any = server.transport
            transport.abort()
        return ACCEPTED if answer is Answer.ACCEPT else answer.value


def free_port(host: str = HOST) -> int:
    """A TCP port of this machine on which nobody listens now; by no dice of the tests, which have one seed."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((host, port))
            return port


class OpenDoor(Controller):
    """A server on a socket that listens already: its port was never anybody else's."""

    def __init__(self, room: Mailroom, door: socket.socket) -> None:
        super().__init__(room, hostname=room.host, port=room.port, ready_timeout=READY_SECONDS)
        self.door = door

    def _create_server(self) -> Awaitable[AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self.door)


@contextmanager
def smtp_server(host: str = HOST) -> Iterator[Mailroom]:
    """A running server on a free port of this address."""
    door = socket.create_server((host, 0))
    room = Mailroom(door.getsockname()[1], host)
    controller = OpenDoor(room, door)
    controller.start()
    try:
        yield room
    finally:
        controller.stop()
