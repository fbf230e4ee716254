"""The durable timers: a date is a row, and stays one until it has fired, or somebody can read why it did not."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.claims import Claimable, ClaimState
from orders.models.orders import Order, OrderPart


class MilestoneState(models.TextChoices):
    """Where a milestone stands."""

    PENDING = ClaimState.PENDING.value, _("pending")
    CLAIMED = ClaimState.CLAIMED.value, _("being worked on")
    FIRED = "fired", _("fired")
    CANCELLED = "cancelled", _("cancelled")
    STALE = "stale", _("already past when the order came in")
    DEAD = ClaimState.DEAD.value, _("given up")


class Milestone(Claimable):
    """Something of an order that falls due at an instant (UTC), by a rule.

    `due_at` is the deadline; a retry never moves it.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="milestones")
    kind = models.CharField(max_length=40)
    # What it is about where an order can have several: a dispute's number. The sequence counts all of a kind.
    subject = models.CharField(max_length=40, blank=True)
    sequence = models.PositiveIntegerField(default=1)
    rule = models.CharField(max_length=4)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=MilestoneState.choices, default=MilestoneState.PENDING)
    outcome_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    objects = OrderPart.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["due_at", "id"]
        constraints = [models.UniqueConstraint(fields=["order", "kind", "sequence"], name="one_milestone_per_sequence")]
        indexes = [
            # The sweep's and the claim's only look at the table: flat in the number of future rows.
            models.Index(fields=["next_attempt_at"], condition=Q(state="pending"), name="milestone_due"),
            models.Index(fields=["lease_until"], condition=Q(state="claimed"), name="milestone_lease"),
            models.Index(fields=["due_at"], condition=Q(state="dead"), name="milestone_dead"),
            # Figures count what fired in a time, and how much of it late.
            models.Index(fields=["outcome_at", "order"], condition=Q(state="fired"), name="milestone_fired"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_at:%Y-%m-%d %H:%M}"
