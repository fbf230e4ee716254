"""Sending a worker at once for what would else wait for the next sweep: the row is the memory, not the wake-up."""

import logging
from typing import Protocol

from kombu.exceptions import OperationalError

from disputes.tasks import run_order_file

logger = logging.getLogger(__name__)


class RowTask(Protocol):
    """A task that is told which row to look at."""

    name: str

    def delay(self, row_id: int, /) -> object:
        """Have a worker do it. Raises OperationalError without a broker."""


def wake_a_worker(task: RowTask, row_id: int) -> None:
    """Have the row looked at now; without a broker it waits for the next sweep."""
    try:
        task.delay(row_id)
    except OperationalError as error:
        logger.warning("%s of row %s waits for the next sweep: %s", task.name, row_id, error)


def wake_importer(file_id: int) -> None:
    """Have a file taken in; without a broker it waits for the next sweep."""
    wake_a_worker(run_order_file, file_id)
