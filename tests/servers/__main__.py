"""Runs a command with a PostgreSQL of its own: `python -m tests.servers postgresql -- pytest …`.

The command finds the server in DATABASE_URL. Its exit code is passed on.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from config.processes import die_with
from tests.servers.postgresql import postgresql

USAGE = 2


@contextmanager
def outliving_ctrl_c() -> Iterator[None]:
    """Ctrl-C reaches the command as well: let it end first, then stop the server."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def run_with_postgresql(command: list[str]) -> int:
    """The exit code of the command."""
    with postgresql() as address:
        environment = os.environ | {"DATABASE_URL": address}
        process = subprocess.Popen(command, env=environment, preexec_fn=die_with(os.getpid()))
        signal.signal(signal.SIGTERM, lambda number, frame: process.terminate())
        with outliving_ctrl_c():
            return process.wait()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["postgresql", "--", *command] if command:
            sys.exit(run_with_postgresql(command))
        case _:
            sys.stderr.write("usage: python -m tests.servers postgresql -- COMMAND …\n")
            sys.exit(USAGE)
