"""Runs of one deed for many orders: begun, worked on by whoever is free, stopped, and taken back.

Each order is a transaction of its own, with the mark that it is done: a worker that dies leaves the others to the
next one, and none is done twice.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import Count, Q

from disputes.bulk_deeds import DEEDS
from disputes.deeds import Verdict
from disputes.models import BulkItem, BulkItemState, BulkKind, BulkRun, BulkState
from orders.models import Membership, Order, Store, User
from orders.roles import Role

logger = logging.getLogger(__name__)

MOST_ORDERS = 1000  # of one run: what a person can look over in a preview
MAX_ATTEMPTS = 3  # at one order, where the database stumbles over others that work on it
CHUNK = 20  # orders between two looks at whether the run was stopped
SILENCE = timedelta(minutes=2)  # without a sign of work for so long, a run's worker is taken for dead
WORKERS = [Role.OWNER, Role.AGENT]
# What a worker finds waiting, what it is while he works, what it is afterwards, and which of its orders he takes.
STEPS = {
    BulkState.QUEUED: (BulkState.RUNNING, BulkState.DONE, BulkItemState.WAITING),
    BulkState.UNDO_QUEUED: (BulkState.UNDOING, BulkState.UNDONE, BulkItemState.DONE),
}
WAITING_AS = {at_work: waiting for waiting, (at_work, _after, _items) in STEPS.items()}


class NotPossible(ValueError):
    """The run is past what was asked of it; the message says what it is now."""


def start_runs(
    user: User, kind: BulkKind, params: Mapping[str, Any], orders: Iterable[Order], *, token: UUID, now: datetime
) -> list[BulkRun]:
    """Ask for the deed on these orders, one run for each of their stores; the same token again gives the same runs.

    Only orders of stores in which the user works are taken, and `MOST_ORDERS` at most. `now` is in UTC.
    """
    by_store: dict[Store, list[Order]] = {}
    for order in list(orders)[:MOST_ORDERS]:
        if _works_in(user, order.store):
            by_store.setdefault(order.store, []).append(order)
    return [_start(user, store, kind, params, found, token, now) for store, found in by_store.items()]


def _works_in(user: User | None, store: Store) -> bool:
    if user is None or not user.is_active:
        return False
    return Membership.objects.filter(store=store, user=user, role__in=WORKERS).exists()


def _start(
    user: User,
    store: Store,
    kind: BulkKind,
    params: Mapping[str, Any],
    orders: Sequence[Order],
    token: UUID,
    now: datetime,
) -> BulkRun:
    with transaction.atomic():
        asked = {"user": user, "kind": kind, "params": dict(params), "made_at": now}
        run, is_new = BulkRun.objects.get_or_create(store=store, token=token, defaults=asked)
        if is_new:
            BulkItem.objects.bulk_create(
                BulkItem(run=run, order=order, position=place) for place, order in enumerate(orders)
            )
    made: BulkRun = run
    return made


def cancel_run(run_id: int, *, now: datetime) -> None:
    """Stop it after the order that is being worked on. Raises NotPossible when it is over already."""
    under_way = BulkRun.objects.filter(pk=run_id, state__in=[BulkState.QUEUED, BulkState.RUNNING])
    if not under_way.update(state=BulkState.CANCELLED, ended_at=now):
        raise NotPossible("the run is over already")


def undo_run(run_id: int, user: User) -> None:
    """Take back what it did, as far as that is possible, in the name of whoever asks for it.

    Raises NotPossible while it runs, or where nothing can be.
    """
    with transaction.atomic():
        run: BulkRun = BulkRun.objects.select_for_update().get(pk=run_id)
        if run.state not in {BulkState.DONE, BulkState.CANCELLED} or not DEEDS[run.kind].is_undoable:
            raise NotPossible(f"a run that is {run.state} cannot be taken back")
        run.state, run.undone_by, run.heartbeat_at, run.ended_at = BulkState.UNDO_QUEUED, user, None, None
        run.save(update_fields=["state", "undone_by", "heartbeat_at", "ended_at"])


def waiting_runs(now: datetime) -> list[int]:
    """Runs that nobody works on: those asked for, and those whose worker has gone silent."""
    silent = Q(state__in=list(WAITING_AS), heartbeat_at__lt=now - SILENCE)
    return list(BulkRun.objects.filter(silent | Q(state__in=list(STEPS))).order_by("pk").values_list("pk", flat=True))


def count_items(run: BulkRun) -> dict[str, int]:
    """How many of its orders stand where."""
    rows = BulkItem.objects.filter(run=run).order_by().values_list("state").annotate(count=Count("pk"))
    return dict(rows)


def work_on(run_id: int, clock: Callable[[], datetime], *, until: datetime) -> int:
    """Go on with a run until it is through, stopped, or the time budget ends at `until`; says how many orders it did.

    A second worker that is sent for the same run finds it taken. Raises BulkRun.DoesNotExist.
    """
    run = _take(run_id, clock())
    if run is None:
        return 0
    step, count = BulkState(run.state), 0
    _at_work, after, wanted = STEPS[WAITING_AS[step]]
    while items := list(BulkItem.objects.filter(run=run, state=wanted).values_list("pk", flat=True)[:CHUNK]):
        if clock() >= until:
            _move(run, step, WAITING_AS[step], clock())  # another turn takes it up at once
            return count
        for pk in items:
            _work_on_item(run, pk, wanted, clock())
        count += len(items)
        if not _move(run, step, step, clock()):
            return count  # somebody stopped it
    _move(run, step, after, clock())
    return count


def _take(run_id: int, now: datetime) -> BulkRun | None:
    with transaction.atomic():
        runs = BulkRun.objects.select_for_update(of=("self",)).select_related("store", "user", "undone_by")
        run: BulkRun = runs.get(pk=run_id)
        silent = run.heartbeat_at is None or run.heartbeat_at < now - SILENCE
        if run.state not in STEPS and not (run.state in WAITING_AS and silent):
            return None
        if not _works_in(_in_whose_name(run), run.store):
            run.state, run.error, run.ended_at = BulkState.CANCELLED, "no_worker", now
            run.save()
            return None
        run.state = STEPS[BulkState(run.state)][0] if run.state in STEPS else run.state
        run.heartbeat_at = now
        run.save()
    return run


def _in_whose_name(run: BulkRun) -> User | None:
    """Who stands behind what is being done: one who asked, or another who takes it back."""
    is_back = run.state in {BulkState.UNDO_QUEUED, BulkState.UNDOING}
    user: User | None = (run.undone_by or run.user) if is_back else run.user  # an older version notes no undone_by
    return user


def _move(run: BulkRun, before: BulkState, after: BulkState, now: datetime) -> bool:
    """Give a sign of life, and another state where there is one; false when somebody else changed it."""
    values: dict[str, Any] = {"state": after, "heartbeat_at": now}
    if after in {BulkState.DONE, BulkState.UNDONE}:
        values["ended_at"] = now
    return BulkRun.objects.filter(pk=run.pk, state=before).update(**values) == 1


def _work_on_item(run: BulkRun, pk: int, wanted: BulkItemState, now: datetime) -> None:
    """Raises OperationalError where the database is gone altogether: then the order waits for the next worker."""
    try:
        for _attempt in range(MAX_ATTEMPTS - 1):
            try:
                return _settle_item(run, pk, wanted, now)
            except OperationalError as error:  # a deadlock, or a wait for too long: nothing of it was done
                logger.warning("bulk run %s: item %s is tried again: %s", run.pk, pk, error)
        _settle_item(run, pk, wanted, now)
    except Exception:
        # The one broad net: an order that cannot be worked on is told, and the others go on.
        logger.exception("bulk run %s: item %s", run.pk, pk)
        BulkItem.objects.filter(pk=pk, state=wanted).update(state=BulkItemState.FAILED, reason="failed", done_at=now)


def _settle_item(run: BulkRun, pk: int, wanted: BulkItemState, now: datetime) -> None:
    with transaction.atomic():
        # Under the run's lock: what was stopped or taken back meanwhile gets nothing more done.
        run_now = BulkRun.objects.select_for_update().filter(pk=run.pk, state=run.state).first()
        item: BulkItem = BulkItem.objects.select_for_update().get(pk=pk)
        if run_now and item.state == wanted:
            (_undo if wanted == BulkItemState.DONE else _do)(run, item, now)
            item.save()


def _do(run: BulkRun, item: BulkItem, now: datetime) -> None:
    verdict: Verdict = DEEDS[run.kind](run.params).do(item.order_id, now=now, actor=str(run.user_id))
    item.state = BulkItemState.DONE if verdict.is_done else BulkItemState.SKIPPED
    item.rule, item.reason, item.data, item.done_at = verdict.rule, verdict.reason[:200], verdict.data, now


def _undo(run: BulkRun, item: BulkItem, now: datetime) -> None:
    actor = str(run.undone_by_id or run.user_id)
    is_undone = DEEDS[run.kind](run.params).undo(item.order_id, item.data, now=now, actor=actor)
    item.state, item.done_at = BulkItemState.UNDONE if is_undone else BulkItemState.KEPT, now
