"""An uploaded order file: kept as it came, looked at, then taken in by a worker."""

import zoneinfo
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from orders.importing.files import UnusableFile
from orders.models import OrderFile, Store, User
from orders.models.files import OrderFileState
from orders.storage import is_full


def receive_file(
    store: Store, user: User | None, upload: UploadedFile[bytes], *, content: str, now: datetime
) -> OrderFile:
    """Keep an upload for its look and its import; without a user it came from another program.

    Raises UnusableFile when it is empty or too large, or has no room.
    """
    size = upload.size or 0
    if not 0 < size <= settings.IMPORT_MAX_BYTES:
        limit = settings.IMPORT_MAX_BYTES // 1_000_000
        raise UnusableFile(f"{upload.name}: {size} bytes: choose a file that is not empty and at most {limit} MB")
    name = Path(upload.name or "file").name[:200]
    upload.name = f"{store.slug}{Path(name).suffix[:10]}"  # the person's own name of the file is no path of ours
    kept = OrderFile(store=store, user=user, content=content, file=upload, name=name, uploaded_at=now)
    kept.timezone = store.current_policy.platform_zone
    try:
        with transaction.atomic():
            kept.save()
    except OSError as error:
        if not is_full(error):
            raise
        raise UnusableFile(f"{name}: the disk is full: have room made on it, then choose the file again") from error
    return kept


def mark_unusable(file_id: int, error: str) -> None:
    """Say of a file that came and that nobody started yet that it cannot be used, and why."""
    files = OrderFile.objects.filter(pk=file_id, state=OrderFileState.UPLOADED)
    files.update(state=OrderFileState.FAILED, error=error)


def queue_file(file_id: int, *, mapping: dict[str, Any], timezone: str, now: datetime) -> OrderFile:
    """Hand a file to the workers, with the columns that the person chose.

    Raises ValueError when the time zone is unknown, or the file is on its way already.
    """
    if timezone not in zoneinfo.available_timezones():
        raise ValueError(f"{timezone!r} is no time zone: choose one such as America/Sao_Paulo")
    with transaction.atomic():
        file: OrderFile = OrderFile.objects.select_for_update().get(pk=file_id)
        if file.state not in {OrderFileState.UPLOADED, OrderFileState.FAILED}:
            raise ValueError(f"{file.name} is on its way already")
        file.mapping, file.timezone, file.heartbeat_at = mapping, timezone, now
        file.state, file.error, file.rows_done, file.attempts = OrderFileState.QUEUED, "", 0, 0
        file.save()
    return file
