"""Whether the program is alive (`/healthz`), and whether it can work (`/readyz`)."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.broker import broker_answers
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
    checks: dict[str, Callable[[], str]] = {"database": _check_database, "broker": _check_broker, "sweep": _check_sweep}
    problems = {name: check() for name, check in checks.items()}
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
