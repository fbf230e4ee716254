"""The laptop's default under kill -9: one file for a database, and a broker that forgets."""

from pathlib import Path

import pytest
from redis import Redis

from tests.faults.checks import SETTLING, check_database, check_mails, settle
from tests.faults.conftest import plant_on
from tests.faults.plant import SENDERS
from tests.servers.redis import Broker
from tests.servers.smtp import Mailroom

ORDERS = 100


@pytest.mark.slow
def test_two_kills_on_sqlite_lose_nothing(tmp_path: Path, redis: Broker, mailroom: Mailroom) -> None:
    with plant_on(f"sqlite:///{tmp_path / 'prazo.sqlite3'}", redis, mailroom, tmp_path) as plant:
        plant.make_store()
        plant.import_orders([0.0] * ORDERS)
        plant.start_all()
        for share in (0.1, 0.5):
            mailroom.wait_for(int(share * ORDERS), seconds=SETTLING)
            plant.kill_all()
            with Redis.from_url(redis.url) as client:
                client.flushall()
            plant.start_all()
        settle(plant)
        check_database(plant, orders=ORDERS)
        check_mails(mailroom, orders=ORDERS, repeats=2 * SENDERS)
