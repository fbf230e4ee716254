"""Adding to the counts that the metrics show: a few rows a turn, whatever the turn did."""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.db.models import F

from orders.models import Milestone, Tally
from orders.models.milestones import MilestoneState

LATENESS = "milestone_lateness"
LATENESS_SUM = "milestone_lateness_seconds"
MAILS = "mails"
# Upper bounds in seconds: the sweep's period, a turn, an outage.
LATENESS_BOUNDS = (1, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400)
BEYOND = "+Inf"


def add_to_tallies(name: str, counts: Mapping[str, float]) -> None:
    """Add to the tallies of this name, by label; never part of a transaction that others wait for."""
    for label, count in sorted(counts.items()):  # one order for all workers
        if not Tally.objects.filter(name=name, label=label).update(total=F("total") + count):
            Tally.objects.bulk_create([Tally(name=name, label=label)], ignore_conflicts=True)
            Tally.objects.filter(name=name, label=label).update(total=F("total") + count)


def tally_fired(milestone_ids: Sequence[int]) -> None:
    """Count how late those of a finished turn fired, each in the smallest bound that holds it."""
    fired = Milestone.objects.filter(pk__in=milestone_ids, state=MilestoneState.FIRED)
    late = [max((done - due).total_seconds(), 0) for due, done in fired.values_list("due_at", "outcome_at") if done]
    if late:
        add_to_tallies(LATENESS, Counter(_bound(seconds) for seconds in late))
        add_to_tallies(LATENESS_SUM, {"": sum(late)})


def _bound(seconds: float) -> str:
    return next((str(bound) for bound in LATENESS_BOUNDS if seconds <= bound), BEYOND)
