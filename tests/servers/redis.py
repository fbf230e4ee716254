"""A throw-away Valkey, which speaks Redis's protocol, on a Unix socket."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import valkey
from config.processes import die_with

START_SECONDS = 10.0


@contextmanager
def redis_server() -> Iterator[str]:
    """A running server; gives its address as REDIS_URL takes it."""
    with tempfile.TemporaryDirectory(prefix="prazo-valkey-") as name:
        listen_at = valkey.choose_socket(Path(name))
        command = valkey.serve_command(listen_at, Path(name))
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, start_new_session=True, preexec_fn=die_with(os.getpid())
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while not valkey.answers(listen_at):
                assert process.poll() is None, f"Valkey ended with {process.returncode}"
                assert time.monotonic() < deadline, "Valkey does not answer"
                time.sleep(0.02)
            yield f"unix://{listen_at}"
        finally:
            process.terminate()
            process.wait()
