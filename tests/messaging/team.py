"""Channels and notices for the tests of what the team is told."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from messaging.bulletins import Bulletin, Line
from messaging.models import TeamChannel, TeamNotice
from messaging.notifying import Recipient
from messaging.services.team import save_channel
from orders.models import Store
from tests.cast import at

HOOK = "send?key=0123456789abcdef"


def team_channel(
    store: Store, url: str, kind: str = "wecom", *, now: str = "03-01 00:00", **values: Any
) -> TeamChannel:
    """A channel of the store, by default one that tells everybody everything in English."""
    said = {"name": "Shift", "language": "en", "timezone": "Asia/Shanghai"} | values
    secret = said.pop("secret", "")
    channel = TeamChannel(store=store, kind=kind, **said)
    return save_channel(channel, address=f"{url}{HOOK}" if "://" in url else url, secret=secret, now=at(now))


def notice(channel: TeamChannel, key: str, *, now: str = "03-05 10:00", **values: Any) -> TeamNotice:
    """Something that is to be told now."""
    said = {"store": channel.store, "kind": "deadline", "raised_at": at(now), "next_attempt_at": at(now)} | values
    return TeamNotice.objects.create(channel=channel, key=key, **said)


class PlainDesk:
    """A desk that tells each notice by its key, and knows which are over."""

    def __init__(self, *over: str) -> None:
        self.over = over

    def obstacles(self, notices: Sequence[TeamNotice], *, now: datetime) -> dict[int, str]:
        """Those that are over."""
        return {row.pk: "done" for row in notices if row.key in self.over}

    def compose(self, recipient: Recipient, notices: Sequence[TeamNotice], *, now: datetime) -> Bulletin | None:
        """One line for each."""
        lines = tuple(Line(row.key, "is due", "https://prazo.example/", {"id": row.key}) for row in notices)
        return Bulletin(
            f"{len(lines)} deadlines", lines, "https://prazo.example/", "-".join(row.key for row in notices)
        )


def minutes(short: str, count: float) -> datetime:
    """So many minutes after an instant."""
    return at(short) + timedelta(minutes=count)
