"""The machine of a review on one screen: analyse, contact, solve, ask or reply, or appeal to the platform (R10, R11).

A transition sets the review's own instants, takes the instant `at` at which it happened (UTC), and calls nobody.
"""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition


class ReviewState(models.TextChoices):
    """Where a review stands; the last five are over."""

    RECEIVED = "received", _("Nothing done yet")
    ANALYSED = "analysed", _("Cause found")
    CONTACTED = "contacted", _("Buyer contacted")
    SOLVED = "solved", _("Buyer accepts the solution")
    ASKED = "asked", _("Asked to change it")
    DECLINED = "declined", _("Buyer does not change it: reply publicly")
    APPEALED = "appealed", _("Appeal with the platform")
    NOTED = "noted", _("Nothing to do")
    CHANGED = "changed", _("Changed by the buyer")
    REPLIED = "replied", _("Replied publicly")
    REMOVED = "removed", _("Removed by the platform")
    LEFT = "left", _("Left without a reply")


BEFORE_ASKING = [ReviewState.RECEIVED, ReviewState.ANALYSED, ReviewState.CONTACTED, ReviewState.SOLVED]
OPEN_REVIEWS = [*BEFORE_ASKING, ReviewState.ASKED, ReviewState.DECLINED, ReviewState.APPEALED]


def _was_never_asked(review: Any) -> bool:
    return review.asked_at is None


class ReviewLifecycle(ConcurrentTransitionMixin, models.Model):
    """The state, the instants that its transitions set, and the transitions."""

    state = FSMField(_("state"), default=ReviewState.RECEIVED, choices=ReviewState.choices, protected=True)
    analysed_at = models.DateTimeField(_("cause found at"), null=True, blank=True)
    contacted_at = models.DateTimeField(_("buyer contacted at"), null=True, blank=True)
    solved_at = models.DateTimeField(_("solution accepted at"), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked to change it at"), null=True, blank=True)
    followed_up_at = models.DateTimeField(_("came back to it once at"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined to change it at"), null=True, blank=True)
    appealed_at = models.DateTimeField(_("appealed at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("over at"), null=True, blank=True)

    class Meta:
        abstract = True

    @transition(field=state, source=ReviewState.RECEIVED, target=ReviewState.ANALYSED)
    def analyse(self, at: datetime) -> None:
        """The cause is known, or the likely one."""
        self.analysed_at = at

    @transition(field=state, source=ReviewState.ANALYSED, target=ReviewState.CONTACTED)
    def contact(self, at: datetime) -> None:
        """The buyer was spoken to, by phone first."""
        self.contacted_at = at

    @transition(field=state, source=ReviewState.CONTACTED, target=ReviewState.SOLVED)
    def solve(self, at: datetime) -> None:
        """The buyer fully accepts what is done for him: only now may he be asked."""
        self.solved_at = at

    @transition(field=state, source=ReviewState.SOLVED, target=ReviewState.ASKED, conditions=[_was_never_asked])
    def ask(self, at: datetime) -> None:
        """He was asked, once, whether he would change it."""
        self.asked_at = at

    @transition(
        field=state,
        source=[ReviewState.ANALYSED, ReviewState.CONTACTED, ReviewState.SOLVED, ReviewState.ASKED],
        target=ReviewState.DECLINED,
    )
    def decline(self, at: datetime) -> None:
        """He does not change it, or cannot be reached: the public reply is due."""
        self.declined_at = at

    @transition(field=state, source=[*BEFORE_ASKING, ReviewState.DECLINED], target=ReviewState.APPEALED)
    def appeal(self, at: datetime) -> None:
        """The bundle was handed to the platform: this is no honest review (R11)."""
        self.appealed_at = at

    @transition(field=state, source=ReviewState.APPEALED, target=ReviewState.REMOVED)
    def remove(self, at: datetime) -> None:
        """The platform took it down."""
        self.closed_at = at

    @transition(field=state, source=ReviewState.APPEALED, target=ReviewState.DECLINED)
    def turn_down(self, at: datetime) -> None:
        """The platform lets it stand: it is replied to."""
        self.declined_at = at

    @transition(field=state, source=OPEN_REVIEWS, target=ReviewState.CHANGED)
    def change(self, at: datetime) -> None:
        """The buyer changed or withdrew it himself."""
        self.closed_at = at

    @transition(field=state, source=OPEN_REVIEWS, target=ReviewState.REPLIED)
    def reply(self, at: datetime) -> None:
        """The public reply stands below it."""
        self.closed_at = at

    @transition(field=state, source=ReviewState.RECEIVED, target=ReviewState.NOTED)
    def note(self, at: datetime) -> None:
        """A good one, or one of the past: nothing is to be done."""
        self.closed_at = at

    @transition(field=state, source=OPEN_REVIEWS, target=ReviewState.LEFT)
    def leave(self, at: datetime) -> None:
        """A person decided that it gets no reply, with a reason."""
        self.closed_at = at

    @transition(
        field=state,
        source=[ReviewState.NOTED, ReviewState.CHANGED, ReviewState.REPLIED, ReviewState.LEFT],
        target=ReviewState.RECEIVED,
    )
    def take_up(self, at: datetime) -> None:
        """The buyer changed it for the worse, or wrote once more: all begins anew, but nobody is asked twice (R10)."""
        self.analysed_at = self.contacted_at = self.solved_at = None
        self.declined_at = self.appealed_at = self.closed_at = None
