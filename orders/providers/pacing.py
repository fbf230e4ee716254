"""How often a parcel is asked for: by its status, its age, and how long it has been quiet."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from orders.providers.limits import document
from orders.tracking_statuses import TrackingStatus


@dataclass(frozen=True, slots=True)
class Step:
    """A parcel for which all of this holds is asked for `every` so long."""

    every: timedelta
    statuses: tuple[TrackingStatus, ...] = ()
    younger: timedelta | None = None
    news_within: timedelta | None = None

    def fits(self, parcel: "Journey", now: datetime) -> bool:
        """Whether the step is this parcel's."""
        quiet = now - (parcel.last_news_at or parcel.shipped_at)
        return (
            (not self.statuses or parcel.status in self.statuses)
            and (self.younger is None or now - parcel.shipped_at < self.younger)
            and (self.news_within is None or quiet < self.news_within)
        )


@dataclass(frozen=True, slots=True)
class Journey:
    """How far a parcel is (instants in UTC)."""

    shipped_at: datetime
    status: TrackingStatus | None = None
    last_news_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """The data: which statuses end it, when nobody asks any more, and the steps in their order."""

    finished: frozenset[TrackingStatus]
    give_up: timedelta
    unknown_after: timedelta
    before_order: timedelta
    spread: float
    steps: tuple[Step, ...]


@cache
def load_pace() -> Pace:
    """The file's table. Raises ValueError or TypeError where it is wrong."""
    given = document()["pace"]
    steps = [
        Step(**step | {"statuses": tuple(map(TrackingStatus, step.get("statuses", ())))}) for step in given["steps"]
    ]
    return Pace(**given | {"finished": frozenset(map(TrackingStatus, given["finished"])), "steps": tuple(steps)})


def next_look(journey: Journey, *, now: datetime, draw: Callable[[float, float], float]) -> datetime | None:
    """When to ask for the parcel next, or None for never again; `draw(low, high)` spreads the parcels."""
    pace = load_pace()
    if journey.status in pace.finished or now - journey.shipped_at >= pace.give_up:
        return None
    every = next(step.every for step in pace.steps if step.fits(journey, now))
    return now + every * draw(1 - pace.spread, 1 + pace.spread)
