"""Until when a carrier had to scan each order of a time (S5), as one expression that the database works out."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import groupby

from django.db.models import Case, DateTimeField, F, When
from django.db.models.expressions import Combinable

from orders.calendars import CALENDARS, add_counting_days
from orders.policies import Policy

DAY = timedelta(days=1)


def scan_start(policy: Policy) -> str:
    """The order's field from which the pack counts. Raises KeyError where it has no S5."""
    return str(policy.rules["S5"]["from"])


def scan_due(policy: Policy, start: datetime, end: datetime) -> Combinable:
    """S5's date of the orders that began from `start` until before `end`.

    Which days count is laid out here, so that the database only adds: orders of days alike have as long as each other.
    """
    field = scan_start(policy)
    began = F(field)
    spans = list(_spans(policy, start, end))
    whens = [When(**{f"{field}__lt": until}, then=began + span) for until, span in spans[:-1]]
    return Case(*whens, default=began + spans[-1][1], output_field=DateTimeField())


def _spans(policy: Policy, start: datetime, end: datetime) -> Iterator[tuple[datetime, timedelta]]:
    """Until which instant an order has to have begun, and how long it then has; rising, the first that fits counts."""
    after = policy.value("S5", "after") or timedelta(0)
    days, calendar = policy.value("S5", "working_days"), policy.value("S5", "calendar")
    if not days:
        yield end, after
        return
    zone, _counts = CALENDARS[calendar]
    first, last = ((moment + after).astimezone(zone).date() for moment in (start, end))
    midnights = [datetime.combine(first + DAY * place, time(), zone) for place in range((last - first).days + 1)]
    measured = [(day, add_counting_days(day, int(days), calendar) - day) for day in midnights]
    for span, alike in groupby(measured, key=lambda pair: pair[1]):
        yield list(alike)[-1][0] + DAY - after, after + span
