"""Taking in an uploaded file, with a sign of work after every batch, so that a lost worker is noticed."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import OperationalError, transaction
from django.db.models import Q

from disputes.intake import Intake, Report
from orders.importing.columns import read_mapping
from orders.importing.files import UnusableFile
from orders.models import OrderFile
from orders.models.files import OrderFileState

SILENCE = timedelta(minutes=2)  # without a sign of work for so long, a file's worker is taken for dead
MAX_ATTEMPTS = 3  # a file over which so many workers died is not given to another one

TRY_AGAIN = "The rows before it are in; start the import again, and they count as unchanged."

logger = logging.getLogger(__name__)


def import_file(file_id: int, clock: Callable[[], datetime]) -> None:
    """Take the file in, once: a second worker that is sent for the same file finds it taken.

    Whatever ends the import for good is told on the file's page; the rows taken in until then stay. Raises
    OperationalError when the database goes away: then another worker takes the file up.
    """
    file = _take(file_id, clock())
    if file is None:
        return

    def note_progress(rows: int) -> None:
        OrderFile.objects.filter(pk=file_id).update(rows_done=rows, heartbeat_at=clock())

    try:
        report = _import(file, Intake(file.store, clock(), f"file:{file_id}", note_progress, clock))
    except UnusableFile as error:
        _give_up(file_id, str(error))
        return
    except OperationalError:
        raise
    except Exception as error:
        logger.exception("order file %s broke off", file_id)
        _give_up(file_id, f"broke off with {type(error).__name__}: {error}. {TRY_AGAIN}")
        return
    OrderFile.objects.filter(pk=file_id).update(
        state=OrderFileState.DONE, report=report.as_json(), rows_done=report.read, heartbeat_at=clock()
    )


def waiting_files(now: datetime) -> list[int]:
    """Files that no worker works on: those queued, and those whose worker has gone silent."""
    silent = Q(state=OrderFileState.RUNNING, heartbeat_at__lt=now - SILENCE)
    return list(OrderFile.objects.filter(silent | Q(state=OrderFileState.QUEUED)).values_list("pk", flat=True))


def _take(file_id: int, now: datetime) -> OrderFile | None:
    with transaction.atomic():
        file: OrderFile = OrderFile.objects.select_for_update(of=("self",)).select_related("store").get(pk=file_id)
        silent = file.heartbeat_at is None or file.heartbeat_at < now - SILENCE
        if file.state != OrderFileState.QUEUED and not (file.state == OrderFileState.RUNNING and silent):
            return None
        if file.attempts >= MAX_ATTEMPTS:
            _give_up(file_id, f"{file.attempts} workers broke down over it. {TRY_AGAIN}")
            return None
        file.state, file.heartbeat_at, file.attempts = OrderFileState.RUNNING, now, file.attempts + 1
        file.save()
    return file


def _give_up(file_id: int, error: str) -> None:
    OrderFile.objects.filter(pk=file_id).update(state=OrderFileState.FAILED, error=error)


def _import(file: OrderFile, intake: Intake) -> Report:
    mapping = read_mapping(file.mapping) if file.mapping else None
    path = Path(file.file.path)
    if file.content == OrderFile.Content.TRACKING:
        return intake.import_tracking(path, timezone=file.timezone, mapping=mapping)
    if file.content == OrderFile.Content.CONTACTS:
        return intake.import_contacts(path, mapping=mapping)
    if file.content == OrderFile.Content.REVIEWS:
        return intake.import_reviews(path, timezone=file.timezone, mapping=mapping)
    return intake.import_orders(path, timezone=file.timezone, mapping=mapping)
