"""Workers on a second host, cut off for longer than a lease and joined again: nothing lost, nothing doubled."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.checks import SETTLING, check_database, check_mails, settle
from tests.faults.conftest import KEPT, plant_on
from tests.faults.plant import LEASE, SENDERS, WORKER, Plant
from tests.servers.hosts import SecondHost, second_host
from tests.servers.postgresql import Cluster, cluster
from tests.servers.redis import Broker, broker
from tests.servers.smtp import Mailroom, free_port, smtp_server

pytestmark = pytest.mark.slow
ORDERS = 80
CUT = LEASE + 3  # seconds


@pytest.fixture
def far_host() -> Iterator[SecondHost]:
    with second_host() as host:
        yield host


@pytest.fixture
def open_postgres(far_host: SecondHost) -> Iterator[Cluster]:
    """It listens on the cable as well, and trusts the other end."""
    with cluster(settings=KEPT | {"listen_addresses": far_host.here}) as made:
        with (made.folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {far_host.there}/32 trust\n")
        made.stop()
        made.start()
        yield made


@pytest.fixture
def open_redis(far_host: SecondHost) -> Iterator[tuple[Broker, str]]:
    """And what the other end calls it."""
    port = free_port(far_host.here)
    with broker("--port", str(port), "--bind", far_host.here, "--protected-mode", "no") as made:
        yield made, f"redis://{far_host.here}:{port}/0"


@pytest.fixture
def open_mailroom(far_host: SecondHost) -> Iterator[Mailroom]:
    with smtp_server(far_host.here) as room:
        yield room


@pytest.fixture
def far(
    far_host: SecondHost,
    open_postgres: Cluster,
    open_redis: tuple[Broker, str],
    open_mailroom: Mailroom,
    tmp_path: Path,
) -> Iterator[Plant]:
    """A plant whose `far` worker runs on the other host."""
    redis, redis_url = open_redis
    with plant_on(open_postgres.url, redis, open_mailroom, tmp_path) as plant:
        plant.make_store()
        plant.start(
            "far",
            [*WORKER, "--hostname", "far@plant"],
            inside=far_host.inside,
            DATABASE_URL=f"postgres://postgres@{far_host.here}:5432/postgres",
            REDIS_URL=redis_url,
        )
        yield plant


def addresses(plant: Plant) -> set[str]:
    """Who speaks to the database."""
    rows = plant.query("SELECT DISTINCT client_addr::text FROM pg_stat_activity WHERE client_addr IS NOT NULL")
    return {address.removesuffix("/32") for (address,) in rows}


def test_a_host_that_is_cut_off_and_joined_again_loses_and_doubles_nothing(
    far: Plant, far_host: SecondHost, open_mailroom: Mailroom
) -> None:
    """Both work, the far one is cut off in the middle; at the end it is alone and does the rest."""
    far.import_orders([number * 25 / ORDERS for number in range(ORDERS)])
    far.start_all()
    far.wait_until(lambda: addresses(far) == {far_host.there}, seconds=SETTLING, what="the far worker is at work")
    open_mailroom.wait_for(ORDERS // 10, seconds=SETTLING)
    far_host.cut()
    time.sleep(CUT)
    far_host.join()
    far.kill("worker-0")
    settle(far)
    check_database(far, orders=ORDERS)
    check_mails(open_mailroom, orders=ORDERS, repeats=2 * SENDERS)
