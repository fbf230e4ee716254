"""The team's channels: set up by an owner, posted to in turns, and what is to be told over them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from messaging.channels import Audience
from messaging.models import NoticeState, TeamChannel, TeamNotice
from orders.models import Membership
from orders.roles import Role

KEPT = timedelta(days=90)  # how long it is known what the team was told


# --- set-up -----------------------------------------------------------------------------------------------------------
def save_channel(channel: TeamChannel, *, address: str, secret: str, now: datetime) -> TeamChannel:
    """Keep a new channel or what changed of one; an empty address or secret keeps the one that is there."""
    with transaction.atomic():
        if address:
            channel.set_address(address)
            channel.failures, channel.last_error = 0, ""
        if secret:
            channel.set_secret(secret)
        if channel.pk is None:
            channel.since = now
        channel.save()
    return channel


def switch_channel(channel_id: int, *, now: datetime) -> TeamChannel:
    """Switch it off when it is on, and on when it is off; what came meanwhile is not told afterwards."""
    with transaction.atomic():
        channel: TeamChannel = TeamChannel.objects.select_for_update().get(pk=channel_id)
        channel.is_on = not channel.is_on
        channel.since, channel.failures = now, 0
        channel.save(update_fields=["is_on", "since", "failures"])
        _waiting(channel).update(state=NoticeState.CANCELLED, reason="switched off")
    return channel


def remove_channel(channel: TeamChannel) -> None:
    """Take it away, with all that was told over it."""
    TeamChannel.objects.filter(pk=channel.pk).delete()


def retry_notices(channel: TeamChannel, *, now: datetime) -> int:
    """Tell again what could not be told; returns how many."""
    given_up = TeamNotice.objects.filter(channel=channel, state=NoticeState.DEAD)
    TeamChannel.objects.filter(pk=channel.pk).update(next_post_at=None)
    _waiting(channel).update(next_attempt_at=now)
    return given_up.update(state=NoticeState.PENDING, attempts=0, next_attempt_at=now)


def _waiting(channel: TeamChannel) -> Any:
    return TeamNotice.objects.filter(channel=channel, state=NoticeState.PENDING)


# --- who is reached ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Team:
    """The members of a store by their roles, as ids."""

    roles: dict[int, str]

    def has(self, user_id: int | None, role: str) -> bool:
        """Whether this member has this role; what is nobody's is the agents'."""
        return role == Role.AGENT if user_id is None else self.roles.get(user_id) == role

    @property
    def owners(self) -> list[int]:
        """Those whose store it is."""
        return [pk for pk, role in self.roles.items() if role == Role.OWNER]


def teams_of(stores: Iterable[int]) -> dict[int, Team]:
    """The teams of these stores; who may not log in is in none."""
    rows = Membership.objects.filter(store__in=stores, user__is_active=True)
    teams: dict[int, Team] = {store: Team({}) for store in stores}
    for store, user, role in rows.values_list("store_id", "user_id", "role"):
        teams[store].roles[user] = role
    return teams


def hears_work(channel: TeamChannel, team: Team, assignee: int | None) -> bool:
    """Whether the channel tells what this member has to do, or nobody has yet."""
    if channel.audience == Audience.PERSON:
        return channel.person_id == assignee and assignee in team.roles
    return channel.audience == Audience.EVERYONE or team.has(assignee, channel.role)


def hears_escalations(channel: TeamChannel, team: Team) -> bool:
    """Whether an owner hears the channel."""
    if channel.audience == Audience.PERSON:
        return channel.person_id in team.owners
    return channel.audience == Audience.EVERYONE or channel.role == Role.OWNER


# --- what is to be told -----------------------------------------------------------------------------------------------
def queue_notices(notices: Iterable[TeamNotice]) -> int:
    """Keep what is to be told; what is known already is not told twice. Returns how many were offered."""
    rows = list(notices)
    TeamNotice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def tidy_notices(now: datetime) -> int:
    """Forget what was told long ago; returns how many."""
    over = Q(state__in=[NoticeState.SENT, NoticeState.CANCELLED, NoticeState.DEAD], raised_at__lt=now - KEPT)
    count, _by_model = TeamNotice.objects.filter(over).delete()
    return count


# --- turns, and how it went -------------------------------------------------------------------------------------------
def take_turn(channel_id: int, pause: timedelta, *, now: datetime) -> TeamChannel | None:
    """The channel, if it is on and its turn has come; the next one comes a pause later."""
    with transaction.atomic():
        channel: TeamChannel | None = TeamChannel.objects.select_for_update().filter(pk=channel_id, is_on=True).first()
        if channel is None or (channel.next_post_at and channel.next_post_at > now):
            return None
        channel.next_post_at = now + pause
        channel.save(update_fields=["next_post_at"])
    return channel


def note_success(channel_id: int, *, now: datetime) -> None:
    """It was taken: whatever failed before is over."""
    TeamChannel.objects.filter(pk=channel_id).update(failures=0, last_ok_at=now, last_error="")


def note_failure(channel_id: int, said: str, *, now: datetime, wait: timedelta | None = None) -> None:
    """It was not taken; with a `wait` nothing is posted for that long."""
    with transaction.atomic():
        channel: TeamChannel | None = TeamChannel.objects.select_for_update().filter(pk=channel_id).first()
        if channel is None:
            return
        channel.failures += 1
        channel.last_error, channel.last_error_at = said[:2000], now
        if wait:
            channel.next_post_at = now + wait
        channel.save(update_fields=["failures", "last_error", "last_error_at", "next_post_at"])
