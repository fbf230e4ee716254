"""What has stopped in a store and mends itself by no sweep: told to its team once a day while it lasts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Q

from messaging.channels import Audience
from messaging.models import Message, MessageState, NoticeKind, TeamChannel, TeamNotice
from messaging.services.team import queue_notices
from orders.models import Milestone, TrackingAccount
from orders.models.milestones import MilestoneState
from orders.providers.interface import ErrorKind
from orders.roles import Role
from orders.services.outboxes import troubled

PATIENCE = timedelta(minutes=30)  # a mail server that is away for less is nobody's business
FAILURES = 3  # of a channel in a row
# What a service or a channel gets over by itself is no alarm.
LASTING = [ErrorKind.WRONG_KEY, ErrorKind.QUOTA_USED_UP]


class Trouble(StrEnum):
    """What has stopped."""

    MAIL = "mail"  # the mail server takes nothing
    MESSAGES = "messages"  # messages to buyers that cannot leave
    DATES = "dates"  # dates that were given up
    TRACKING = "tracking"  # a tracking service refuses the key, or the quota is used up
    CHANNEL = "channel"  # a channel of the team does not take what it is told
    WEBHOOK = "webhook"  # another program is not told of everything


def find_troubles(stores: Sequence[int], *, now: datetime) -> dict[int, Counter[Trouble]]:
    """How many of each trouble there are now, by store."""
    found: dict[int, Counter[Trouble]] = {store: Counter() for store in stores}
    stuck = Message.objects.filter(state=MessageState.PENDING, send_after__lt=now - PATIENCE).exclude(last_error="")
    lost = Message.objects.filter(state__in=[MessageState.STOPPED, MessageState.DEAD])
    given_up = Milestone.objects.filter(state=MilestoneState.DEAD)
    refused = TrackingAccount.objects.filter(is_on=True, error_kind__in=LASTING)
    deaf = TeamChannel.objects.filter(is_on=True, failures__gte=FAILURES)
    for trouble, rows, path in (
        (Trouble.MAIL, stuck, "order__store"),
        (Trouble.MESSAGES, lost, "order__store"),
        (Trouble.DATES, given_up, "order__store"),
        (Trouble.TRACKING, refused, "store"),
        (Trouble.CHANNEL, deaf, "store"),
        (Trouble.WEBHOOK, troubled(now), "store"),
    ):
        counts = rows.filter(**{f"{path}__in": stores}).order_by().values_list(path).annotate(count=Count("pk"))
        for store, count in counts:
            found[store][trouble] = count
    return found


def plan_alarms(now: datetime) -> int:
    """Queue what the channels of troubled stores are to be told today; returns how many were offered."""
    channels = list(TeamChannel.objects.filter(is_on=True, tells_alarms=True).exclude(_only_for_agents()))
    troubles = find_troubles([channel.store_id for channel in channels], now=now) if channels else {}
    offered = [_alarm(channel, trouble, now) for channel in channels for trouble in troubles[channel.store_id]]
    known = set(
        TeamNotice.objects.filter(kind=NoticeKind.ALARM, raised_at__gt=now - timedelta(days=2)).values_list(
            "channel_id", "key"
        )
    )
    return queue_notices(notice for notice in offered if (notice.channel_id, notice.key) not in known)


def alarm_obstacles(notices: Iterable[TeamNotice], *, now: datetime) -> dict[int, str]:
    """The alarms among the notices that are over, by id, with the reason."""
    alarms = [notice for notice in notices if notice.kind == NoticeKind.ALARM]
    troubles = find_troubles([alarm.store_id for alarm in alarms if alarm.store_id], now=now) if alarms else {}
    return {alarm.pk: "over" for alarm in alarms if alarm.rung not in troubles.get(alarm.store_id or 0, {})}


def _only_for_agents() -> Q:
    return Q(audience=Audience.ROLE) & ~Q(role=Role.OWNER)


def _alarm(channel: TeamChannel, trouble: Trouble, now: datetime) -> TeamNotice:
    return TeamNotice(
        store_id=channel.store_id,
        channel=channel,
        kind=NoticeKind.ALARM,
        rung=trouble,
        key=f"{trouble} {now.astimezone(channel.zone):%Y-%m-%d}",
        raised_at=now,
        next_attempt_at=channel.quiet_end(now) or now,
    )
