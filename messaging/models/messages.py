"""The outbox, in which each message to a buyer lives its whole life."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.models.claims import Claimable, ClaimState
from orders.models.orders import OrderPart


class Channel(models.TextChoices):
    """How a message reaches the buyer."""

    EMAIL = "email", _("e-mail")
    BY_HAND = "by_hand", _("by hand")


class MessageState(models.TextChoices):
    """Where a message stands."""

    PENDING = ClaimState.PENDING.value, _("waiting for its hour")
    CLAIMED = ClaimState.CLAIMED.value, _("being sent")
    SENT = "sent", _("sent")
    CANCELLED = "cancelled", _("not sent")
    WAITING = "waiting", _("to be sent by hand")
    STOPPED = "stopped", _("something is missing")
    DEAD = ClaimState.DEAD.value, _("could not be sent")


class Message(Claimable):
    """One message to the buyer of one order, in the buyer's language, with the rule that asked for it.

    `sequence` is the number of the timeline event behind it: with order and purpose it makes the Message-ID, so that
    a repeat after a crash carries the same one. `send_after` is when the buyer's contact hours allow it (UTC).
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="messages")
    purpose = models.CharField(max_length=30)
    sequence = models.PositiveIntegerField()
    rule = models.CharField(max_length=4)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    language = models.CharField(max_length=10)
    to = models.EmailField(blank=True)
    subject = models.CharField(max_length=400)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.PENDING)
    reason = models.CharField(max_length=200, blank=True)
    queued_at = models.DateTimeField()
    send_after = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.CharField(max_length=100, blank=True)
    # Who has it before him in the by-hand run, and until when it is shown to nobody else (UTC).
    held_by = models.CharField(max_length=100, blank=True, db_default="")
    held_until = models.DateTimeField(null=True, blank=True)
    # Of a reply: who wrote it, by his id, and the Message-ID of the mail that it answers.
    written_by = models.CharField(max_length=100, blank=True, db_default="")
    in_reply_to = models.CharField(max_length=500, blank=True, db_default="")
    # The message as it went out, kept as proof.
    proof = models.FileField(upload_to="messages/%Y/%m", blank=True)
    proof_sha256 = models.CharField(max_length=64, blank=True)

    objects = OrderPart.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["send_after", "id"]
        constraints = [models.UniqueConstraint(fields=["order", "purpose", "sequence"], name="one_message_per_cause")]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="pending"), name="message_due"),
            models.Index(fields=["lease_until"], condition=Q(state="claimed"), name="message_lease"),
            models.Index(
                fields=["send_after"],
                condition=Q(state__in=["waiting", "stopped", "dead"]),
                name="message_by_hand",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} · {self.order}"

    def message_id(self, domain: str) -> str:
        """The same for every attempt: mail systems that de-duplicate can."""
        return f"<{self.order_id}.{self.purpose}.{self.sequence}@{domain}>"
