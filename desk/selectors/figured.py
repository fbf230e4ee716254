"""Which orders stand behind a number of the figures, as an address names them.

The parameter `figure` of the list of orders holds the figure, the first and the last day on the store's clock (both
included), and for disputes how they stand or ended and their reason: `disputes_closed.2026-03-01.2026-03-31.won.lost`.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from desk import clocks
from desk.access import Reader
from desk.figure_words import FIGURES
from desk.words import DISPUTE_REASONS, Words
from disputes.causes import CauseGroup
from disputes.days import Days
from disputes.lifecycle import DisputeState
from disputes.services.asking import ask
from disputes.services.counting import OF_NOW, Figure, orders_behind

EARLIEST, LATEST = date(1990, 1, 1), date(9000, 1, 1)
LONGEST = 400  # days: a year, and some


@dataclass(frozen=True)
class Figured:
    """A number of the figures: what was counted, over which days, and of which disputes."""

    figure: Figure
    days: Days
    outcome: str = ""
    reason: str = ""

    def write(self) -> str:
        """As an address holds it."""
        first, last = self.days.first.isoformat(), self.days.last.isoformat()
        return ".".join((self.figure, first, last, self.outcome, self.reason)).rstrip(".")


def read_figured(text: str) -> Figured | None:
    """What an address names; None for what is nothing."""
    parts = text.split(".", 4)
    if len(parts) < 3 or parts[0] not in set(Figure):
        return None
    try:
        first, last = date.fromisoformat(parts[1]), date.fromisoformat(parts[2])
    except ValueError:
        return None
    days = Days(first, last)
    if not (EARLIEST <= first <= last <= LATEST and days.length <= LONGEST):
        return None
    return Figured(Figure(parts[0]), days, *parts[3:])


def figured_words(text: str) -> str:
    """The number in words, with its days where it is not of now; empty for what is no figure."""
    if (wanted := read_figured(text)) is None:
        return ""
    words = [str(FIGURES[wanted.figure])]
    if wanted.reason:
        words.append(str(_reason_words(wanted.reason)))
    states = [str(DisputeState(state).label) for state in wanted.outcome.split(",") if state in DisputeState.values]
    words.extend([", ".join(states)] if states else [])
    if wanted.figure not in OF_NOW:
        words.append(format_days(wanted.days))
    return " · ".join(words)


def _reason_words(reason: str) -> Words:
    """A dispute's reason, or the group of causes of a case."""
    causes: dict[str, Words] = {cause.value: cause.label for cause in CauseGroup}
    return causes.get(reason) or DISPUTE_REASONS.get(reason, reason)


def format_days(days: Days) -> str:
    """The first and the last day, or the one."""
    first, last = clocks.format_date(days.first), clocks.format_date(days.last)
    return first if first == last else f"{first} – {last}"


def behind_figure(text: str, reader: Reader, now: datetime) -> Q:
    """The condition on orders: they were counted. What is no figure has none."""
    found = Q(pk__in=[])
    if (wanted := read_figured(text)) is None:
        return found
    for store in reader.stores:
        question = ask(store, wanted.days, now=now, reason=wanted.reason, outcome=wanted.outcome)
        found |= orders_behind(wanted.figure, question)
    return found
