"""What no date asks for and somebody has to look after: a part of the program that has stopped, mail that cannot leave.

Each is told while it lasts, with the dates that are at risk because of it.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q, QuerySet, Value
from django.utils.functional import Promise

from desk.access import Reader
from desk.broker import broker_answers
from desk.platform_words import ENDS_SOON, TROUBLES
from desk.selectors.platform import ends_soon
from desk.selectors.tracking_accounts import trouble_of
from desk.tracking_account_words import NAMES
from desk.webhook_words import trouble_words
from disputes.models import Heartbeat
from disputes.services.complaints import Complaints, carriers_to_change
from messaging.models import Message, MessageState
from orders.models import Milestone, PlatformAccount, Store, TrackingAccount
from orders.models.milestones import MilestoneState
from orders.models.orders import OrderPart
from orders.services.outboxes import troubled
from orders.uniting import ask_together

PATIENCE = timedelta(minutes=10)  # a date that has waited so long past its turn is not being fired
MISSED_SWEEPS = 36  # three minutes: busy workers may take two
DOUBTFUL_SWEEPS = 4  # so late, it is worth asking whether the broker answers
ROOM = 50_000_000  # bytes: with less on the disk, the next upload or bundle may fail
SOON = timedelta(days=1)
COMPLAINTS_HOLD = 600  # seconds: complaints are counted over weeks, and the count is no cheap one
MOST_COUNTED = 1000
MOST_SHOWN = 5


class Sign(StrEnum):
    """What is looked for."""

    BEAT = "beat"  # of the sweep
    LATE = "late"  # dates
    DEAD = "dead"  # dates
    STUCK = "stuck"  # messages
    MAIL = "mail"  # that waits
    TRACKING = "tracking"
    PLATFORM = "platform"


Signs = Mapping[Sign, Sequence[tuple[str, datetime | None]]]  # what each row says, and when


@dataclass(frozen=True)
class MailTrouble:
    """How many messages wait that the mail server did not take, and what it said about the latest.

    `unsent` are those whose turn came long ago, and no worker took them up.
    """

    count: int = 0
    said: str = ""
    unsent: int = 0


@dataclass(frozen=True)
class ServiceTrouble:
    """An account at a tracking service or the platform, or a webhook, that does not do its work; `page` mends it."""

    store: Store
    name: str
    trouble: str | Promise
    page: str = "desk:tracking_accounts"


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
        said = (self.messages, self.dead_dates, self.late_dates, self.stopped_at, self.mail.count, self.mail.unsent)
        return any((*said, self.is_broker_away, self.is_disk_full, self.services, self.carriers))


def find_alarms(reader: Reader, *, now: datetime) -> Alarms:
    """Look for what no sweep mends."""
    stores = [store.pk for store in reader.stores]
    dates: OrderPart = Milestone.objects.filter(order__store__in=stores)
    found = _look(stores, dates, now)
    beaten_at = next((at for _said, at in found[Sign.BEAT]), None)
    stopped_at = beaten_at if _is_overdue(beaten_at, MISSED_SWEEPS, now) else None
    is_broker_away = _is_overdue(beaten_at, DOUBTFUL_SWEEPS, now) and not broker_answers()
    are_unfired = any((stopped_at, is_broker_away, found[Sign.DEAD], found[Sign.LATE]))
    return Alarms(
        messages=len(found[Sign.STUCK]),
        dead_dates=len(found[Sign.DEAD]),
        late_dates=len(found[Sign.LATE]),
        stopped_at=stopped_at,
        is_broker_away=is_broker_away,
        is_disk_full=_is_disk_full(),
        mail=_mail_trouble(found[Sign.MAIL]),
        services=_service_troubles(reader, found, now),
        carriers=_carriers(reader, now),
        at_risk=_at_risk(reader, dates, now) if are_unfired else (),
    )


def _look(stores: Sequence[int], dates: OrderPart, now: datetime) -> Signs:
    """What there is of each, so much at most: one look, which finds next to nothing while all is well."""
    messages: OrderPart = Message.objects.filter(order__store__in=stores)
    late = dates.filter(state=MilestoneState.PENDING, next_attempt_at__lt=now - PATIENCE)
    waiting = messages.filter(state=MessageState.PENDING, next_attempt_at__lt=now + SOON)
    waiting = waiting.filter(~Q(last_error="") | Q(next_attempt_at__lt=now - PATIENCE))
    stuck = messages.filter(state__in=[MessageState.STOPPED, MessageState.DEAD])
    tracking = TrackingAccount.objects.filter(store__in=stores, is_on=True)
    platforms = PlatformAccount.objects.filter(store__in=stores).exclude(locked_access="")
    nothing = Value("")
    parts: dict[Sign, tuple[QuerySet[Any], str | Value, str]] = {
        Sign.BEAT: (Heartbeat.objects.filter(name="sweep").order_by(), nothing, "at"),
        # In the order of the index, which else would not be used: most dates of the past are none that wait.
        Sign.LATE: (late.order_by("next_attempt_at"), nothing, "next_attempt_at"),
        Sign.DEAD: (dates.filter(state=MilestoneState.DEAD).order_by(), nothing, "next_attempt_at"),
        Sign.STUCK: (stuck.order_by(), nothing, "queued_at"),
        Sign.MAIL: (waiting.order_by("-next_attempt_at"), "last_error", "next_attempt_at"),
        # Those that may be in trouble, before their own rules are asked.
        Sign.TRACKING: (tracking.exclude(error_kind="", no_quota_until=None).order_by(), nothing, "last_ok_at"),
        Sign.PLATFORM: (platforms.exclude(~Q(refresh_due_at=None), trouble="").order_by(), nothing, "last_ok_at"),
    }
    found: dict[Sign, list[tuple[str, datetime | None]]] = {sign: [] for sign in parts}
    questions = [rows.values_list(Value(sign), said, at)[:MOST_COUNTED] for sign, (rows, said, at) in parts.items()]
    for sign, *rest in ask_together(questions):
        found[Sign(sign)].append((rest[0], rest[1]))
    return found


def sweep_stopped_at(now: datetime) -> datetime | None:
    """The sweep's last sign of life (UTC), where that is so long ago that dates go unnoticed: one look, for every page.

    Beat asks for the sweep and a worker runs it, so it stands for both.
    """
    beaten_at = _last_sweep()
    return beaten_at if _is_overdue(beaten_at, MISSED_SWEEPS, now) else None


def _last_sweep() -> datetime | None:
    beats = Heartbeat.objects.filter(name="sweep").values_list("at", flat=True)  # one at most
    return next(iter(beats), None)


def _is_overdue(at: datetime | None, sweeps: int, now: datetime) -> bool:
    return at is not None and now - at > timedelta(seconds=sweeps * settings.SWEEP_SECONDS)


def _is_disk_full() -> bool:
    folder = Path(settings.MEDIA_ROOT).absolute()
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free < ROOM


def _mail_trouble(waiting: Sequence[tuple[str, datetime | None]]) -> MailTrouble:
    """Of those whose turn has come or comes again soon; what the server says of one it says of all."""
    latest = sorted(waiting, key=itemgetter(1), reverse=True)
    said = [error for error, _at in latest if error]
    return MailTrouble(len(said), said[0] if said else "", len(waiting) - len(said))


def _carriers(reader: Reader, now: datetime) -> tuple[Complaints, ...]:
    """The carriers to be changed, as they were counted a while ago at the most."""
    keys = {store: f"carriers_to_change:{store.pk}" for store in reader.stores}
    known: dict[str, list[Complaints]] = cache.get_many(keys.values()) if keys else {}
    for store, key in keys.items():
        if key not in known:
            known[key] = carriers_to_change(store, now=now)
            cache.set(key, known[key], COMPLAINTS_HOLD)
    return tuple(row for key in keys.values() for row in known[key])


def _service_troubles(reader: Reader, found: Signs, now: datetime) -> list[ServiceTrouble]:
    told = _tracking_troubles(reader, now) if found[Sign.TRACKING] else []
    told += _platform_troubles(reader, now) if found[Sign.PLATFORM] else []
    return [row for row in [*told, *_webhook_troubles(reader, now)] if row.trouble]


def _tracking_troubles(reader: Reader, now: datetime) -> list[ServiceTrouble]:
    stores = {store.pk: store for store in reader.stores}
    accounts = TrackingAccount.objects.filter(store__in=stores, is_on=True).order_by("provider")
    shown = [ServiceTrouble(stores[row.store_id], NAMES[row.provider], trouble_of(row, now)) for row in accounts]
    return sorted(shown, key=lambda row: row.store.name)


def _platform_troubles(reader: Reader, now: datetime) -> list[ServiceTrouble]:
    """Stores that AliExpress does not let in any more, or soon will not: their disputes come in no more."""
    stores = {store.pk: store for store in reader.stores}
    accounts = PlatformAccount.objects.filter(store__in=stores).exclude(locked_access="").order_by()
    shown = [
        ServiceTrouble(stores[row.store_id], "AliExpress", TROUBLES.get(row.trouble, ENDS_SOON), "desk:platform")
        for row in accounts
        if row.needs_person or ends_soon(row, now=now)
    ]
    return sorted(shown, key=lambda row: row.store.name)


def _webhook_troubles(reader: Reader, now: datetime) -> list[ServiceTrouble]:
    """Other programs that are not told of everything: for owners, who alone can do something about it."""
    stores = [store for store in reader.own_stores if store.has_webhooks]
    shown = troubled(now).filter(store__in=stores).select_related("store") if stores else ()
    return [ServiceTrouble(row.store, str(row), trouble_words(row, now), "desk:webhooks") for row in shown]


def _at_risk(reader: Reader, dates: OrderPart, now: datetime) -> Sequence[Milestone]:
    """The dates that were given up or fall due within a day, the most urgent first."""
    given_up = dates.filter(state=MilestoneState.DEAD).order_by("due_at")
    coming = dates.filter(next_attempt_at__lt=now + SOON)
    claimed = coming.filter(state=MilestoneState.CLAIMED).order_by("lease_until")
    pending = coming.filter(state=MilestoneState.PENDING).order_by("next_attempt_at")
    found = ask_together([rows.values_list("due_at", "pk")[:MOST_SHOWN] for rows in (given_up, claimed, pending)])
    shown = Milestone.objects.filter(pk__in=[pk for _due_at, pk in sorted(found)[:MOST_SHOWN]])
    dates_shown = list(shown.select_related("order").order_by("due_at", "pk"))
    stores = {store.pk: store for store in reader.stores}
    for row in dates_shown:
        row.order.store = stores[row.order.store_id]  # one object of each store: its rules are read once
    return dates_shown
