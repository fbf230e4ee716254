"""When each person gets the day's digest, and the week's figures: at his hour on his clock, each once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from messaging.models import NoticeKind, TeamNotice
from messaging.services.team import queue_notices
from orders.models import Membership, User
from orders.roles import Role
from orders.zones import known_zone

LATE = timedelta(hours=6)  # after his hour: what comes later is no morning paper any more
WEEK_LATE = timedelta(days=2)  # the week's figures are still of use on Tuesday
WEEK_HOUR = 9  # of who gets no digest
WORKERS = {Role.OWNER, Role.AGENT}


@dataclass
class _Worker:
    """Who works in a store: his own clock, else that of the first store that he may look at, and his stores' clocks."""

    user: User
    zone: ZoneInfo
    works_in: list[ZoneInfo] = field(default_factory=list)


def plan_digests(now: datetime) -> int:
    """Queue the digests whose hour has come; returns how many were offered. Who only looks on gets none."""
    return _queue(_due_digests(now), NoticeKind.DIGEST)


def plan_weeks(now: datetime) -> int:
    """Queue the week's figures on Monday, for who has not switched them off; returns how many were offered.

    The row says that it was done: a sweep that comes again, or late after an outage, sends none twice.
    """
    return _queue(_due_weeks(now), NoticeKind.WEEK)


def _queue(notices: Iterable[TeamNotice], kind: NoticeKind) -> int:
    offered = list(notices)
    rows = TeamNotice.objects.filter(kind=kind, person__in=[notice.person_id for notice in offered])
    known = set(rows.values_list("person_id", "key")) if offered else set()
    return queue_notices(notice for notice in offered if (notice.person_id, notice.key) not in known)


def _due_digests(now: datetime) -> Iterator[TeamNotice]:
    for worker in _workers():
        if worker.user.digest_hour is not None:
            at = _last_at(worker.user.digest_hour, worker.zone, now)
            yield from _due(worker.user, NoticeKind.DIGEST, at, f"digest {at:%Y-%m-%d}", now, late=LATE)


def _due_weeks(now: datetime) -> Iterator[TeamNotice]:
    """At his hour on his Monday, or later, once Sunday is over on the clock of each store that he works in."""
    for worker in _workers():
        if worker.user.weekly_summary:
            hour = WEEK_HOUR if worker.user.digest_hour is None else worker.user.digest_hour
            today = _today_at(hour, worker.zone, now)
            monday = today - timedelta(days=today.weekday())
            begins = [datetime.combine(monday.date(), time(), zone) for zone in worker.works_in]
            at = max(instant.astimezone(UTC) for instant in (monday, *begins))
            yield from _due(worker.user, NoticeKind.WEEK, at, f"week {monday:%Y-%m-%d}", now, late=WEEK_LATE)


def _due(
    user: User, kind: NoticeKind, at: datetime, key: str, now: datetime, *, late: timedelta
) -> Iterator[TeamNotice]:
    if at <= now < at + late and at > user.date_joined:
        yield TeamNotice(person=user, kind=kind, key=key, raised_at=now, next_attempt_at=now)


def _workers() -> Iterable[_Worker]:
    members = Membership.objects.filter(user__is_active=True)
    found: dict[int, _Worker] = {}
    for member in members.select_related("user", "store").order_by("store__name", "store_id"):
        zone = _zone(member.user.timezone, member.store.timezone)
        worker = found.setdefault(member.user_id, _Worker(member.user, zone))
        if member.role in WORKERS:
            worker.works_in.append(_zone(member.store.timezone))
    return [worker for worker in found.values() if worker.works_in]


def _zone(*names: str) -> ZoneInfo:
    return ZoneInfo(next(name for name in (*names, "UTC") if name and known_zone(name)))


def _last_at(hour: int, zone: ZoneInfo, now: datetime) -> datetime:
    """The last time that it struck his hour: before tonight's comes, an outage may have kept last night's back."""
    today = _today_at(hour, zone, now)
    return today if today <= now else today - timedelta(days=1)


def _today_at(hour: int, zone: ZoneInfo, now: datetime) -> datetime:
    return now.astimezone(zone).replace(hour=hour, minute=0, second=0, microsecond=0)
