"""The two services on this machine, and clients that wait for them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from orders.providers.http import Caller
from orders.providers.kuaidi100 import Kuaidi100
from orders.providers.limits import http_limits
from orders.providers.seventeen_track import SeventeenTrack
from tests.servers import kuaidi100, seventeen_track
from tests.servers.faulty_http import Wire
from tests.servers.kuaidi100 import Kuaidi100Service, kuaidi100_server
from tests.servers.seventeen_track import SeventeenTrackService, seventeen_track_server


def caller_of(wire: Wire, *, seconds: float = 30) -> Caller:
    """A client that waits for so long and reads at most 100 kB."""
    moment = timedelta(seconds=seconds)
    limits = replace(http_limits(), connect=moment, read=moment, whole=moment, max_bytes=100_000)
    return Caller(wire.url, sleep=lambda _seconds: None, limits=limits)


@pytest.fixture
def track() -> Iterator[tuple[Wire, SeventeenTrackService]]:
    with seventeen_track_server() as running:
        yield running


@pytest.fixture
def wire(track: tuple[Wire, SeventeenTrackService]) -> Wire:
    return track[0]


@pytest.fixture
def service(track: tuple[Wire, SeventeenTrackService]) -> SeventeenTrackService:
    return track[1]


@pytest.fixture
def client(wire: Wire) -> SeventeenTrack:
    return SeventeenTrack(caller_of(wire), seventeen_track.KEY)


@pytest.fixture
def kuaidi() -> Iterator[tuple[Wire, Kuaidi100Service]]:
    with kuaidi100_server() as running:
        yield running


@pytest.fixture
def kuaidi_client(kuaidi: tuple[Wire, Kuaidi100Service]) -> Kuaidi100:
    return Kuaidi100(caller_of(kuaidi[0]), kuaidi100.KEY, kuaidi100.CUSTOMER)
