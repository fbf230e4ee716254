"""Rows that fall due and are worked on by any number of workers: one owner at a time, for the length of a lease."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ClaimState(models.TextChoices):
    """The part of a row's life that claiming knows; each model adds its own ends."""

    PENDING = "pending", _("pending")
    CLAIMED = "claimed", _("being worked on")
    DEAD = "dead", _("given up")


class Claimable(models.Model):
    """A worker owns the row while its `claim_token` stands and `lease_until` (UTC) has not passed.

    Retries move `next_attempt_at` and leave the row's own deadline alone.
    """

    state = models.CharField(max_length=10, default=ClaimState.PENDING)
    next_attempt_at = models.DateTimeField()
    claim_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True
