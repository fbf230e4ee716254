"""Which other programs are told of what happens in a store, and the outbox of what they are told."""

import uuid
from contextlib import suppress
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.encryption import UnreadableSecret, lock, unlock
from orders.models.accounts import Store
from orders.models.claims import Claimable, ClaimState
from orders.models.timeline import TimelineEvent
from orders.querysets import StoreScoped
from orders.webhook_types import hears


class OffReason(models.TextChoices):
    """Why we switched a webhook off; its owner needs no reason."""

    GONE = "gone", _("it answered that it is gone")
    FAILING = "failing", _("it took nothing for days")


class Webhook(models.Model):
    """An address of another program that is told what happens in the store, from `since` (UTC) on.

    `event_types` are the types that it hears; empty: all. After a failure nothing is posted before `next_post_at`;
    `failing_since` is the first of the failures in a row. `behind_since` is what waits longest, where that is too long.
    `given_up` events were not told since the owner last noted it: `given_up_from` and `given_up_event` (the timeline's)
    are the first of them, `given_up_at` is when the last one was found. The secrets that sign are locked away; the
    former one signs, too, until `former_until`.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="webhooks", verbose_name=_("store"))
    name = models.CharField(_("name"), max_length=60, blank=True)
    url = models.CharField(_("address"), max_length=500)
    locked_secret = models.TextField(editable=False)
    event_types = models.JSONField(_("hears"), default=list, blank=True)
    is_on = models.BooleanField(_("switched on"), default=True)
    since = models.DateTimeField()
    next_post_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    last_ok_at = models.DateTimeField(_("last success"), null=True, blank=True)
    last_error_at = models.DateTimeField(_("last error at"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    failing_since = models.DateTimeField(_("fails since"), null=True, blank=True)
    behind_since = models.DateTimeField(_("is behind since"), null=True, blank=True)
    given_up = models.PositiveIntegerField(_("given up"), default=0, db_default=0)
    given_up_from = models.DateTimeField(null=True, blank=True)
    given_up_event = models.BigIntegerField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    off_reason = models.CharField(max_length=10, choices=OffReason.choices, blank=True, default="", db_default="")
    locked_former_secret = models.TextField(blank=True, default="", db_default="", editable=False)
    former_until = models.DateTimeField(null=True, blank=True)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["store", "id"]

    def __str__(self) -> str:
        return self.name or self.url

    @property
    def secret(self) -> str:
        """The secret in clear. Raises UnreadableSecret."""
        return unlock(self.locked_secret)

    def former_secrets(self, now: datetime) -> list[str]:
        """The secret before this one, while it is good; one that cannot be read any more is no loss."""
        if self.former_until and now < self.former_until:
            with suppress(UnreadableSecret):
                return [unlock(self.locked_former_secret)]
        return []

    def set_secret(self, secret: str) -> None:
        """Lock the secret away."""
        self.locked_secret = lock(secret)

    def hears(self, event_type: str) -> bool:
        """Whether it wants to be told of this type."""
        return hears(self.event_types, event_type)


class DeliveryState(models.TextChoices):
    """Where a delivery stands."""

    PENDING = ClaimState.PENDING.value, _("waiting for its turn")
    CLAIMED = ClaimState.CLAIMED.value, _("being sent")
    SENT = "sent", _("taken")
    CANCELLED = "cancelled", _("not sent")
    DEAD = ClaimState.DEAD.value, _("could not be sent")


class WebhookDelivery(Claimable):
    """One event that one webhook is told. Its words follow from the event, whenever they are said.

    `message_id` is the same at every attempt; without an `event` it is a test. It waits since `raised_at`, or since
    somebody asked for it again (`asked_at`). One that was given up is counted once, at `counted_at` (all UTC).
    """

    # Without a constraint: what happens to an order is recorded, though its webhook is removed at that moment.
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", db_constraint=False)
    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    event = models.ForeignKey(TimelineEvent, models.DO_NOTHING, null=True, related_name="+")
    message_id = models.UUIDField(default=uuid.uuid4, unique=True)
    type = models.CharField(max_length=60)
    raised_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="pending"), name="delivery_due"),
            models.Index(fields=["lease_until"], condition=Q(state="claimed"), name="delivery_lease"),
            models.Index(fields=["webhook", "-id"], name="delivery_of_webhook"),
            models.Index(fields=["raised_at"], name="delivery_by_age"),
            models.Index(fields=["webhook", "id"], condition=Q(state="pending"), name="delivery_waiting"),
            models.Index(
                fields=["webhook"], condition=Q(state="dead", counted_at__isnull=True), name="delivery_uncounted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.message_id}"
