"""What the team has to do, each item with a date and its rule."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from orders.models import Order, Store
from orders.models.orders import OrderPart

# By what items are sorted by their stake: an unknown one comes after every known one, on either database.
WORTH = Coalesce("stake", Decimal(-1))


class ActionKind(models.TextChoices):
    """What there is to do (the contract's words)."""

    SHIP = "ship", _("Ship the parcel")
    ANSWER_CANCELLATION = "answer_cancellation", _("Cancel the order, or refuse to")
    RECORD_CHOICE = "record_choice", _("Record what the buyer chose")
    REFUND = "refund", _("Refund the buyer")
    EXTEND_RECEIPT_TIME = "extend_receipt_time", _("Extend the receipt time")
    RELEASE_FUNDS = "release_funds", _("Apply for release of the funds")
    KEEP_DELIVERY_PROOF = "keep_delivery_proof", _("Keep a proof of delivery")
    VERIFY_TRACKING = "verify_tracking", _("Verify the tracking")
    CONTACT_BUYER = "contact_buyer", _("Contact the buyer")
    ANSWER_DISPUTE = "answer_dispute", _("Answer the dispute")
    SUBMIT_EVIDENCE = "submit_evidence", _("Submit the evidence")
    PROVIDE_EXHIBIT = "provide_exhibit", _("Provide an exhibit")
    REQUEST_BUYER_PROOF = "request_buyer_proof", _("Ask the buyer for a proof")
    REQUEST_CARRIER_CERTIFICATE = "request_carrier_certificate", _("Ask the carrier for a certificate")
    REQUEST_BUYER_PHOTO = "request_buyer_photo", _("Ask the buyer for a photo")
    RESHIP = "reship", _("Ship again")
    REPLY_REVIEW = "reply_review", _("Reply to the review")
    ASK_REPAYMENT = "ask_repayment", _("Ask for repayment")
    SEND_BY_HAND = "send_by_hand", _("Send a message by hand")
    VERIFY_DELIVERY = "verify_delivery", _("Verify the delivery")
    VERIFY_CARRIER_REASON = "verify_carrier_reason", _("Verify the carrier's reason")
    COUNTER_OFFER = "counter_offer", _("Make a counter-offer")
    REVIEW_MANUALLY = "review_manually", _("Look at the case")
    CASE_STEP = "case_step", _("Take the next step of the case")


class ActionState(models.TextChoices):
    """Where an item stands."""

    OPEN = "open", _("open")
    DONE = "done", _("done")
    SUPERSEDED = "superseded", _("replaced by a newer one")
    SETTLED = "settled", _("settled by what happened")


class ActionItem(models.Model):
    """One thing for the team to do on one order until `due_at` (UTC), because a rule says so.

    `stake` is the money that it is about, in the store's currency: what the dispute claims, else the order's total;
    none where the store has no rate. Until `snoozed_until` (UTC) it is put aside, then it is back by itself.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="actions")
    # The order's, kept here so that a small store's list does not walk over everybody's; filled when it is saved.
    store = models.ForeignKey(Store, models.CASCADE, related_name="+", null=True, editable=False)
    kind = models.CharField(max_length=30, choices=ActionKind.choices)
    rule = models.CharField(max_length=4)
    # What tells two open items of one kind apart: a message's purpose, later an evidence slot.
    subject = models.CharField(max_length=60, blank=True)
    data = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ActionState.choices, default=ActionState.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    stake = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snooze_reason = models.CharField(max_length=200, blank=True, db_default="")
    # Of the order's mood (orders.moods): the higher, the sooner.
    urgency = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    objects = OrderPart.as_manager()

    class Meta:
        verbose_name = _("action item")
        verbose_name_plural = _("action items")
        ordering = ["due_at", "id"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="open"), name="action_open"),
            models.Index(fields=["store", "due_at", "id"], condition=Q(state="open"), name="action_open_of_store"),
            models.Index(fields=["assignee", "due_at"], condition=Q(state="open"), name="action_open_of_person"),
            models.Index(
                "store",
                WORTH.desc(),
                "due_at",
                "id",
                condition=Q(state="open"),
                name="action_by_stake",
            ),
            models.Index(
                fields=["store", "snoozed_until"],
                condition=Q(state="open", snoozed_until__isnull=False),
                name="action_snoozed",
            ),
            models.Index(
                fields=["store", "due_at", "id"], condition=Q(state="open", urgency__gt=0), name="action_of_upset_buyer"
            ),
            # Figures count the extensions that were due in a time, done or not; they are few among all there is to do.
            models.Index(fields=["due_at"], condition=Q(kind="extend_receipt_time"), name="action_extension"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.order}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the order's store with it."""
        if self.store_id is None:
            self.store = self.order.store
        super().save(*args, **kwargs)

    @property
    def case(self) -> str:
        """The subject of the dispute that it belongs to, that of a missing exhibit included; empty for other work."""
        return ":".join(self.subject.split(":")[:2]) if self.subject.startswith("dispute:") else ""

    def is_snoozed(self, now: datetime) -> bool:
        """Whether it is put aside at this moment."""
        return self.snoozed_until is not None and self.snoozed_until > now
