"""Prazo itself in the race: its own Celery worker with two processes, woken every second as its clock would."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from benchmarks.processes import running
from benchmarks.timers.measuring import Pace, race
from benchmarks.timers.peers import Ground
from benchmarks.timers.seeding import make_due
from disputes.tasks import sweep
from messaging.models import Message, MessageState
from messaging.vocabulary import Purpose
from orders.models import Milestone, Order, TimelineEvent
from orders.models.claims import Claimable, ClaimState
from orders.models.milestones import MilestoneState
from orders.models.timeline import EventKind
from orders.planning import MilestoneKind
from orders.services.verification import verify_timeline

WORKER = [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "2"]
QUIET = ["--without-gossip", "--without-mingle", "--loglevel", "ERROR"]
# The date whose effect in the database is the order's line on its timeline, and no more.
LINE_ONLY = MilestoneKind.PROMISE_END
WITH_MAIL = MilestoneKind.CONTACT_30


@contextmanager
def working(ground: Ground) -> Iterator[list[int]]:
    """A worker that is ready; gives the processes whose CPU time counts."""
    ground.empty_broker()
    with running([*WORKER, *QUIET], environment=os.environ, log=ground.folder / "ours.log") as processes:
        time.sleep(6)
        yield [*(process.pid for process in processes), *ground.charged]


def fire_rows(ground: Ground, *, due: int, limit: float) -> Pace:
    """So many milestones fall due; each is looked at again under its order's lock, marked, and written in the chain."""
    with working(ground) as charged:
        make_due(LINE_ONLY, due, now=timezone.now())
        pace = race(lambda: due - _left(Milestone), total=due, limit=limit, charged=charged, nudge=sweep.delay)
    _check_lines(LINE_ONLY)
    return pace


def fire_and_mail(ground: Ground, *, due: int, limit: float) -> Pace:
    """So many buyers are due their first contact: fired, written, checked again, kept as proof, mailed and marked."""
    with working(ground) as charged:
        make_due(WITH_MAIL, due, now=timezone.now())
        sent = Message.objects.filter(state=MessageState.SENT, purpose=Purpose.CONTACT_30)
        before = sent.count()

        def halves() -> int:
            """Firing and mailing are half the work each: what is only fired is half done."""
            unfired = _left(Milestone)  # first: what fires meanwhile is counted as unsent, and not as done
            return due - unfired - (_left(Message) + 1) // 2

        pace = race(halves, total=due, limit=limit, charged=charged, nudge=sweep.delay)
    if pace.done and not _left(Milestone) + _left(Message) and sent.count() - before != due:
        raise AssertionError(f"{due} were due, {sent.count() - before} were sent")
    _check_lines(WITH_MAIL)
    return pace


def send_rows(ground: Ground, *, due: int, limit: float) -> Pace:
    """So many messages are due that were queued before: checked again, kept as proof, mailed and marked."""
    ids = list(Message.objects.filter(state=MessageState.SENT).values_list("pk", flat=True)[:due])
    past = timezone.now() - timedelta(seconds=1)
    Message.objects.filter(pk__in=ids).update(state=MessageState.PENDING, next_attempt_at=past, sent_at=None)
    with working(ground) as charged:
        return race(lambda: len(ids) - _left(Message), total=len(ids), limit=limit, charged=charged, nudge=sweep.delay)


def _left(model: type[Claimable]) -> int:
    """What is due and not done, by the sweep's own indexes: to watch costs the watched next to nothing."""
    rows = model._default_manager.order_by()
    waiting = rows.filter(state=ClaimState.PENDING, next_attempt_at__lt=timezone.now())
    return int(waiting.count() + rows.filter(state=ClaimState.CLAIMED).count())


def _check_lines(kind: MilestoneKind) -> None:
    """Every milestone that fired stands on its order's timeline, once, and the chains hold."""
    fired = Milestone.objects.filter(kind=kind, state=MilestoneState.FIRED).count()
    lines = TimelineEvent.objects.filter(kind=EventKind.MILESTONE, type=kind)
    if not fired == lines.count() == lines.values("order").distinct().count():
        raise AssertionError(f"{fired} milestones fired, {lines.count()} stand on a timeline")
    for order in Order.objects.filter(milestones__kind=kind, milestones__state=MilestoneState.FIRED)[:50]:
        if trouble := verify_timeline(order):
            raise AssertionError(f"the chain of {order} is broken: {trouble}")
    connection.close()
