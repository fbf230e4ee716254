"""A plant of the program on a PostgreSQL, a Valkey and a mail server of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.plant import LEASE, SWEEP_SECONDS, Plant
from tests.servers.postgresql import FAST, Cluster, cluster
from tests.servers.redis import Broker, broker
from tests.servers.smtp import Mailroom

pytest.register_assert_rewrite("tests.faults.checks")  # what failed there is told in full
# What is committed is on disk, as far as a killed process goes; only the machine's own end is not tried.
KEPT = FAST | {"synchronous_commit": "on"}


@contextmanager
def plant_on(database_url: str, redis: Broker, mailroom: Mailroom, folder: Path, **more: str) -> Iterator[Plant]:
    """A plant; what still runs at the end is killed."""
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis.url,
        "EMAIL_URL": mailroom.url,
        "PRAZO_DATA": str(folder),
        "MEDIA_ROOT": str(folder / "media"),
        "CLAIM_LEASE_SECONDS": str(LEASE),
        "SWEEP_SECONDS": str(SWEEP_SECONDS),
        "EMAIL_TIMEOUT": "3",
        **more,
    }
    plant = Plant(environment, folder, redis)
    try:
        yield plant
    finally:
        plant.kill_all()


@pytest.fixture
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL that may be killed."""
    with cluster(settings=KEPT) as made:
        yield made


@pytest.fixture
def redis() -> Iterator[Broker]:
    """A Valkey that may be killed."""
    with broker() as made:
        yield made


@pytest.fixture
def plant(postgres: Cluster, redis: Broker, mailroom: Mailroom, tmp_path: Path) -> Iterator[Plant]:
    """The program on them."""
    with plant_on(postgres.url, redis, mailroom, tmp_path) as made:
        yield made
