"""The machine of a tracking case on one screen: query, analyse, reassure, follow up, until the facts close it.

A transition sets the case's own instant, takes the instant `at` at which it happened (UTC), and calls nobody.
"""

from datetime import datetime
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition


class CaseStep(StrEnum):
    """What a person does about a parcel that needs somebody, in this order (seed-000)."""

    QUERY = "query"
    ANALYSE = "analyse"
    REASSURE = "reassure"
    FOLLOW_UP = "follow_up"


class CaseState(models.TextChoices):
    """How far a case has come; the last one is closed."""

    OPENED = "opened", _("Nothing done yet")
    QUERIED = "queried", _("Sources asked")
    ANALYSED = "analysed", _("Cause found")
    REASSURED = "reassured", _("Buyer told")
    FOLLOWED = "followed", _("Followed up")
    CLOSED = "closed", _("Closed")


OPEN_CASE = [CaseState.OPENED, CaseState.QUERIED, CaseState.ANALYSED, CaseState.REASSURED, CaseState.FOLLOWED]


class TrackingCaseLifecycle(ConcurrentTransitionMixin, models.Model):
    """The state, the instants that its transitions set, and the transitions."""

    state = FSMField(_("state"), default=CaseState.OPENED, choices=CaseState.choices, protected=True)
    opened_at = models.DateTimeField(_("opened at"))
    queried_at = models.DateTimeField(_("sources asked at"), null=True, blank=True)
    analysed_at = models.DateTimeField(_("cause found at"), null=True, blank=True)
    reassured_at = models.DateTimeField(_("buyer told at"), null=True, blank=True)
    followed_at = models.DateTimeField(_("followed up at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        abstract = True

    @transition(field=state, source=CaseState.OPENED, target=CaseState.QUERIED)
    def query(self, at: datetime) -> None:
        """The sources were asked where the parcel is."""
        self.queried_at = at

    @transition(field=state, source=CaseState.QUERIED, target=CaseState.ANALYSED)
    def analyse(self, at: datetime) -> None:
        """The cause is known, or the likely one."""
        self.analysed_at = at

    @transition(field=state, source=CaseState.ANALYSED, target=CaseState.REASSURED)
    def reassure(self, at: datetime) -> None:
        """The buyer was told the cause and what is done about it."""
        self.reassured_at = at

    @transition(field=state, source=CaseState.REASSURED, target=CaseState.FOLLOWED)
    def follow_up(self, at: datetime) -> None:
        """Somebody looked again; he does so until the facts close the case."""
        self.followed_at = at

    @transition(field=state, source=OPEN_CASE, target=CaseState.CLOSED)
    def close(self, at: datetime) -> None:
        """The parcel left its queue: no person closes a case, only the facts do (T5)."""
        self.closed_at = at
