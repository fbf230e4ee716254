"""The machine of an after-sale case on one screen: one for every kind of case (R1–R9).

What a kind does step by step, and what each step waits for, is data (`disputes/playbooks/`). A transition sets the
case's own instants, takes the instant `at` at which it happened (UTC), and calls nobody.
"""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition


class AfterSaleState(models.TextChoices):
    """Where a case stands; the last one is closed."""

    OPENED = "opened", _("Being worked on")
    APPROVAL_ASKED = "approval_asked", _("Waiting for a second approval")
    APPROVED = "approved", _("Approved, not with the buyer yet")
    REFUSED = "refused", _("Refused")
    SETTLED = "settled", _("The buyer has it")
    CLOSED = "closed", _("Closed")


UNDECIDED = [AfterSaleState.OPENED, AfterSaleState.APPROVAL_ASKED]
OPEN_CASES = [*UNDECIDED, AfterSaleState.APPROVED, AfterSaleState.REFUSED, AfterSaleState.SETTLED]


class AfterSaleLifecycle(ConcurrentTransitionMixin, models.Model):
    """The state, the instants that its transitions set, and the transitions."""

    state = FSMField(_("state"), default=AfterSaleState.OPENED, choices=AfterSaleState.choices, protected=True)
    opened_at = models.DateTimeField(_("opened at"))
    approval_asked_at = models.DateTimeField(_("second approval asked at"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("with the buyer at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        abstract = True

    @transition(field=state, source=AfterSaleState.OPENED, target=AfterSaleState.APPROVAL_ASKED)
    def ask_approval(self, at: datetime) -> None:
        """What it grants is more than one person may grant alone."""
        self.approval_asked_at = at

    @transition(field=state, source=AfterSaleState.APPROVAL_ASKED, target=AfterSaleState.OPENED)
    def send_back(self, at: datetime) -> None:
        """The second person did not agree: it is worked on again."""
        self.approval_asked_at = None

    @transition(field=state, source=UNDECIDED, target=AfterSaleState.APPROVED)
    def approve(self, at: datetime) -> None:
        """The buyer gets what was granted."""
        self.decided_at = at

    @transition(field=state, source=UNDECIDED, target=AfterSaleState.REFUSED)
    def refuse(self, at: datetime) -> None:
        """The buyer does not get it, for a reason that is kept (R5, R6)."""
        self.decided_at = at

    @transition(field=state, source=[AfterSaleState.APPROVED, AfterSaleState.REFUSED], target=AfterSaleState.OPENED)
    def reconsider(self, at: datetime) -> None:
        """What was decided does not hold any more: the reship was lost, the buyer showed a new proof."""
        self.decided_at = None

    @transition(field=state, source=AfterSaleState.APPROVED, target=AfterSaleState.SETTLED)
    def settle(self, at: datetime) -> None:
        """The buyer has it: the money left, or the parcel arrived."""
        self.settled_at = at

    @transition(field=state, source=OPEN_CASES, target=AfterSaleState.CLOSED)
    def close(self, at: datetime) -> None:
        """There is a result, and the buyer was called back."""
        self.closed_at = at

    @transition(field=state, source=[AfterSaleState.SETTLED, AfterSaleState.CLOSED], target=AfterSaleState.OPENED)
    def reopen(self, at: datetime) -> None:
        """The trouble came back."""
        self.decided_at = self.settled_at = self.closed_at = None
