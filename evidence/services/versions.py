"""A version on its way through the workers: free, taken by one, made or failed; whatever case it tells."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import Q

from evidence.models import BundleState, Version
from evidence.services.building import Outcome

SILENCE = timedelta(minutes=6)  # without a sign of work for so long, a version's worker is taken for dead
MAX_ATTEMPTS = 3
Made = TypeVar("Made", bound=Version)
Report = dict[str, Any]


def free_versions(model: type[Version], now: datetime) -> list[int]:
    """Those that no worker works on: queued, or with a worker that has gone silent; the oldest first."""
    rows: models.QuerySet[Version] = model._default_manager.filter(_is_free(now))
    return list(rows.order_by("requested_at", "pk").values_list("pk", flat=True))


def _is_free(now: datetime) -> Q:
    return Q(state=BundleState.QUEUED) | Q(state=BundleState.RUNNING, heartbeat_at__lt=now - SILENCE)


def take_version(model: type[Made], pk: int, now: datetime) -> Made | None:
    """Take one for this worker; None where another one has it, or too many were lost over it."""
    with transaction.atomic():
        rows = model._default_manager.select_for_update(of=("self",))
        version: Made | None = rows.filter(_is_free(now), pk=pk).first()
        if version is None:
            return None
        version.attempts += 1
        version.state, version.heartbeat_at, version.progress = BundleState.RUNNING, now, 0
        if version.attempts > MAX_ATTEMPTS:
            version.state, version.error = BundleState.FAILED, "its worker was lost each time"
        version.save()
    return version if version.state == BundleState.RUNNING else None


def make_version(
    version: Version, make: Callable[[Callable[[int], None]], tuple[Outcome, Report]], clock: Callable[[], datetime]
) -> None:
    """Let `make` make its files, with a sign of work at each step; what goes wrong is kept on the row, and raised."""
    # A worker that was taken for dead and is not has lost the row to the next attempt.
    rows = type(version)._default_manager
    mine = rows.filter(pk=version.pk, attempts=version.attempts, state=BundleState.RUNNING)

    def note_progress(percent: int) -> None:
        mine.update(progress=percent, heartbeat_at=clock())

    try:
        outcome, report = make(note_progress)
    except Exception as error:
        mine.update(state=BundleState.FAILED, error=f"{error}"[:2000] or type(error).__name__)
        raise
    first = outcome.files[0]
    mine.update(
        state=BundleState.READY,
        progress=100,
        heartbeat_at=clock(),
        file=first["file"],
        sha256=first["sha256"],
        size=first["size"],
        pages=first["pages"],
        files=outcome.files,
        inputs=outcome.inputs,
        report=report,
        error="",
    )
