"""Prepares a peer's rows or sends its tasks, for the process that measures."""

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import django
from django.core.management import call_command
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.peers.settings")
django.setup()

from django_celery_beat.models import ClockedSchedule, PeriodicTask, PeriodicTasks  # noqa: E402  after django.setup()
from django_q.models import Schedule  # noqa: E402

from benchmarks.peers.celery import app as celery  # noqa: E402
from benchmarks.peers.timing.models import Timer  # noqa: E402
from benchmarks.peers.timing.tasks import work_by_celery  # noqa: E402

TABLES = [
    "timing_timer",
    "procrastinate_jobs",
    "django_q_schedule",
    "django_q_task",
    "django_celery_beat_periodictask",
    "django_celery_beat_clockedschedule",
]
FAR = "now() + interval '1 day' + n * interval '1 second'"


def prepare(due: int, future: int) -> None:
    """An empty database with rows that fell due a second ago, the rest a day ahead and later."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    _run(
        f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE",
        f"INSERT INTO timing_timer (due_at, is_done) SELECT now() - interval '1 second', false"
        f" FROM generate_series(1, {due})",
        f"INSERT INTO timing_timer (due_at, is_done) SELECT {FAR}, false FROM generate_series(1, {future}) n",
    )
    _settle("timing_timer")


def send_rows(limit: int) -> None:
    """What a periodic task would do: one Celery task for each row that is due."""
    due = Timer.objects.filter(is_done=False, due_at__lte=datetime.now(UTC)).order_by("due_at")
    ids = list(due.values_list("pk", flat=True)[:limit])
    with celery.producer_pool.acquire(block=True) as producer:
        for pk in ids:
            work_by_celery.apply_async((pk,), producer=producer)


def send_etas(limit: int, seconds: float, future: int) -> str:
    """One Celery task for each row, sent ahead of its time: some a day ahead, then those that are due at once.

    Says when they are due: so many seconds after the first of them was sent.
    """
    ids = list(Timer.objects.order_by("pk").values_list("pk", flat=True)[: limit + future])
    with celery.producer_pool.acquire(block=True) as producer:
        for pk in ids[limit:]:
            work_by_celery.apply_async((pk,), eta=datetime.now(UTC) + timedelta(days=1), producer=producer)
        due_at = datetime.now(UTC) + timedelta(seconds=seconds)
        for pk in ids[:limit]:
            work_by_celery.apply_async((pk,), eta=due_at, producer=producer)
    return due_at.isoformat()


def clock_rows(limit: int, seconds: float, future: int) -> str:
    """django-celery-beat's one-off tasks, a clock for each; so many are due in some seconds, the others a day later."""
    _clock(range(limit, limit + future), datetime.now(UTC) + timedelta(days=1))
    due_at = datetime.now(UTC) + timedelta(seconds=seconds)
    _clock(range(limit), due_at)
    PeriodicTasks.update_changed()
    return due_at.isoformat()


def _clock(numbers: range, at: datetime) -> None:
    for batch in (numbers[start : start + 2000] for start in range(0, len(numbers), 2000)):
        clocks = ClockedSchedule.objects.bulk_create([ClockedSchedule(clocked_time=at) for _ in batch])
        PeriodicTask.objects.bulk_create(
            PeriodicTask(name=f"t{n}", task="work_by_celery", args=json.dumps([n + 1]), clocked=clock, one_off=True)
            for n, clock in zip(batch, clocks, strict=True)
        )


def defer_rows(due: int, future: int) -> None:
    """procrastinate's jobs: the future ones first, as they come to be in a program that plans a month ahead."""
    job = "'default', 0, 'work_by_procrastinate', jsonb_build_object('pk', n), 'todo'::procrastinate_job_status"
    insert = "INSERT INTO procrastinate_jobs (queue_name, priority, task_name, args, status, scheduled_at)"
    _run(
        "SET session_replication_role = replica",  # its triggers write events, which cost time and change nothing here
        f"{insert} SELECT {job}, {FAR} FROM generate_series({due} + 1, {due} + {future}) n",
        f"{insert} SELECT {job}, now() - interval '1 second' FROM generate_series(1, {due}) n",
        "SET session_replication_role = DEFAULT",
    )
    _settle("procrastinate_jobs")


def schedule_rows(due: int, future: int) -> None:
    """django-q2's schedules, each for once."""
    table = Schedule._meta.db_table
    insert = f"INSERT INTO {table} (func, args, schedule_type, repeats, next_run, intended_date_kwarg, cluster)"
    func = "'benchmarks.peers.timing.working.work', '(' || n || ',)', 'O', -1"
    _run(
        f"{insert} SELECT {func}, {FAR}, NULL, NULL FROM generate_series({due} + 1, {due} + {future}) n",
        f"{insert} SELECT {func}, now() - interval '1 second', NULL, NULL FROM generate_series(1, {due}) n",
    )
    _settle(table)


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _settle(table: str) -> None:
    _run(f"VACUUM ANALYZE {table}")


VERBS: dict[str, Callable[..., str | None]] = {
    "prepare": prepare,
    "send_rows": send_rows,
    "send_etas": send_etas,
    "clock_rows": clock_rows,
    "defer_rows": defer_rows,
    "schedule_rows": schedule_rows,
}

if __name__ == "__main__":
    verb, *numbers = sys.argv[1:]
    sys.stdout.write(f"{VERBS[verb](*map(int, numbers)) or 'done'}\n")
