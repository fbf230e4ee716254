"""Frozen views of an order: what the tracking, the listing or the policy looked like on a day."""

import hashlib
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Order, OrderPart
from orders.models.timeline import canonical


class SnapshotKind(models.TextChoices):
    """What a snapshot shows."""

    TRACKING = "tracking", _("tracking")
    LISTING = "listing", _("listing")
    POLICY = "policy", _("policy")


class Snapshot(models.Model):
    """One view, as it stood `at` (UTC); the timeline holds its hash, and the database refuses to change it.

    `occasion` says why it was kept: a milestone's kind, `delivered`, `sale`. `source` is where the view comes from.
    """

    order = models.ForeignKey(Order, models.DO_NOTHING, related_name="snapshots", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=10, choices=SnapshotKind.choices)
    occasion = models.CharField(_("occasion"), max_length=40)
    at = models.DateTimeField(_("at"))
    source = models.CharField(_("source"), max_length=500, blank=True)
    content = models.JSONField(_("content"))
    sha256 = models.CharField(max_length=64)

    objects = OrderPart.as_manager()

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} · {self.occasion}"


def content_digest(content: dict[str, Any]) -> str:
    """The SHA-256 of a snapshot's content, in its one spelling."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()
