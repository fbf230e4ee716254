"""The dispute's machine on one screen: its states and every transition between them (D1–D11).

A transition sets the dispute's own fields, takes the instant `at` at which it happened, and calls nobody.
"""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import ConcurrentTransitionMixin, FSMField, transition


class DisputeState(models.TextChoices):
    """Where a dispute stands; the last five are closed."""

    OPENED = "opened", _("Waiting for our answer")
    NEGOTIATING = "negotiating", _("Counter-offer made")
    EVIDENCE_DUE = "evidence_due", _("Evidence due")
    EVIDENCE_MISSED = "evidence_missed", _("Evidence deadline missed")
    EVIDENCE_SUBMITTED = "evidence_submitted", _("Evidence submitted")
    WON = "won", _("Won")
    LOST = "lost", pgettext_lazy("dispute", "Lost")
    SETTLED = "settled", _("Settled")
    ACCEPTED = "accepted", _("Accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn by the buyer")


ANSWERABLE = [DisputeState.OPENED, DisputeState.NEGOTIATING]
GOOD_ENDS = [DisputeState.WON, DisputeState.WITHDRAWN]
AGAINST_US = [DisputeState.LOST, DisputeState.ACCEPTED]
RULED = [*GOOD_ENDS, *AGAINST_US]
OPEN_DISPUTE = [*ANSWERABLE, DisputeState.EVIDENCE_DUE, DisputeState.EVIDENCE_MISSED, DisputeState.EVIDENCE_SUBMITTED]


class DisputeLifecycle(ConcurrentTransitionMixin, models.Model):
    """The state, the instants that its transitions set, and the transitions."""

    state = FSMField(_("state"), default=DisputeState.OPENED, choices=DisputeState.choices, protected=True)
    opened_at = models.DateTimeField(_("opened at"))
    changed_at = models.DateTimeField(_("changed by the buyer at"))  # the answer is due counting from here (D1)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    noticed_at = models.DateTimeField(_("platform's notice at"), null=True, blank=True)
    missed_at = models.DateTimeField(_("evidence missed at"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("evidence submitted at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        abstract = True

    @transition(field=state, source=DisputeState.OPENED, target=DisputeState.NEGOTIATING)
    def make_counter_offer(self, at: datetime) -> None:
        """The seller rejected the claim and offered something else (D2)."""
        self.answered_at = at

    @transition(field=state, source=DisputeState.NEGOTIATING, target=DisputeState.OPENED)
    def reopen(self, at: datetime) -> None:
        """The buyer changed his claim: it waits for our answer again (D1)."""
        self.changed_at = at

    @transition(
        field=state,
        source=[*ANSWERABLE, DisputeState.EVIDENCE_MISSED, DisputeState.EVIDENCE_SUBMITTED],
        target=DisputeState.EVIDENCE_DUE,
    )
    def ask_evidence(self, at: datetime) -> None:
        """The platform took the case and asks for evidence, or asks again (D4, D5)."""
        self.noticed_at = at

    @transition(
        field=state,
        source=[DisputeState.EVIDENCE_DUE, DisputeState.EVIDENCE_MISSED],
        target=DisputeState.EVIDENCE_SUBMITTED,
    )
    def submit_evidence(self, at: datetime) -> None:
        """The evidence was handed in, late too (D8)."""
        self.submitted_at = at

    @transition(field=state, source=DisputeState.EVIDENCE_DUE, target=DisputeState.EVIDENCE_MISSED)
    def miss_evidence(self, at: datetime) -> None:
        """The deadline passed without evidence (D8)."""
        self.missed_at = at

    @transition(field=state, source=OPEN_DISPUTE, target=DisputeState.ACCEPTED)
    def accept(self, at: datetime) -> None:
        """The buyer gets what he asked for."""
        self.closed_at = at

    @transition(field=state, source=OPEN_DISPUTE, target=DisputeState.WITHDRAWN)
    def withdraw(self, at: datetime) -> None:
        """The buyer took his claim back."""
        self.closed_at = at

    @transition(field=state, source=OPEN_DISPUTE, target=DisputeState.WON)
    def win(self, at: datetime) -> None:
        """The platform ruled for the seller."""
        self.closed_at = at

    @transition(field=state, source=OPEN_DISPUTE, target=DisputeState.LOST)
    def lose(self, at: datetime) -> None:
        """The platform ruled for the buyer."""
        self.closed_at = at

    @transition(field=state, source=OPEN_DISPUTE, target=DisputeState.SETTLED)
    def settle(self, at: datetime) -> None:
        """The platform, or the two sides, met half-way."""
        self.closed_at = at
