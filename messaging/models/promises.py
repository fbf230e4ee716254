"""Promised replies: "please wait" carries a time, and the time is a deadline (M7)."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from messaging.models.messages import Message
from orders.models import Order
from orders.models.orders import OrderPart


class PromiseMilestone(StrEnum):
    """The kinds of milestone that belong to a promise; its subject names it."""

    REMINDER = "promised_reply_reminder"
    DUE = "promised_reply"


class Promise(models.Model):
    """A time (UTC) until which the buyer was told to get an answer, in the message that says so.

    `number` counts those of the order. The next message that reaches the buyer settles it.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="promises")
    number = models.PositiveIntegerField()
    message = models.OneToOneField(Message, models.CASCADE, related_name="promise")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=40, blank=True)

    objects = OrderPart.as_manager()

    class Meta:
        verbose_name = _("promised reply")
        verbose_name_plural = _("promised replies")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="one_promise_per_number")]

    def __str__(self) -> str:
        return f"{self.order} · {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def subject(self) -> str:
        """What its milestones and actions are about."""
        return f"promise:{self.number}"
