"""A real SMTP server that records what it accepts, and fails in the ways mail servers do when told to."""

import asyncio
import socket
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
ACCEPTED = "250 2.0.0 Accepted"


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

    def wait_for(self, count: int, *, seconds: float = 10.0) -> list[EmailMessage]:
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
    """A TCP port of this machine on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@contextmanager
def smtp_server(host: str = HOST) -> Iterator[Mailroom]:
    """A running server on a free port of this address."""
    room = Mailroom(free_port(host), host)
    controller = Controller(room, hostname=host, port=room.port)
    controller.start()
    try:
        yield room
    finally:
        controller.stop()
