"""What the team has to do, each item with a date and the rule that asks for it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.models.orders import OrderPart


class ActionKind(models.TextChoices):
    """What there is to do (the contract's words)."""

    SHIP = "ship", _("Ship the parcel")
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


class ActionState(models.TextChoices):
    """Where an item stands."""

    OPEN = "open", _("open")
    DONE = "done", _("done")
    SUPERSEDED = "superseded", _("replaced by a newer one")
    SETTLED = "settled", _("settled by what happened")


class ActionItem(models.Model):
    """One thing for the team to do on one order until `due_at` (UTC), because a rule says so."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="actions")
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

    objects = OrderPart.as_manager()

    class Meta:
        verbose_name = _("action item")
        verbose_name_plural = _("action items")
        ordering = ["due_at", "id"]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="open"), name="action_open")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.order}"


class Heartbeat(models.Model):
    """When a part of the program last gave a sign of life (UTC): a page can say that it has stopped."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
