"""A version on its way through the workers: free, taken by one, made or failed; whatever case it tells."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Cast

from evidence.models import Appeal, Bundle, BundleState, Version
from evidence.services.building import LOST, Outcome

SILENCE = timedelta(minutes=6)  # without a sign of work for so long, a version's worker is taken for dead
MAX_ATTEMPTS = 3
VERSIONS: tuple[type[Version], ...] = (Bundle, Appeal)
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
    is_mine = mine.update(
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
    if not is_mine and not rows.filter(pk=version.pk).exists():  # erased meanwhile; another attempt's are not touched
        remove_files(_names(outcome.files))


def remove_files(names: Iterable[str]) -> None:
    """Remove published files, by their names below MEDIA_ROOT. Those that a version still names stay.

    Equal cases share their files, and others a picture. Raises OSError.
    """
    for name in {*names} - {""}:
        if not _is_named(name):
            (Path(settings.MEDIA_ROOT) / name).unlink(missing_ok=True)


def _is_named(name: str) -> bool:
    is_named = Q(file=name) | Q(told__contains=name)
    rows = (model._default_manager.annotate(told=Cast("files", models.TextField())) for model in VERSIONS)
    return any(found.filter(is_named).exists() for found in rows)


def remove_orphaned_files(now: datetime) -> int:
    """Remove yesterday's published files that no version names: their worker died too early. Returns how many."""
    media = Path(settings.MEDIA_ROOT)
    old = [path for path in media.glob("bundles/*/*") if _is_old(path, now)]
    named = _named_files() if old else set()
    # Looked at again: a worker that found its file there already has made it young before it names it.
    gone = [path for path in old if str(path.relative_to(media)) not in named and _is_old(path, now)]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _is_old(path: Path, now: datetime) -> bool:
    with suppress(FileNotFoundError):  # somebody else was faster
        return path.stat().st_mtime <= (now - LOST).timestamp()
    return False


def _named_files() -> set[str]:
    rows = (model._default_manager.order_by().values_list("file", "files") for model in VERSIONS)
    return {name for found in rows for first, files in found.iterator() for name in (first, *_names(files))}


def _names(files: Iterable[dict[str, Any]]) -> list[str]:
    return [file["file"] for file in files]
