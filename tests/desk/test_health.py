"""Whether the program is alive, and whether it can work."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from disputes.models import Heartbeat


@pytest.mark.parametrize("address", ["/health/live", "/healthz"])
def test_the_process_answers_without_a_database(client: Client, address: str) -> None:
    assert client.get(address).content == b"ok\n"


def test_health_is_asked_from_inside_without_https(client: Client, settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert (client.get("/health/live").status_code, client.get("/accounts/login/").status_code) == (200, 301)


def test_it_is_ready_when_every_part_answers(client: Client, db: None, settings: LazySettings, redis_url: str) -> None:
    settings.REDIS_URL = redis_url
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    for address in ("/health/ready", "/readyz"):
        answer = client.get(address)
        assert answer.json() == {"database": "ok", "broker": "ok", "sweep": "ok", "files": "ok"}
        assert answer.status_code == 200


def test_it_is_not_ready_when_the_disk_is_full(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.views.health.ROOM", 1 << 62)
    said = client.get("/health/ready").json()["files"]
    assert said == "the disk is full: make room where MEDIA_ROOT lies"


def test_what_it_says_names_no_address_and_no_folder(client: Client, db: None, settings: LazySettings) -> None:
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"
    said = client.get("/health/ready").content.decode()
    assert [word for word in ("secret", "127.0.0.1", str(settings.MEDIA_ROOT)) if word in said] == []


@pytest.mark.parametrize("url", ["unix:///nowhere/at/all.sock", "redis://127.0.0.1:1/0", "nonsense"])
def test_it_is_not_ready_without_its_broker(client: Client, db: None, settings: LazySettings, url: str) -> None:
    settings.REDIS_URL = url
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["broker"]) == (503, "does not answer")


def test_it_is_not_ready_when_the_sweep_has_stopped(client: Client, db: None) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now() - timedelta(minutes=5))
    assert "look after worker and beat" in client.get("/readyz").json()["sweep"]
