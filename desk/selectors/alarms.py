"""What no date asks for and somebody has to look after: a part of the program that has stopped, mail that cannot leave.

Each is told while it lasts, with the dates that are at risk because of it.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise

from desk.access import Reader
from desk.broker import broker_answers
from desk.selectors.tracking_accounts import trouble_of
from desk.tracking_account_words import NAMES
from disputes.models import Heartbeat
from disputes.services.complaints import Complaints, carriers_to_change
from messaging.models import Message, MessageState
from orders.models import Milestone, Store, TrackingAccount
from orders.models.milestones import MilestoneState
from orders.models.orders import OrderPart

PATIENCE = timedelta(minutes=10)  # a date that has waited so long past its turn is not being fired
MISSED_SWEEPS = 36  # three minutes: busy workers may take two
DOUBTFUL_SWEEPS = 4  # so late, it is worth asking whether the broker answers
ROOM = 50_000_000  # bytes: with less on the disk, the next upload or bundle may fail
SOON = timedelta(days=1)
MOST_COUNTED = 1000
MOST_SHOWN = 5


@dataclass(frozen=True)
class MailTrouble:
    """How many messages wait that the mail server did not take, and what it said about the latest."""

    count: int = 0
    said: str = ""


@dataclass(frozen=True)
class ServiceTrouble:
    """An account at a tracking service that is not asked as it should be."""

    store: Store
    name: str
    trouble: str | Promise


@dataclass(frozen=True)
class Alarms:
    """How many of each; `stopped_at` (UTC) is the sweep's last sign of life, where that is long ago.

    `at_risk` are the next dates that pass unnoticed if nobody acts, the first of them to be shown.
    """

    messages: int = 0
    dead_dates: int = 0
    late_dates: int = 0
    stopped_at: datetime | None = None
    is_broker_away: bool = False
    is_disk_full: bool = False
    mail: MailTrouble = MailTrouble()
    services: Sequence[ServiceTrouble] = ()
    carriers: Sequence[Complaints] = ()  # to be changed in a region (T11)
    at_risk: Sequence[Milestone] = ()

    def __bool__(self) -> bool:
        said = (self.messages, self.dead_dates, self.late_dates, self.stopped_at, self.mail.count)
        return any((*said, self.is_broker_away, self.is_disk_full, self.services, self.carriers))


def find_alarms(reader: Reader, *, now: datetime) -> Alarms:
    """Look for what no sweep mends."""
    messages: OrderPart = Message.objects.for_member(reader.user)
    dates: OrderPart = Milestone.objects.for_member(reader.user)
    dead = dates.filter(state=MilestoneState.DEAD)
    late = dates.filter(state=MilestoneState.PENDING, next_attempt_at__lt=now - PATIENCE)
    beaten_at = Heartbeat.objects.filter(name="sweep").values_list("at", flat=True).first()
    stopped_at = beaten_at if _is_overdue(beaten_at, MISSED_SWEEPS, now) else None
    is_broker_away = _is_overdue(beaten_at, DOUBTFUL_SWEEPS, now) and not broker_answers()
    dead_dates, late_dates = dead[:MOST_COUNTED].count(), late[:MOST_COUNTED].count()
    return Alarms(
        messages=messages.filter(state__in=[MessageState.STOPPED, MessageState.DEAD])[:MOST_COUNTED].count(),
        dead_dates=dead_dates,
        late_dates=late_dates,
        stopped_at=stopped_at,
        is_broker_away=is_broker_away,
        is_disk_full=_is_disk_full(),
        mail=_mail_trouble(messages, now),
        services=_service_troubles(reader, now),
        carriers=tuple(row for store in reader.stores for row in carriers_to_change(store, now=now)),
        at_risk=_at_risk(dates, now) if stopped_at or is_broker_away or dead_dates or late_dates else (),
    )


def _is_overdue(at: datetime | None, sweeps: int, now: datetime) -> bool:
    return at is not None and now - at > timedelta(seconds=sweeps * settings.SWEEP_SECONDS)


def _is_disk_full() -> bool:
    folder = Path(settings.MEDIA_ROOT).absolute()
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free < ROOM


def _mail_trouble(messages: OrderPart, now: datetime) -> MailTrouble:
    """Those whose turn has come or comes again soon; what the server says of one it says of all."""
    tried = messages.filter(state=MessageState.PENDING, next_attempt_at__lt=now + SOON).exclude(last_error="")
    said = list(tried.order_by("-next_attempt_at").values_list("last_error", flat=True)[:MOST_COUNTED])
    return MailTrouble(len(said), said[0] if said else "")


def _service_troubles(reader: Reader, now: datetime) -> list[ServiceTrouble]:
    accounts = TrackingAccount.objects.filter(store__in=reader.stores, is_on=True).select_related("store")
    troubles = [ServiceTrouble(row.store, NAMES[row.provider], trouble_of(row, now)) for row in accounts]
    return [row for row in troubles if row.trouble]


def _at_risk(dates: OrderPart, now: datetime) -> Sequence[Milestone]:
    """The dates that were given up or fall due within a day, the most urgent first."""
    given_up = dates.filter(state=MilestoneState.DEAD).order_by("due_at")
    coming = dates.filter(state__in=[MilestoneState.PENDING, MilestoneState.CLAIMED], next_attempt_at__lt=now + SOON)
    found: list[Milestone] = []
    for rows in (given_up, coming.order_by("next_attempt_at")):
        found += rows.select_related("order__store")[:MOST_SHOWN]
    return sorted(found, key=lambda row: row.due_at)[:MOST_SHOWN]
