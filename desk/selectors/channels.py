"""A store's channels as their page shows them: how each does, and what was told over it lately."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from desk.notice_words import HOW_TO
from messaging.channels import Audience, ChannelKind, Scope
from messaging.models import NoticeState, TeamChannel, TeamNotice
from orders.models import Store
from orders.roles import Role

SHOWN = 10  # of what was told last, over each channel


@dataclass(frozen=True)
class ChannelCard:
    """One channel, with its latest notices, and how many wait or were given up."""

    channel: TeamChannel
    notices: Sequence[TeamNotice] = ()
    waiting: int = 0
    dead: int = 0

    @property
    def whose(self) -> str:
        """Whose deadlines it tells."""
        if self.channel.audience == Audience.PERSON:
            return str(self.channel.person)
        if self.channel.audience == Audience.ROLE:
            return str(dict(Role.choices)[self.channel.role])
        return _("everyone")

    @property
    def what(self) -> str:
        """Which deadlines it tells."""
        if self.channel.scope == Scope.KINDS:
            kinds = len(self.channel.action_kinds)
            return ngettext("%(n)d kind of work", "%(n)d kinds of work", kinds) % {"n": kinds}
        return str(self.channel.get_scope_display())


@dataclass(frozen=True)
class KindOffer:
    """A kind of channel that can be added, and how its address is come by."""

    kind: ChannelKind
    how: str | Promise


def list_channels(store: Store) -> list[ChannelCard]:
    """The store's channels; three queries, however many there are."""
    channels = list(TeamChannel.objects.filter(store=store).select_related("person", "store"))
    counts, latest = _counts(channels), _latest(channels)
    return [
        ChannelCard(
            channel,
            latest.get(channel.pk, []),
            counts.get((channel.pk, NoticeState.PENDING), 0),
            counts.get((channel.pk, NoticeState.DEAD), 0),
        )
        for channel in channels
    ]


def _counts(channels: Sequence[TeamChannel]) -> dict[tuple[int, str], int]:
    rows = TeamNotice.objects.filter(channel__in=channels, state__in=[NoticeState.PENDING, NoticeState.DEAD])
    counts = rows.order_by().values_list("channel", "state").annotate(count=Count("pk"))
    return {(channel, state): count for channel, state, count in counts}


def _latest(channels: Sequence[TeamChannel]) -> dict[int, list[TeamNotice]]:
    found: dict[int, list[TeamNotice]] = {}
    rows = TeamNotice.objects.filter(channel__in=channels).select_related("order")
    for notice in rows.order_by("-id")[: SHOWN * max(len(channels), 1)]:
        found.setdefault(notice.channel_id or 0, []).append(notice)
    return {channel: notices[:SHOWN] for channel, notices in found.items()}


def offers() -> list[KindOffer]:
    """What can be added."""
    return [KindOffer(kind, HOW_TO[kind]) for kind in ChannelKind]
