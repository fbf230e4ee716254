"""What the live server is still answering: a page's last question may outlast the browser that asked it."""

import threading
from typing import Any

from django.core.signals import request_finished, request_started

SECONDS = 300.0


class Answering:
    """Counts the requests of other threads than the tests' own, from their first byte to their last."""

    def __init__(self) -> None:
        self._underway = 0
        self._changed = threading.Condition()
        request_started.connect(self._begin)
        request_finished.connect(self._end)

    def wait(self) -> None:
        """Return once nothing is answered; raises AssertionError when a request takes longer than `SECONDS`."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._underway == 0, timeout=SECONDS), "a request never ends"

    def _begin(self, **_signal: Any) -> None:
        self._count(1)

    def _end(self, **_signal: Any) -> None:
        self._count(-1)

    def _count(self, step: int) -> None:
        if threading.current_thread() is not threading.main_thread():
            with self._changed:
                self._underway += step
                self._changed.notify_all()
