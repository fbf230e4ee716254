"""What no date asks for and somebody has to look after: mail that cannot leave, a sweep that has stopped, a carrier."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.access import Reader
from disputes.models import Heartbeat
from disputes.services.complaints import Complaints, carriers_to_change
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
    carriers: tuple[Complaints, ...] = ()  # to be changed in a region (T11)

    def __bool__(self) -> bool:
        return bool(self.messages or self.dead_dates or self.late_dates or self.stopped_at or self.carriers)


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
        carriers=tuple(row for store in reader.stores for row in carriers_to_change(store, now=now)),
    )
