"""Calling over the network: every way in which a service fails, each with its kind, none of them for ever."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from orders.providers.http import Caller
from orders.providers.interface import ErrorKind, Parcel, ProviderError, RateLimited
from orders.providers.seventeen_track import SeventeenTrack
from tests.orders.providers.conftest import caller_of
from tests.servers.faulty_http import Fault, Wire
from tests.servers.seventeen_track import KEY

KINDS = {
    Fault.BUSY: ErrorKind.UNREACHABLE,
    Fault.BROKEN: ErrorKind.UNREACHABLE,
    Fault.HANG: ErrorKind.UNREACHABLE,
    Fault.DROP: ErrorKind.UNREACHABLE,
    Fault.CUT_OFF: ErrorKind.UNREACHABLE,
    Fault.DRIP: ErrorKind.UNREACHABLE,
    Fault.SLOW_HEAD: ErrorKind.UNREACHABLE,
    Fault.TRUNCATED: ErrorKind.UNREADABLE,
    Fault.BINARY: ErrorKind.UNREADABLE,
    Fault.BOMB: ErrorKind.UNREADABLE,
    Fault.HUGE: ErrorKind.UNREADABLE,
    Fault.PAGE: ErrorKind.UNREADABLE,
    Fault.REDIRECT: ErrorKind.UNREADABLE,
    Fault.TOO_MANY: ErrorKind.RATE_LIMITED,
    Fault.MUCH_LATER: ErrorKind.RATE_LIMITED,
    Fault.FORBIDDEN: ErrorKind.WRONG_KEY,
}
PARCEL = Parcel("LX123456785CN")
ENDLESS = {Fault.HANG: 1.0, Fault.DRIP: 0.3, Fault.SLOW_HEAD: 0.3}  # seconds that the client waits
SOON = 60  # seconds: in one of them, or with a busy machine in ten; what has no end would take ten minutes


def hasty(wire: Wire, fault: Fault) -> SeventeenTrack:
    """A client that does not wait for the end of what has none."""
    return SeventeenTrack(caller_of(wire, seconds=ENDLESS.get(fault, 30)), KEY)


@pytest.mark.parametrize("fault", list(Fault))
def test_a_call_that_fails_ends_soon_with_its_kind(wire: Wire, fault: Fault) -> None:
    wire.faults.append(fault)
    started = time.monotonic()
    with pytest.raises(ProviderError) as caught:
        hasty(wire, fault).register([PARCEL])
    assert caught.value.kind == KINDS[fault]
    assert time.monotonic() - started < SOON
    assert len(wire.requests) == 1  # what changes something is not tried again
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.BROKEN, Fault.HANG, Fault.DROP, Fault.CUT_OFF])
def test_a_call_that_only_reads_is_tried_again_when_the_service_stumbles(wire: Wire, fault: Fault) -> None:
    wire.faults.append(fault)
    assert hasty(wire, fault).check().left == 200
    assert len(wire.requests) == 2


def test_a_service_that_stays_away_is_given_up(client: SeventeenTrack, wire: Wire) -> None:
    wire.faults.extend([Fault.BUSY] * 10)
    with pytest.raises(ProviderError):
        client.check()
    assert len(wire.requests) == client.caller.limits.tries


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.TRUNCATED, Fault.REDIRECT, Fault.FORBIDDEN])
def test_what_would_not_change_is_not_tried_again(client: SeventeenTrack, wire: Wire, fault: Fault) -> None:
    wire.faults.append(fault)
    with pytest.raises(ProviderError):
        client.check()
    assert len(wire.requests) == 1


def test_the_service_says_how_long_to_wait(client: SeventeenTrack, wire: Wire) -> None:
    wire.faults.append(Fault.TOO_MANY)
    with pytest.raises(RateLimited) as caught:
        client.check()
    assert caught.value.wait == timedelta(seconds=7)


def test_every_try_takes_its_turn(client: SeventeenTrack, wire: Wire) -> None:
    turns: list[int] = []
    caller = Caller(wire.url, take_turn=lambda: turns.append(1), sleep=lambda _s: None, limits=client.caller.limits)
    wire.faults.append(Fault.BUSY)
    SeventeenTrack(caller, KEY).check()
    assert len(turns) == 2


def test_nobody_listens(client: SeventeenTrack) -> None:
    caller = Caller("http://127.0.0.1:1/", sleep=lambda _seconds: None, limits=client.caller.limits)
    with pytest.raises(ProviderError, match="Connection refused"):
        SeventeenTrack(caller, KEY).check()


def test_no_log_in_of_this_machine_is_sent(
    client: SeventeenTrack, wire: Wire, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login alice password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    seen: list[str | None] = []
    answer = wire.service.answer
    wire.service.answer = lambda path, headers, body: (  # type: ignore[method-assign]
        seen.append(headers.get("Authorization")), answer(path, headers, body)
    )[1]  # fmt: skip
    client.check()
    assert seen == [None]


def test_the_key_stands_in_no_trace(client: SeventeenTrack) -> None:
    assert KEY not in repr(client)
