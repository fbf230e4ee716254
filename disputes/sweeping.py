"""The sweep: one cheap look at what is due, whatever lies in the future, and a sign of life for the pages."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models

from disputes.case_parcels import parcels_wait
from disputes.mailboxes import mailboxes_wait
from disputes.models import Heartbeat
from disputes.platform_syncing import platform_waits
from disputes.polling import workers_wanted
from disputes.reconciling import ask_for_hands
from messaging.models import Message
from orders.delivering import deliverers_wanted
from orders.models import (
    Milestone,
    PlatformCapability,
    PlatformCommand,
    PlatformPush,
    TrackingPush,
    TrackingSubscription,
    WebhookDelivery,
)
from orders.models.claims import Claimable, ClaimState
from orders.services.claiming import BATCH, reap_expired

MOST_WORKERS = 4
CLAIMED: tuple[type[Claimable], ...] = (
    Milestone,
    Message,
    TrackingPush,
    TrackingSubscription,
    WebhookDelivery,
    PlatformCapability,
    PlatformCommand,
    PlatformPush,
)


@dataclass(frozen=True, slots=True)
class Work:
    """How many wake-ups each kind of work is worth."""

    fire_workers: int
    send_workers: int
    track_workers: int
    mail_workers: int
    webhook_workers: int
    platform_workers: int


def look_for_work(now: datetime) -> Work:
    """Take back expired claims, then count what is due, no further than the workers could carry."""
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": now})
    for model in CLAIMED:
        reap_expired(model, now=now)
    ask_for_hands(now)
    return Work(
        fire_workers=_workers(Milestone, now),
        send_workers=_workers(Message, now),
        track_workers=max(min(_workers(TrackingPush, now), 1), workers_wanted(now), int(parcels_wait(now))),
        mail_workers=int(mailboxes_wait(now)),
        platform_workers=int(platform_waits(now)),
        webhook_workers=deliverers_wanted(now),
    )


def _workers(model: type[Claimable], now: datetime) -> int:
    due: models.QuerySet[Claimable] = model._default_manager.filter(state=ClaimState.PENDING, next_attempt_at__lte=now)
    count = due.order_by("next_attempt_at")[: BATCH * MOST_WORKERS].count()
    return -(-count // BATCH)
