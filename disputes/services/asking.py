"""What is asked of a store's figures: the store, the time, and what narrows it down; the conditions build on it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from disputes.days import Days
from orders.models import Store


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one store: the time from `start` until before `end` (aware), seen at `now`.

    `reason` narrows the figures of disputes to a reason, and those of cases to a group of causes; `outcome` is a
    dispute's state, or several with commas.
    """

    store: Store
    start: datetime
    end: datetime
    now: datetime
    reason: str = ""
    outcome: str = ""

    def within(self, field: str) -> Q:
        """The condition that an instant lies in the time."""
        return Q(**{f"{field}__gte": self.start, f"{field}__lt": self.end})


def ask(store: Store, days: Days, *, now: datetime, reason: str = "", outcome: str = "") -> Question:
    """The question about these days of a store."""
    start, end = days.bounds(ZoneInfo(store.timezone))
    return Question(store, start, end, now, reason, outcome)


def having(rows: QuerySet[Any]) -> Q:
    """The condition on orders that they have one of these rows."""
    return Q(pk__in=rows.order_by().values("order_id"))
