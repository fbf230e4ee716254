"""Whether the program is alive (`/health/live`), and whether it can work (`/health/ready`)."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from desk.broker import broker_answers
from desk.selectors.alarms import ROOM
from disputes.models import Heartbeat

MOST_SWEEP_AGE = 120  # seconds


@never_cache
@require_safe
def show_health(_request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def show_readiness(_request: HttpRequest) -> JsonResponse:
    """What works, part by part; 503 when a part does not."""
    problems = {name: check() for name, check in CHECKS.items()}
    parts = {name: problem or "ok" for name, problem in problems.items()}
    return JsonResponse(parts, status=503 if any(problems.values()) else 200)


def _check_database() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "does not answer"
    return f"{len(waiting)} migrations wait: run manage.py migrate" if waiting else ""


def _check_broker() -> str:
    return "" if broker_answers() else "does not answer"


def _check_sweep() -> str:
    try:
        at = Heartbeat.objects.filter(name="sweep").values_list("at", flat=True).first()
    except DatabaseError:
        return "not known"
    if at is None:
        return "has not run yet: start a worker and beat"
    age = (timezone.now() - at).total_seconds()
    return f"last ran {age:.0f} s ago: look after worker and beat" if age > MOST_SWEEP_AGE else ""


def _check_files() -> str:
    """Whether uploads, mails and bundles can be kept; where the folder lies is nobody else's."""
    folder = Path(settings.MEDIA_ROOT).absolute()
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not os.access(there, os.W_OK):
        return "cannot be written: look after the rights of MEDIA_ROOT"
    return "the disk is full: make room where MEDIA_ROOT lies" if shutil.disk_usage(there).free < ROOM else ""


CHECKS: dict[str, Callable[[], str]] = {
    "database": _check_database,
    "broker": _check_broker,
    "sweep": _check_sweep,
    "files": _check_files,
}
