"""What a person types as an address reaches no private network, by no name, redirect or proxy (SSRF)."""

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from orders.outward import ForbiddenAddress, NoAnswer, check_address, check_peer, post, tell
from tests.servers.chats import Chat, chat_server
from tests.servers.faulty_http import Fault, Wire

PUBLIC = "93.184.215.14"


@pytest.fixture
def server() -> Iterator[tuple[Chat, Wire]]:
    with chat_server() as running:
        yield running


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "example.com/hook",
        "",
        "https://",
        "https://user:word@example.com/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://exa mple.com/",
        "https://example.com\\@127.0.0.1/",
        "https://127.0.0.1/",
        "https://10.0.0.8/hook",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::10.0.0.1]/",
        "https://[2002:7f00:1::]/",
        "https://[fec0::1]/",
        "https://240.0.0.1/",
        "https://[fd00::1]/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://localhost/",
        "https://chat.localhost./",
    ],
)
def test_an_address_is_refused_before_anything_is_sent_when_it_cannot_be_a_public_one(url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        check_address(url)


@pytest.mark.parametrize("url", ["https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a", "https://8.8.8.8/"])
def test_a_public_address_is_taken(url: str) -> None:
    assert check_address(url).scheme == "https"


# Spellings of 127.0.0.1 and of a link-local address that only the resolver reads.
@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "0177.0.0.1", "169.254.43518"])
def test_a_name_that_leads_into_a_private_network_is_refused_at_the_call(host: str) -> None:
    with pytest.raises(ForbiddenAddress):
        post(f"https://{host}/", b"{}", {})


@pytest.mark.parametrize("address", ["127.0.0.1", "192.168.1.9", "fe80::1%eth0", "::ffff:10.0.0.1", "224.0.0.1"])
def test_a_connection_of_another_protocol_is_refused_by_its_other_end(address: str, settings: LazySettings) -> None:
    check_peer("imap.example.com", "8.8.8.8")
    with pytest.raises(ForbiddenAddress):
        check_peer("imap.example.com", address)
    settings.PRIVATE_HOSTS = ["imap.example.com"]
    check_peer("imap.example.com", address)


def answer_with(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Names lead to these addresses, one after the other; gives the names that were asked for."""
    asked: list[str] = []
    left = list(addresses)

    def resolve(host: str, port: Any, *_args: Any, **_options: Any) -> list[Any]:
        if host[0].isdigit() or ":" in host:
            address = host
        else:
            asked.append(host)
            address = left.pop(0) if len(left) > 1 else left[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1", "fec0::1", "::ffff:127.0.0.1", "::127.0.0.1"],
)
def test_nothing_is_posted_when_a_name_resolves_to_a_private_address(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    answer_with(monkeypatch, address)
    with pytest.raises(ForbiddenAddress):
        post("https://chat.example.com/hook", b"{}", {})


def test_the_address_that_was_checked_is_the_one_connected_to_when_a_name_changes_its_mind(
    monkeypatch: pytest.MonkeyPatch, server: tuple[Chat, Wire]
) -> None:
    """First public, then this machine: the second answer must never be used."""
    chat, wire = server
    connected: list[Any] = []

    def connect(self: socket.socket, address: Any) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError

    asked = answer_with(monkeypatch, PUBLIC, "127.0.0.1")
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(NoAnswer):
        post(f"https://rebind.example.com:{wire.port}/", b"{}", {})
    assert asked == ["rebind.example.com"]
    assert connected == [PUBLIC]
    assert chat.posts == []


def test_a_private_host_is_reached_when_the_operator_names_it(
    server: tuple[Chat, Wire], settings: LazySettings
) -> None:
    chat, wire = server
    with pytest.raises(ForbiddenAddress):
        post(wire.url, b"{}", {})
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    assert post(wire.url, b'{"a": 1}', {}).status == 200
    assert chat.posts == [{"a": 1}]


def test_naming_one_host_opens_no_other(server: tuple[Chat, Wire], settings: LazySettings) -> None:
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    for host in ("127.0.0.2", "127.0.0.1.example.com", "localhost"):
        with pytest.raises((ForbiddenAddress, NoAnswer)):
            post(f"http://{host}:{server[1].port}/", b"{}", {})
    assert server[0].posts == []


def test_a_redirect_into_the_private_network_is_not_followed(server: tuple[Chat, Wire], settings: LazySettings) -> None:
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    server[1].faults.append(Fault.REDIRECT)  # to the metadata address
    assert post(server[1].url, b"{}", {}).status == 302
    assert len(server[1].requests) == 1


def test_a_proxy_of_the_environment_is_not_used(
    server: tuple[Chat, Wire], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would look the name up again, where nobody checks."""
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9/")
    assert post(server[1].url, b"{}", {}).status == 200


@pytest.mark.parametrize("fault", [Fault.HUGE, Fault.BOMB, Fault.DROP, Fault.CUT_OFF])
def test_a_server_that_misbehaves_is_an_answer_that_cannot_be_used(
    server: tuple[Chat, Wire], settings: LazySettings, fault: Fault
) -> None:
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    server[1].faults.append(fault)
    with pytest.raises(NoAnswer) as error:
        post(f"{server[1].url}secret-key", b"{}", {})
    assert "secret-key" not in str(error.value)


@pytest.mark.parametrize("call", [post, tell])
def test_a_server_that_comes_to_no_end_is_left_in_time(
    server: tuple[Chat, Wire], settings: LazySettings, monkeypatch: pytest.MonkeyPatch, call: Any
) -> None:
    """A byte now and then keeps each read within its time, and all of them together for ever."""
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr("orders.outward.WHOLE", 0.2)
    monkeypatch.setattr("orders.outward.CONNECT", 0.2)
    server[1].faults.append(Fault.SLOW_HEAD)
    began = time.monotonic()
    with pytest.raises(NoAnswer, match="takes too long"):
        call(server[1].url, b"{}", {})
    assert time.monotonic() - began < 60  # it would have no end


@pytest.mark.parametrize("fault", [Fault.HUGE, Fault.BOMB, Fault.CUT_OFF, Fault.BINARY, Fault.PAGE])
def test_who_is_told_has_taken_it_once_the_status_says_so(
    server: tuple[Chat, Wire], settings: LazySettings, fault: Fault
) -> None:
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    server[1].faults.append(fault)
    answer = tell(server[1].url, b"{}", {})
    assert answer.status == 200
    assert answer.words(200).isprintable()


def test_a_wait_that_is_asked_for_is_told_however_it_is_said(server: tuple[Chat, Wire], settings: LazySettings) -> None:
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    server[1].faults.extend([Fault.TOO_MANY, Fault.MUCH_LATER, Fault.BUSY])
    soon, far, never = [tell(server[1].url, b"{}", {}).retry_after for _turn in range(3)]
    assert (soon, never) == (7, None)
    assert far
    assert timedelta(seconds=far) > timedelta(days=365)  # who asked it says how much of it he heeds
