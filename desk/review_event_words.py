"""What reviews leave on an order's timeline and among its dates, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.review_words import DETAILS, HISTORY
from disputes.causes import CauseGroup
from disputes.services.reviews import ReviewMilestone

Words = str | Promise
STEP = "review_step"

EVENTS: dict[str, Words] = {
    STEP: _("Step about a review"),
    "review_answered": _("The review was answered in public"),
    "review_changed": _("The review stands differently on the platform"),
}
MILESTONES: dict[str, Words] = {ReviewMilestone.FOLLOW_UP: _("Look at the review again")}
REASONS: dict[str, Words] = {
    STEP: _("somebody took the next step"),
    "review_over": _("the review is over"),
}


def told_step(key: str, value: str) -> Words:
    """A value of a step in words; empty where it has none of its own."""
    details = {code: said for group in DETAILS.values() for code, said in group.items()}
    tables: dict[str, dict[str, Words]] = {"step": HISTORY, "cause": dict(CauseGroup.choices), "detail": details}
    return tables.get(key, {}).get(value, "")
