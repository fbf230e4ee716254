"""Doors for Celery: telling the team. What is to be told is read from the database."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from desk.notices import TeamDesk
from disputes.services.alarming import plan_alarms
from disputes.services.notifying import plan_when_due
from messaging.models import TeamNotice
from messaging.notifying import tell_due
from messaging.services.digests import plan_digests, plan_weeks
from messaging.services.team import tidy_notices
from orders.services.claiming import reap_expired

BUDGET = timedelta(seconds=60)  # well below the broker's visibility timeout


@shared_task
def tell_team() -> None:
    """Look once a minute for what the team is to be told, and tell what is due."""
    now = timezone.now()
    if plan_when_due(now):
        reap_expired(TeamNotice, now=now)
        plan_alarms(now)
        plan_digests(now)
        plan_weeks(now)
    tell_due(timezone.now, TeamDesk(), until=now + BUDGET)


@shared_task
def tidy_team_notices() -> None:
    """Forget what the team was told long ago."""
    tidy_notices(timezone.now())
