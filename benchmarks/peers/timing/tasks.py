"""The doors of the queues to the same work; django-q2 calls it by its name."""

from celery import shared_task
from procrastinate.contrib.django import app as procrastinate

from benchmarks.peers.timing.working import work


@shared_task(name="work_by_celery")
def work_by_celery(pk: int) -> None:
    """For Celery, whoever sent it."""
    work(pk)


@procrastinate.task(name="work_by_procrastinate")
def work_by_procrastinate(pk: int) -> None:
    """For procrastinate."""
    work(pk)
