"""Connections to addresses that people typed: into no private network, and over at their time, whatever comes back."""

import ipaddress
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

NAT64 = ipaddress.ip_network("64:ff9b::/96")  # the last 32 bits are an address of the old internet


def is_private(address: str) -> bool:
    """Whether an address in digits is none of the internet's, however it is written. Raises ValueError for a name."""
    ip: Any = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 6:
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else ip.ipv4_mapped or ip
    if ip.version == 6 and (ip.is_site_local or ip.sixtofour or ip.teredo):
        return True
    return bool(not ip.is_global or ip.is_multicast or ip.is_reserved)


class Watch:
    """Cuts a call's connections once its time (seconds) is over.

    A time limit for each read alone is no limit: who sends a byte now and then keeps us for days.
    """

    def __init__(self, seconds: float) -> None:
        self.timer = threading.Timer(seconds, self._cut)
        self.timer.daemon = True
        self.lock = threading.Lock()
        self.sockets: list[socket.socket] = []
        self.is_over = False

    def __enter__(self) -> Self:
        self.timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.timer.cancel()
        with self.lock:
            for one in self.sockets:
                one.close()
            self.sockets = []

    def over(self, connected: socket.socket) -> socket.socket:
        """Keep a second hold of it: TLS takes the first one away."""
        with self.lock:
            self.sockets.append(connected.dup())
            if self.is_over:
                self._shut()
        return connected

    def _cut(self) -> None:
        with self.lock:
            self.is_over = True
            self._shut()

    def _shut(self) -> None:
        for one in self.sockets:
            with suppress(OSError):  # it has ended by itself
                one.shutdown(socket.SHUT_RDWR)


class WatchedAdapter(HTTPAdapter):
    """Makes connections that end with the watch."""

    def __init__(self, watch: Watch, **options: Any) -> None:
        super().__init__(**options)
        self.watch = watch

    def get_connection_with_tls_context(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        """The pool of one host, whose connections are watched."""
        pool = super().get_connection_with_tls_context(request, *args, **options)
        watch = self.watch
        base = HTTPSConnection if issubclass(pool.ConnectionCls, HTTPSConnection) else HTTPConnection

        class Watched(base):  # type: ignore[misc, valid-type]
            def _new_conn(self) -> socket.socket:
                return watch.over(super()._new_conn())

        pool.ConnectionCls = Watched
        return pool


class PublicAdapter(WatchedAdapter, IPFilterAdapter):  # type: ignore[misc]
    """The same, for https:// and public addresses alone: the address that was looked at is the one connected to."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(watch, is_https_proto=True)

    def build_connection_pool_key_attributes(self, *args: Any, **options: Any) -> Any:
        """The address in digits, and what TLS checks. Raises InvalidIPAddress."""
        host, tls = super().build_connection_pool_key_attributes(*args, **options)
        if is_private(host["host"].strip("[]")):
            raise InvalidIPAddress(host["host"])
        return host, tls
