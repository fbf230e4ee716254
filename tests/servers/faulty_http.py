"""A real HTTP server of this test process that speaks JSON, and fails in the ways services do when told to."""

import gzip
import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

HOST = "127.0.0.1"


class Fault(Enum):
    """What the server does instead of answering."""

    TOO_MANY = "429, wait 7 seconds"
    BUSY = "503"
    BROKEN = "500"
    HANG = "says nothing"
    DROP = "closes the connection"
    TRUNCATED = "sends half of its answer, as if it were whole"
    CUT_OFF = "closes the connection in the middle of its answer"
    DRIP = "sends its answer byte by byte"
    HUGE = "sends without end"
    REDIRECT = "302"
    PAGE = "sends a web page"
    FORBIDDEN = "403"
    MUCH_LATER = "429, wait until a year that is far away"
    BINARY = "200, with a byte that no text holds"
    BOMB = "sends what becomes ten megabytes"
    SLOW_HEAD = "says that it takes the post, byte by byte, and comes to no end"


class Service(Protocol):
    """What stands behind the server: reads a request, gives status and JSON."""

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        """The answer to a request."""


@dataclass
class Wire:
    """The server's memory. `faults` are used up one by one, then the service answers."""

    service: Service
    port: int = 0
    faults: deque[Fault] = field(default_factory=deque)
    requests: list[tuple[str, bytes]] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """The server's address, as a base URL."""
        return f"http://{HOST}:{self.port}/"

    def paths(self) -> list[str]:
        """What was called, in order."""
        return [path for path, _body in self.requests]


class _Handler(BaseHTTPRequestHandler):
    wire: Wire

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.lstrip("/")
        self.wire.requests.append((path, body))
        fault = self.wire.faults.popleft() if self.wire.faults else None
        if fault in PLAIN:
            status, headers, content = PLAIN[fault]
            self._send(status, content, headers)
        elif fault in {Fault.HANG, Fault.DROP}:
            self.wire.closed.wait(600 if fault is Fault.HANG else 0)
        elif fault is Fault.HUGE:
            self._flood()
        elif fault is Fault.SLOW_HEAD:
            self._dawdle()
        else:
            status, answer = self.wire.service.answer(path, self.headers, body)
            self._answer(status, json.dumps(answer, ensure_ascii=False).encode(), fault)

    def do_GET(self) -> None:
        """A browser, where the service has a page for it."""
        status, headers, content = self.wire.service.visit(self.path.lstrip("/"))  # type: ignore[attr-defined]
        self._send(status, content, headers)

    def _answer(self, status: int, content: bytes, fault: Fault | None) -> None:
        if fault is Fault.TRUNCATED:
            content = content[: len(content) // 2]
        self._head(status, len(content), {})
        if fault is Fault.CUT_OFF:
            self.wfile.write(content[:10])
        elif fault is Fault.DRIP:
            for letter in content:
                self.wfile.write(bytes([letter]))
                self.wfile.flush()
                self.wire.closed.wait(1.0)
        else:
            self.wfile.write(content)

    def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self._head(status, len(content), headers)
        self.wfile.write(content)

    def _head(self, status: int, length: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _flood(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.wire.closed.is_set():
            self.wfile.write(b" " * 65_536)

    def _dawdle(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.wire.closed.wait(0.05):
            self.wfile.write(b"a")

    def log_message(self, *_said: Any) -> None:
        """Says nothing."""


PLAIN: dict[Fault | None, tuple[int, dict[str, str], bytes]] = {
    Fault.TOO_MANY: (429, {"Retry-After": "7"}, b""),
    Fault.BUSY: (503, {}, b"<html>busy</html>"),
    Fault.BROKEN: (500, {}, b""),
    Fault.REDIRECT: (302, {"Location": "http://169.254.169.254/"}, b""),
    Fault.PAGE: (200, {}, b"<html>welcome</html>"),
    Fault.FORBIDDEN: (403, {}, b"{}"),
    Fault.MUCH_LATER: (429, {"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}, b""),
    Fault.BINARY: (200, {}, b"taken\x00\xff"),
    Fault.BOMB: (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(10_000_000), 1)),
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is what the tests are about."""


@contextmanager
def http_server(service: Service) -> Iterator[Wire]:
    """A running server on a free port."""
    wire = Wire(service)
    handler = type("Handler", (_Handler,), {"wire": wire})
    with _Server((HOST, 0), handler) as server:
        wire.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield wire
        finally:
            wire.closed.set()
            server.shutdown()
            thread.join()
