"""What happened to an order: an append-only list in which each event carries the hash of the one before it."""

import hashlib
import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Order, OrderPart


class EventKind(models.TextChoices):
    """Where an event comes from."""

    FACT = "fact", _("fact")  # the platform, the carrier or the buyer says that it happened
    COMMAND = "command", _("command")  # the seller asked for it
    REFUSED = "refused", _("refused")  # the seller asked for it, and a rule forbade it
    MILESTONE = "milestone", _("milestone")
    MESSAGE = "message", _("message")
    ACTION = "action", _("action")
    NOTE = "note", _("note")


class TimelineEvent(models.Model):
    """One event. `at` is when it happened, `recorded_at` when we learnt of it (both UTC).

    A database trigger refuses every update and delete.
    """

    order = models.ForeignKey(Order, models.DO_NOTHING, related_name="timeline")
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=EventKind.choices)
    type = models.CharField(max_length=40)
    rule = models.CharField(max_length=4, blank=True)
    actor = models.CharField(max_length=100, blank=True)  # the user's id or the door, never a name
    data = models.JSONField(default=dict)
    private_digest = models.CharField(max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = OrderPart.as_manager()

    class Meta:
        ordering = ["order_id", "sequence"]
        constraints = [models.UniqueConstraint(fields=["order", "sequence"], name="one_event_per_sequence")]
        indexes = [
            # Complaints are counted by their date (T11), and are few among all that happens.
            models.Index(fields=["at"], condition=models.Q(type="receipt_denied"), name="receipt_denied"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.type}"

    def compute_hash(self, chain: str) -> str:
        """The hash of this event in the chain named `chain` (store and order number, which outlive the row's id)."""
        content = [
            chain,
            self.sequence,
            self.at.isoformat(),
            self.recorded_at.isoformat(),
            self.kind,
            self.type,
            self.rule,
            self.actor,
            self.data,
            self.private_digest,
            self.previous_hash,
        ]
        return hashlib.sha256(canonical(content).encode()).hexdigest()


class PrivateData(models.Model):
    """Personal data of one event, beside the chain: erasing it leaves the chain whole, since that holds only a hash.

    The salt keeps a short text, such as a name, from being guessed back out of the hash.
    """

    event = models.OneToOneField(TimelineEvent, models.DO_NOTHING, related_name="private")
    salt = models.CharField(max_length=32)
    data = models.JSONField()

    def __str__(self) -> str:
        return f"private data of event {self.event_id}"


def private_digest(salt: str, data: dict[str, Any]) -> str:
    """What the chain keeps of personal data."""
    return hashlib.sha256(f"{salt}\n{canonical(data)}".encode()).hexdigest()


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: Any) -> str:
    """JSON with one spelling for one value."""
    return _CANONICAL.encode(value)


def chain_name(order: Order) -> str:
    """The name of an order's chain."""
    return f"{order.store.slug}/{order.order_number}"
