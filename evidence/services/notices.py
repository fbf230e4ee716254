"""The papers that show a disruption (T9): a carrier's notice, a photo of the hub, frozen like an exhibit."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from disputes.services.disruptions import Draft, Notice, attach_notice, check_draft, record_disruption
from evidence.models import exhibit_path
from evidence.services.exhibits import draft_exhibit
from orders.models import Disruption, Store

KIND = "disruption_notice"


def record_with_notice(
    store: Store, draft: Draft, upload: UploadedFile[Any] | Path | None, *, now: datetime, actor: str
) -> Disruption:
    """Record a disruption with its paper, where there is one; the paper lies under its hash before the row names it.

    Raises UnusableDisruption, and UnusableExhibit when the file is empty, too large or of another type.
    """
    check_draft(draft, now=now)
    notice = keep_notice(upload, now=now, actor=actor) if upload else None
    return record_disruption(store, draft, notice=notice, now=now, actor=actor)


def add_notice(disruption_id: int, upload: UploadedFile[Any] | Path, *, now: datetime, actor: str) -> Disruption:
    """Keep the paper of a recorded disruption. Raises UnusableExhibit, and Disruption.DoesNotExist."""
    return attach_notice(disruption_id, keep_notice(upload, now=now, actor=actor))


def keep_notice(upload: UploadedFile[Any] | Path, *, now: datetime, actor: str) -> Notice:
    """Freeze a paper. Raises UnusableExhibit."""
    frozen = draft_exhibit(upload, kind=KIND, source="", caption="", added_at=now, added_by=actor)
    return Notice(frozen.sha256, frozen.name, frozen.file_type)


def notice_path(disruption: Disruption) -> Path | None:
    """Where a disruption's paper lies, if it has one."""
    path = exhibit_path(disruption.notice_sha256) if disruption.notice_sha256 else None
    return path if path and path.exists() else None
