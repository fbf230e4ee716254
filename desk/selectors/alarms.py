"""What is wrong with the machinery: mail that cannot leave, dates that were given up, a sweep that has stopped."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.access import Reader
from disputes.models import Heartbeat
from messaging.models import Message, MessageState
from orders.models import Milestone
from orders.models.milestones import MilestoneState

PATIENCE = timedelta(minutes=10)  # a date that has waited so long past its turn is not being fired
MOST_COUNTED = 1000


@dataclass(frozen=True)
class Alarms:
    """How many of each; `stopped_at` (UTC) is the sweep's last sign of life, where that is long ago."""

    messages: int
    dead_dates: int
    late_dates: int
    stopped_at: datetime | None

    def __bool__(self) -> bool:
        return bool(self.messages or self.dead_dates or self.late_dates or self.stopped_at)


def find_alarms(reader: Reader, *, now: datetime) -> Alarms:
    """Look for what no sweep mends."""
    messages = Message.objects.for_member(reader.user).filter(state__in=[MessageState.STOPPED, MessageState.DEAD])
    dates = Milestone.objects.for_member(reader.user)
    dead = dates.filter(state=MilestoneState.DEAD)
    late = dates.filter(state=MilestoneState.PENDING, next_attempt_at__lt=now - PATIENCE)
    return Alarms(
        messages=messages[:MOST_COUNTED].count(),
        dead_dates=dead[:MOST_COUNTED].count(),
        late_dates=late[:MOST_COUNTED].count(),
        stopped_at=Heartbeat.objects.filter(name="sweep", at__lt=now - PATIENCE).values_list("at", flat=True).first(),
    )
