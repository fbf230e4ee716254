"""Which deadlines and troubles the team is told of now, and which of those said so before are over (M10)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from disputes.models import ActionItem, ActionState, Dispute, Heartbeat
from disputes.reminding import OF_DISPUTES, Deadline, Rung, farthest, latest, list_rungs
from messaging.channels import Scope
from messaging.models import NoticeKind, TeamChannel, TeamNotice
from messaging.services.team import Team, hears_escalations, hears_work, queue_notices, teams_of
from orders.models import Store
from orders.policies import Policy, UnusablePolicy

EVERY = timedelta(seconds=60)
BATCH = 1000
FRESH = timedelta(hours=12)  # an owner without a channel is not written to about what passed before


def plan_when_due(now: datetime) -> bool:
    """Look for what the team is to be told, once a minute for all workers; whether it was this one's turn."""
    with transaction.atomic():
        beat, is_new = Heartbeat.objects.select_for_update().get_or_create(name="notifying", defaults={"at": now})
        if not is_new and now - beat.at < EVERY:
            return False
        Heartbeat.objects.filter(name="notifying").update(at=now)
    plan_deadlines(now)
    return True


# --- deadlines --------------------------------------------------------------------------------------------------------
@dataclass
class _Listeners:
    """Who listens in the stores, and their policies, read once for a whole look."""

    channels: dict[int, list[TeamChannel]]
    teams: dict[int, Team]
    stores: dict[int, Store]
    policies: dict[tuple[int, int], Policy | None] = field(default_factory=dict)

    def policy(self, store_id: int, version: int) -> Policy | None:
        """The policy that an order of the store pinned; None where it cannot be used, which the start-up check says."""
        key = (store_id, version)
        if key not in self.policies:
            try:
                self.policies[key] = self.stores[store_id].policy_at(version)
            except UnusablePolicy:
                self.policies[key] = None
        return self.policies[key]


def plan_deadlines(now: datetime) -> int:
    """Queue a notice for every step that has come on the way to an open item's deadline. Returns how many."""
    listeners = _listeners()
    queued = 0
    for store in listeners.stores.values():
        for items in _batches(store, now, with_channels=store.pk in listeners.channels):
            queued += queue_notices(_without_known(_notices(store.pk, items, listeners, now)))
    return queued


def _listeners() -> _Listeners:
    stores = Store.objects.in_bulk()
    channels: dict[int, list[TeamChannel]] = {}
    for channel in TeamChannel.objects.filter(is_on=True):
        channels.setdefault(channel.store_id, []).append(channel)
    return _Listeners(channels, teams_of(stores), stores)


def _batches(store: Store, now: datetime, *, with_channels: bool) -> Iterator[list[ActionItem]]:
    """The store's open items that may have come to a step; without a channel only those that an owner must hear of."""
    try:
        before, after = farthest(store.current_policy)
    except UnusablePolicy:
        return
    rows = ActionItem.objects.filter(store=store, state=ActionState.OPEN, due_at__gt=now - after)
    rows = rows.filter(due_at__lte=now + before).exclude(snoozed_until__gt=now).order_by("due_at", "id")
    if not with_channels:
        rows = rows.filter(kind__in=OF_DISPUTES)
    last: ActionItem | None = None
    while True:
        page = rows if last is None else rows.filter(Q(due_at__gt=last.due_at) | Q(due_at=last.due_at, pk__gt=last.pk))
        items = list(page.select_related("order")[:BATCH])
        if items:
            yield items
        if len(items) < BATCH:
            return
        last = items[-1]


def _notices(store_id: int, items: Sequence[ActionItem], listeners: _Listeners, now: datetime) -> Iterator[TeamNotice]:
    deadlines = platform_deadlines(items)
    channels, team = listeners.channels.get(store_id, []), listeners.teams[store_id]
    for item in items:
        policy = listeners.policy(store_id, item.order.policy_version)
        rungs = list_rungs(deadline_of(item, deadlines), policy) if policy else []
        yield from _for_channels(item, rungs, channels, team, now)


