"""Starting the bundle's own processes, with nothing of our environment but what they need: no secret among it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings

KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "TMPDIR")


def start(
    module: str, *, environment: Mapping[str, str] | None = None, errors: IO[Any] | int = subprocess.DEVNULL
) -> Any:
    """Start `python -m module`, spoken with through its standard input and output (text, a line at a time)."""
    return subprocess.Popen(  # noqa: S603  our own interpreter and module
        [sys.executable, "-E", "-s", "-m", module],
        cwd=settings.BASE_DIR,
        env={name: os.environ[name] for name in KEPT if name in os.environ} | dict(environment or {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        encoding="utf-8",
    )
