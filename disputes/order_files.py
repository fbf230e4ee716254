"""Taking in an uploaded file, with a sign of work after every batch, so that a lost worker is noticed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from disputes.intake import Intake, Report
from orders.importing.columns import read_mapping
from orders.importing.files import UnusableFile
from orders.models import OrderFile
from orders.models.files import OrderFileState

SILENCE = timedelta(minutes=2)  # without a sign of work for so long, a file's worker is taken for dead


def import_file(file_id: int, clock: Callable[[], datetime]) -> None:
    """Take the file in, once: a second worker that is sent for the same file finds it taken."""
    file = _take(file_id, clock())
    if file is None:
        return

    def note_progress(rows: int) -> None:
        OrderFile.objects.filter(pk=file_id).update(rows_done=rows, heartbeat_at=clock())

    try:
        report = _import(file, Intake(file.store, clock(), f"file:{file_id}", note_progress))
    except UnusableFile as error:
        OrderFile.objects.filter(pk=file_id).update(state=OrderFileState.FAILED, error=str(error))
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
        file.state, file.heartbeat_at = OrderFileState.RUNNING, now
        file.save()
    return file


def _import(file: OrderFile, intake: Intake) -> Report:
    mapping = read_mapping(file.mapping) if file.mapping else None
    path = Path(file.file.path)
    if file.content == OrderFile.Content.TRACKING:
        return intake.import_tracking(path, timezone=file.timezone, mapping=mapping)
    return intake.import_orders(path, timezone=file.timezone, mapping=mapping)
