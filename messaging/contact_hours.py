"""When a message may reach a buyer: only inside the contact hours on his own clock (rule C)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)


def next_window(instant: datetime, zone: ZoneInfo, *, opens: time, closes: time) -> datetime:
    """The first instant (UTC), from `instant` on, when the clock in `zone` stands in [opens, closes).

    Raises ValueError when the hours are empty or pass midnight.
    """
    if opens >= closes:
        raise ValueError(f"contact hours {opens:%H:%M}-{closes:%H:%M}: the end must come after the start, same day")

    def is_open(at: datetime) -> bool:
        return opens <= at.astimezone(zone).time() < closes

    instant = instant.astimezone(UTC)
    if is_open(instant):
        return instant
    today = instant.astimezone(zone).date()
    # Three days, because a change of the clock can swallow a short window, or a whole day (Samoa, 2011).
    openings = (at for days in range(4) for at in _openings(today + timedelta(days=days), opens, zone))
    return next(at for at in openings if at >= instant and is_open(at))


def _openings(day: date, opens: time, zone: ZoneInfo) -> Iterator[datetime]:
    """The instants (UTC) when the clock shows `opens` on this day: two where clocks go back.

    Where they go forward over it, it is the first minute after the gap.
    """
    local = datetime.combine(day, opens, zone)
    first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        yield first
        yield second
        return
    # In a gap the two readings stand around the jump, the second one before it.
    wanted = local.replace(tzinfo=None)
    minutes = (second + _MINUTE * count for count in range(int((first - second) / _MINUTE) + 1))
    yield next(at for at in minutes if at.astimezone(zone).replace(tzinfo=None) >= wanted)
