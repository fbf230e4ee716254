"""A chat that takes the team's notices over real HTTP, and answers as robots do, well or badly."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.servers.faulty_http import Wire, http_server

TAKEN = (200, {"errcode": 0, "errmsg": "ok"})


@dataclass
class Chat:
    """What was posted, and what is answered: `answers` are used up one by one, then everything is taken."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    answers: deque[tuple[int, Any]] = field(default_factory=deque)

    def answer(self, _path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        """The answer to a post."""
        self.posts.append(json.loads(body))
        self.headers.append({name.lower(): value for name, value in headers.items()})
        self.bodies.append(body)
        return self.answers.popleft() if self.answers else TAKEN

    @property
    def texts(self) -> list[str]:
        """What WeCom's members read, post by post."""
        return [post["markdown"]["content"] for post in self.posts]


@contextmanager
def chat_server() -> Iterator[tuple[Chat, Wire]]:
    """A running chat on a free port of this machine."""
    chat = Chat()
    with http_server(chat) as wire:
        yield chat, wire
