"""Whether the program is alive, and whether it can work."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from disputes.models import Heartbeat


def test_the_process_answers_without_a_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


def test_it_is_ready_when_every_part_answers(client: Client, db: None, settings: LazySettings, redis_url: str) -> None:
    settings.REDIS_URL = redis_url
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    answer = client.get("/readyz")
    assert answer.json() == {"database": "ok", "broker": "ok", "sweep": "ok"}
    assert answer.status_code == 200


@pytest.mark.parametrize("url", ["unix:///nowhere/at/all.sock", "redis://127.0.0.1:1/0", "nonsense"])
def test_it_is_not_ready_without_its_broker(client: Client, db: None, settings: LazySettings, url: str) -> None:
    settings.REDIS_URL = url
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["broker"]) == (503, "does not answer")


def test_it_is_not_ready_when_the_sweep_has_stopped(client: Client, db: None) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now() - timedelta(minutes=5))
    assert "look after worker and beat" in client.get("/readyz").json()["sweep"]
