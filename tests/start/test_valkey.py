"""The embedded Valkey: its socket's place, and what happens to one left behind."""

import os
import socket
import subprocess
from pathlib import Path

import pytest
from kombu import Connection
from redis import Redis

from config import valkey
from config.environment import celery_broker
from config.valkey import SocketTakenError, answers, choose_socket, end_orphan


def test_socket_lies_in_the_data_folder() -> None:
    assert choose_socket(Path("/srv/prazo")) == Path("/srv/prazo/valkey.sock")


@pytest.mark.parametrize("name", ["x" * 120, "com espaço", "50%"])
def test_socket_lies_in_a_private_folder_when_the_path_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    chosen = choose_socket(tmp_path / name)
    assert chosen == choose_socket(tmp_path / name) != choose_socket(tmp_path / f"{name}2")
    assert chosen.parent.parent == tmp_path
    assert chosen.parent.stat().st_mode & 0o777 == 0o700


def test_socket_is_refused_when_its_folder_is_somebody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    owner = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)  # the folder is made by who we really are
    with pytest.raises(SocketTakenError, match="belongs to another user"):
        choose_socket(tmp_path / "a b")


def test_celery_reaches_the_socket(redis_url: str) -> None:
    with Connection(celery_broker(redis_url)) as connection:
        queue = connection.SimpleQueue("hello")
        queue.put("wake up")
        assert queue.get(timeout=120).payload == "wake up"
        queue.close()


def test_orphan_ends_and_its_data_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valkey, "ANSWER_SECONDS", 120)
    listen_at = tmp_path / "valkey.sock"
    command = valkey.serve_command(listen_at, tmp_path / "valkey")
    for value in (None, b"kept"):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        client = Redis(unix_socket_path=str(listen_at))
        while not answers(listen_at):
            pass
        assert client.get("key") == value
        client.set("key", "kept")
        client.close()
        end_orphan(listen_at)
        assert process.wait(120) == 0


def test_nothing_is_ended_when_the_socket_is_stale_or_missing(tmp_path: Path) -> None:
    listen_at = tmp_path / "valkey.sock"
    end_orphan(listen_at)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(listen_at))
    end_orphan(listen_at)
    assert not answers(listen_at)


def test_stranger_on_the_socket_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valkey, "ANSWER_SECONDS", 0.2)
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.bind(str(tmp_path / "valkey.sock"))
        stranger.listen()
        with pytest.raises(SocketTakenError, match="no healthy Valkey"):
            end_orphan(tmp_path / "valkey.sock")
