"""Rehearsals that were asked for on a page: queued, played in a process of their own, called off, their result kept."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import F, Q, QuerySet

from disputes.models import PolicyChange, Rehearsal, RehearsalSource, RehearsalState
from disputes.rehearsal_process import Answer, Child, Played, RehearsalBroke, Request, Sums, rehearsal_child
from disputes.rehearsal_sources import Source, file_source, is_scenario, own_orders
from disputes.rehearsing import RuleSet
from disputes.replaying import summarise
from disputes.scenarios import UnusableScenario
from orders.importing.files import UnusableFile
from orders.models import Store, User
from orders.policies import UnusablePolicy

CHUNK = 20  # orders to the process at a time: after each it is seen whether somebody called it off
SILENCE = timedelta(minutes=5)
MAX_ATTEMPTS = 2
LONGEST = timedelta(minutes=15)  # a worker has other things to do

State = RehearsalState
logger = logging.getLogger(__name__)


class RehearsalNotPossible(ValueError):
    """It cannot be rehearsed; the message says why and what to do."""


def ask_rehearsal(
    store: Store,
    user: User,
    *,
    upload: "UploadedFile[bytes] | None",
    rules: RuleSet,
    now: datetime,
    compare: RuleSet | None = None,
    change: PolicyChange | None = None,
    timezone: str = "",
    until: datetime | None = None,
) -> Rehearsal:
    """Queue a rehearsal of a file, or without one of the store's own orders. Raises RehearsalNotPossible.

    `compare` are rules that are played beside `rules`. `until` (UTC) is where the clock stops, by default `now`.
    """
    running = Rehearsal.objects.filter(store=store, state__in=[State.QUEUED, State.RUNNING])
    if running.exists():
        raise RehearsalNotPossible("another rehearsal of this store is under way: wait for it, or call it off")
    rehearsal = Rehearsal(
        store=store,
        user=user,
        change=change,
        source=RehearsalSource.ORDERS,
        timezone=timezone or store.current_policy.platform_zone,
        policy_name=rules.policy_name,
        rules=_rules_as_json(rules),
        rules_now=_rules_as_json(compare) if compare else None,
        until=until or now,
        asked_at=now,
    )
    if upload is not None:
        _keep(rehearsal, upload)
    rehearsal.save()
    if rehearsal.file and is_scenario(Path(rehearsal.file.path)):
        rehearsal.source = RehearsalSource.SCENARIO
        rehearsal.save(update_fields=["source"])
    return rehearsal


def _rules_as_json(rules: RuleSet) -> dict[str, Any]:
    return {"version": rules.version, "overrides": rules.overrides}


def _keep(rehearsal: Rehearsal, upload: "UploadedFile[bytes]") -> None:
    size = upload.size or 0
    if not 0 < size <= settings.IMPORT_MAX_BYTES:
        limit = settings.IMPORT_MAX_BYTES // 1_000_000
        raise RehearsalNotPossible(f"{upload.name}: choose a file that is not empty and at most {limit} MB")
    rehearsal.name = Path(upload.name or "file").name[:200]
    upload.name = f"{rehearsal.store.slug}{Path(rehearsal.name).suffix[:10]}"
    rehearsal.source, rehearsal.file = RehearsalSource.FILE, upload


def cancel_rehearsal(rehearsal_id: int, *, now: datetime) -> bool:
    """Call a rehearsal off that is not over; whether it was not. Its process ends with the orders that it is at."""
    waiting = Rehearsal.objects.filter(pk=rehearsal_id, state__in=[State.QUEUED, State.RUNNING])
    is_cancelled = bool(waiting.update(state=State.CANCELLED, finished_at=now))
    _drop_files(Rehearsal.objects.filter(pk=rehearsal_id))
    return is_cancelled


def forget_rehearsals(store: Store, *, since: datetime, now: datetime) -> int:
    """Delete the uploads of a store's rehearsals since an instant (UTC), and what their results quote; sums stay.

    One that is under way is called off: nobody can say whom it names. Returns how many results quoted something.
    """
    rows = Rehearsal.objects.filter(store=store, asked_at__gte=since)
    rows.filter(state__in=[State.QUEUED, State.RUNNING]).update(state=State.CANCELLED, finished_at=now)
    _drop_files(rows)
    count = 0
    for row in rows.exclude(report={}):
        quoted = {name: row.report.get(name) for name in ("rejected", "answers", "broken")}
        if any(quoted.values()):
            row.report |= {name: [] for name in quoted}
            row.save(update_fields=["report"])
            count += 1
    return count


def _drop_files(rows: QuerySet[Rehearsal]) -> None:
    """The uploads of what is over: nobody plays them again, and buyers stand in them."""
    for row in rows.exclude(file="").exclude(state__in=[State.QUEUED, State.RUNNING]):
        row.file.delete(save=False)
        Rehearsal.objects.filter(pk=row.pk).update(file="")


def waiting_rehearsals(now: datetime) -> list[int]:
    """The rehearsals that no worker works on."""
    return list(Rehearsal.objects.filter(_free(now)).order_by("pk").values_list("pk", flat=True))


def _free(now: datetime) -> Q:
    return Q(state=State.QUEUED) | Q(state=State.RUNNING, heartbeat_at__lt=now - SILENCE)


def run_rehearsal(rehearsal_id: int, clock: Callable[[], datetime]) -> None:
    """Play a rehearsal from beginning to end, once: a second worker that is sent for the same finds it taken."""
    now = clock()
    taken = Rehearsal.objects.filter(_free(now), pk=rehearsal_id)
    if not taken.update(state=State.RUNNING, heartbeat_at=now, attempts=F("attempts") + 1):
        return
    rehearsal: Rehearsal = Rehearsal.objects.select_related("store").get(pk=rehearsal_id)
    try:
        if rehearsal.attempts > MAX_ATTEMPTS:
            raise RehearsalNotPossible("the workers broke down over it: try a smaller file")
        report = _play(rehearsal, clock)
    except (UnusableFile, UnusablePolicy, UnusableScenario, RehearsalNotPossible, RehearsalBroke) as error:
        _end(rehearsal, State.FAILED, clock(), error=str(error).replace(Path(str(rehearsal.file)).name, rehearsal.name))
    except Exception as error:
        logger.exception("rehearsal %s broke off", rehearsal_id)
        _end(rehearsal, State.FAILED, clock(), error=f"{type(error).__name__}: {error}")
    else:
        if report is not None:
            _end(rehearsal, State.DONE, clock(), report=report)


def _end(rehearsal: Rehearsal, state: RehearsalState, now: datetime, **values: Any) -> None:
    mine = Rehearsal.objects.filter(pk=rehearsal.pk, state=State.RUNNING)
    mine.update(state=state, finished_at=now, **values)
    _drop_files(Rehearsal.objects.filter(pk=rehearsal.pk))


def _play(rehearsal: Rehearsal, clock: Callable[[], datetime]) -> dict[str, Any] | None:
    """The report, or None when somebody called it off."""
    source = _source(rehearsal)
    if source.total > settings.REHEARSAL_MAX_ORDERS:
        most = settings.REHEARSAL_MAX_ORDERS
        raise RehearsalNotPossible(f"{source.total} rows are too many: rehearse at most {most} at a time")
    rules = _rule_sets(rehearsal, source)
    until, give_up_at = (source.until or rehearsal.until), clock() + LONGEST
    total = Answer([{} for _ in rules], [[] for _ in rules], [])
    done = 0
    with rehearsal_child() as child:
        for chunk in _chunks(source.orders):
            _add(total, _ask(child, chunk, rules, until, in_full=source.is_one))
            done += len(chunk)
            if not _note_progress(rehearsal, done, source.total, clock()):
                return None
            if clock() > give_up_at:
                raise RehearsalNotPossible(f"it took too long, and was ended after {done} orders: rehearse fewer")
    return _report(total, source)


def _source(rehearsal: Rehearsal) -> Source:
    if rehearsal.source == RehearsalSource.ORDERS:
        return own_orders(rehearsal.store, until=rehearsal.until)
    return file_source(Path(rehearsal.file.path), timezone=rehearsal.timezone)


def _rule_sets(rehearsal: Rehearsal, source: Source) -> list[RuleSet]:
    """The rules to play: a scenario that names another pack is played by that pack alone."""
    if source.policy_name and source.policy_name != rehearsal.policy_name:
        return [RuleSet(source.policy_name)]
    sets = [rehearsal.rules, rehearsal.rules_now] if rehearsal.rules_now else [rehearsal.rules]
    return [RuleSet(rehearsal.policy_name, rules["version"], rules["overrides"]) for rules in sets]


def _chunks(orders: Iterable[Played]) -> Iterator[list[Played]]:
    left = iter(orders)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


def _ask(child: Child, chunk: list[Played], rules: list[RuleSet], until: datetime, *, in_full: bool) -> Answer:
    return child.ask(Request(chunk, rules, until, in_full=in_full))


def _add(total: Answer, answer: Answer) -> None:
    total.broken += answer.broken
    for number, sums in enumerate(answer.sums):
        for name, counter in sums.items():
            total.sums[number].setdefault(name, Counter()).update(counter)
        total.answers[number] += answer.answers[number]


def _note_progress(rehearsal: Rehearsal, done: int, total: int, now: datetime) -> bool:
    """Whether it is still wanted."""
    running = Rehearsal.objects.filter(pk=rehearsal.pk, state=State.RUNNING)
    return bool(running.update(orders_done=done, orders_total=max(total, done), heartbeat_at=now))


def _report(total: Answer, source: Source) -> dict[str, Any]:
    return {
        "results": [summarise(_complete(sums)) for sums in total.sums],
        "answers": [answers[0] for answers in total.answers if answers],
        "rejected": [error.as_json() for error in source.rejected],
        "broken": total.broken,
    }


def _complete(sums: Sums) -> Sums:
    return {name: sums.get(name, Counter()) for name in ("states", "milestones", "messages", "violations")}
