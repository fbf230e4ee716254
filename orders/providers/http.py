"""Calling a service over HTTPS: bounded in time and size, never redirected, retried only where a call just reads."""

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3

from orders.connecting import Watch, WatchedAdapter
from orders.providers.interface import RateLimited, Unreachable, Unreadable, WrongKey
from orders.providers.limits import HttpLimits, http_limits

CHUNK = 65_536  # bytes


def _no_turn() -> None:
    """Nobody else calls."""


def _no_log_in(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps requests from adding what a .netrc file of this machine says."""
    return request


def _open_session(watch: Watch) -> requests.Session:
    session = requests.Session()
    session.auth = _no_log_in
    session.mount("https://", WatchedAdapter(watch))
    session.mount("http://", WatchedAdapter(watch))
    return session


@dataclass(frozen=True)
class Caller:
    """Calls to one service. `take_turn` is called before each one: it waits, or raises ProviderError."""

    base_url: str
    take_turn: Callable[[], None] = _no_turn
    sleep: Callable[[float], None] = time.sleep
    limits: HttpLimits = field(default_factory=http_limits)

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> Any:
        """The answer, read as JSON. Raises ProviderError."""
        self.take_turn()
        with Watch((self.limits.connect + self.limits.whole).total_seconds()) as watch:
            try:
                with _open_session(watch) as session:
                    status, wait, content = self._exchange(session, path, body, headers)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                raise Unreachable(f"no answer: {'it takes too long' if watch.is_over else _plainly(error)}") from error
            if watch.is_over:  # whoever was cut short looks as if he had ended
                raise Unreachable("no answer: it takes too long")
        _judge(status, wait, self.limits.longest_retry_after)
        return _read_json(content)

    def read(self, path: str, body: bytes, headers: dict[str, str]) -> Any:
        """The same for a call that changes nothing over there: tried again when the service stumbles."""
        pause = self.limits.pause.total_seconds()
        for attempt in range(1, self.limits.tries):
            try:
                return self.post(path, body, headers)
            except Unreachable:
                self.sleep(pause * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))  # noqa: S311  spreads load
        return self.post(path, body, headers)

    def _exchange(
        self, session: requests.Session, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, str, bytes]:
        response = session.post(
            urljoin(self.base_url, path),
            data=body,
            headers=headers,
            timeout=(self.limits.connect.total_seconds(), self.limits.read.total_seconds()),
            allow_redirects=False,
            stream=True,
        )
        with response:
            return response.status_code, response.headers.get("Retry-After", ""), self._read(response)

    def _read(self, response: requests.Response) -> bytes:
        """The body, part by part, so that no more than is allowed of it is ever held."""
        content = b""
        while part := response.raw.read1(CHUNK, decode_content=True):
            content += part
            if len(content) > self.limits.max_bytes:
                raise Unreadable(f"its answer is longer than {self.limits.max_bytes} bytes")
        return content


def _judge(status: int, wait: str, longest: timedelta) -> None:
    """Raise what an HTTP status says; 200 says nothing yet, for both services put their errors into the body."""
    if status in {401, 403}:
        raise WrongKey(f"HTTP {status}: it does not accept the key")
    if status == 429:
        seconds = int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 10 else 0
        raise RateLimited("HTTP 429: too many calls", min(timedelta(seconds=seconds), longest) or None)
    if status >= 500:
        raise Unreachable(f"HTTP {status}: an error of the service")
    if status != 200:
        raise Unreadable(f"HTTP {status}: not an answer of this service; is the address right?")


def _read_json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"its answer is no JSON, or only a part of it ({len(content)} bytes)") from error


def _plainly(error: Exception) -> str:
    """The last cause in the chain: requests wraps the telling one in three others."""
    while error.__context__ is not None and isinstance(error.__context__, Exception):
        error = error.__context__
    return f"{type(error).__name__}: {error}"[:300]
