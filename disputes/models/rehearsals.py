"""A rehearsal asked for on a page: orders played through the rules on a virtual clock, with its progress and result."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from disputes.models.policy_changes import PolicyChange
from orders.models import Store
from orders.querysets import StoreScoped


class RehearsalState(models.TextChoices):
    """Where a rehearsal stands."""

    QUEUED = "queued", _("waiting for a worker")
    RUNNING = "running", _("being rehearsed")
    DONE = "done", _("rehearsed")
    FAILED = "failed", _("could not be rehearsed")
    CANCELLED = "cancelled", _("called off")


REHEARSING = [RehearsalState.QUEUED, RehearsalState.RUNNING]


class RehearsalSource(models.TextChoices):
    """What is played through."""

    FILE = "file", _("an order file")
    SCENARIO = "scenario", _("a scenario")
    ORDERS = "orders", _("the store's orders of the last 90 days")


class Rehearsal(models.Model):
    """Orders and rules, and what became of them; nothing of it touches an order of the store.

    `rules` and `rules_now` are `{"version": …, "overrides": …}` of the pack `policy_name`; without `rules_now` nothing
    is compared. `until` (UTC) is the end of the virtual clock.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="rehearsals", verbose_name=_("store"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("asked for by"))
    change = models.ForeignKey(PolicyChange, models.SET_NULL, null=True, blank=True, related_name="rehearsals")
    source = models.CharField(max_length=10, choices=RehearsalSource.choices)
    file = models.FileField(upload_to="rehearsals/%Y/%m", blank=True)
    name = models.CharField(max_length=200, blank=True)
    timezone = models.CharField(max_length=50)
    policy_name = models.CharField(max_length=50)
    rules = models.JSONField(default=dict)
    rules_now = models.JSONField(null=True, blank=True)
    until = models.DateTimeField()
    state = models.CharField(max_length=10, choices=RehearsalState.choices, default=RehearsalState.QUEUED)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    orders_total = models.PositiveIntegerField(default=0)
    orders_done = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state"], condition=models.Q(state__in=REHEARSING), name="rehearsal_under_way"),
        ]

    def __str__(self) -> str:
        return self.name or self.get_source_display()

    @property
    def is_under_way(self) -> bool:
        """Whether a worker is at it, or will be."""
        return self.state in REHEARSING