def _for_channels(
    item: ActionItem, rungs: list[Rung], channels: list[TeamChannel], team: Team, now: datetime
) -> Iterator[TeamNotice]:
    steps = [rung for rung in rungs if not rung.is_escalation]
    alarms = [rung for rung in rungs if rung.is_escalation]
    is_heard = False
    for channel in channels:
        if not _tells(channel, item):
            continue
        if hears_escalations(channel, team):
            is_heard = True
            if rung := latest(alarms, now=now, since=channel.since):
                yield _notice(item, rung, now, channel=channel)
        if hears_work(channel, team, item.assignee_id) and (rung := latest(steps, now=now, since=channel.since)):
            yield _notice(item, rung, now, channel=channel)
    if not is_heard and item.kind in OF_DISPUTES and (rung := latest(alarms, now=now, since=now - FRESH)):
        yield from (_notice(item, rung, now, person_id=owner) for owner in team.owners)


def _tells(channel: TeamChannel, item: ActionItem) -> bool:
    if channel.scope == Scope.DISPUTES:
        return item.subject.startswith("dispute:")
    return channel.scope == Scope.ALL or item.kind in channel.action_kinds


def _notice(
    item: ActionItem, rung: Rung, now: datetime, *, channel: TeamChannel | None = None, person_id: int | None = None
) -> TeamNotice:
    quiet_end = channel.quiet_end(now) if channel else None
    is_too_late = quiet_end is not None and item.due_at <= quiet_end and item.due_at > now
    return TeamNotice(
        store_id=item.store_id,
        channel=channel,
        person_id=person_id,
        kind=NoticeKind.DEADLINE,
        order_id=item.order_id,
        item=item.pk,
        rung=rung.name,
        is_escalation=rung.is_escalation,
        key=f"{item.pk} {rung.name}",
        raised_at=now,
        next_attempt_at=now if quiet_end is None or is_too_late or rung.is_escalation else quiet_end,
    )


def _without_known(notices: Iterable[TeamNotice]) -> list[TeamNotice]:
    """Those that were not queued before: nothing is told twice for the same step over the same way."""
    offered = list(notices)
    rows = TeamNotice.objects.filter(item__in={notice.item for notice in offered})
    known = set(rows.values_list("channel_id", "person_id", "key")) if offered else set()
    return [notice for notice in offered if (notice.channel_id, notice.person_id, notice.key) not in known]


# --- what items hang on -----------------------------------------------------------------------------------------------
def platform_deadlines(items: Iterable[ActionItem]) -> dict[tuple[int, str], datetime]:
    """The platform's own deadlines (UTC) behind these items, by order and the dispute's subject."""
    orders = {item.order_id for item in items if item.case}
    rows = Dispute.objects.filter(order__in=orders, closed_at=None) if orders else []
    return {(row.order_id, row.subject): row.deadline for row in rows if row.deadline}


def deadline_of(item: ActionItem, deadlines: dict[tuple[int, str], datetime]) -> Deadline:
    """What its steps follow from; what a dispute asks for beside answer and evidence has a date of its own."""
    platform_at = deadlines.get((item.order_id, item.case)) if item.kind in OF_DISPUTES else None
    return Deadline(item.kind, item.raised_at, item.due_at, platform_at)


# --- looked at again before it is said --------------------------------------------------------------------------------
def notice_obstacles(notices: Sequence[TeamNotice], *, now: datetime) -> dict[int, str]:
    """The notices of deadlines that are not to be told any more, by id, with the reason: what is done is quiet at once.

    As with messages, to let one go needs no lock; it is called off under its claim.
    """
    ids = [notice.item for notice in notices if notice.kind == NoticeKind.DEADLINE]
    items = ActionItem.objects.in_bulk(ids) if ids else {}
    teams = teams_of({notice.store_id for notice in notices if notice.store_id})
    obstacles = {}
    for notice in notices:
        if notice.kind != NoticeKind.DEADLINE:
            continue
        team = teams.get(notice.store_id or 0)
        if notice.person_id and (team is None or notice.person_id not in team.roles):
            obstacles[notice.pk] = "left"  # between the queueing and now, which may be hours where mail fails
        elif reason := _obstacle(items.get(notice.item or 0), now):
            obstacles[notice.pk] = reason
    return obstacles


def _obstacle(item: ActionItem | None, now: datetime) -> str:
    if item is None:
        return "gone"
    if item.state != ActionState.OPEN:
        return item.state
    return "snoozed" if item.is_snoozed(now) else ""
