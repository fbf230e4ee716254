"""Celery carries wake-ups only: what is due is read from database rows, never from the broker."""

import gc
import logging.config
import os
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging, worker_process_init
from django.conf import settings

from config.logs import WOKEN_BY, origin_of_wake_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class WakeUp(Task[Any, Any]):
    """A task that carries along where it comes from, so that each line in the log can tell."""

    abstract = True

    def apply_async(self, *args: Any, headers: dict[str, Any] | None = None, **options: Any) -> Any:
        """Send it, with the request or the first wake-up behind it among its headers."""
        origin = origin_of_wake_up()
        headers = {**({WOKEN_BY: origin} if origin else {}), **(headers or {})}
        return super().apply_async(*args, headers=headers, **options)


@setup_logging.connect
def keep_own_logging(**_options: Any) -> None:
    """Worker and beat log as the pages do; LOG_LEVEL and LOG_FORMAT say how."""
    logging.config.dictConfig(settings.LOGGING)


@worker_process_init.connect
def keep_what_is_loaded(**_options: Any) -> None:
    """The program itself is no garbage: collections look only at what came after it."""
    gc.freeze()


app = Celery("prazo", task_cls=WakeUp)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
