"""The container's health, by what runs in it: `web`, `worker` or `beat`. Exit code 0 when it lives."""

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

SCHEDULE = Path("/tmp/beat-schedule")  # noqa: S108  each container has a /tmp of its own
MOST_SILENCE = 420.0  # seconds; beat writes its schedule every three minutes


def is_web_alive() -> bool:
    """Whether the pages answer at all."""
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=8)
    connection.request("GET", "/health/live", headers={"Host": "localhost", "X-Forwarded-Proto": "https"})
    return connection.getresponse().status == http.HTTPStatus.OK


def is_worker_alive() -> bool:
    """Whether this container's worker answers over the broker."""
    command = ["celery", "-A", "config", "inspect", "ping", "--timeout", "8", "-d", f"celery@{socket.gethostname()}"]
    quiet = {**os.environ, "LOG_LEVEL": "ERROR"}
    return subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode == 0  # noqa: S603


def is_beat_alive() -> bool:
    """Whether beat has written its schedule lately, whatever ending the file has on this system."""
    files = SCHEDULE.parent.glob(f"{SCHEDULE.name}*")
    return any(time.time() - file.stat().st_mtime < MOST_SILENCE for file in files)


PROBES = {"web": is_web_alive, "worker": is_worker_alive, "beat": is_beat_alive}

if __name__ == "__main__":
    try:
        sys.exit(not PROBES[sys.argv[1]]())
    except OSError as error:
        sys.exit(str(error))
