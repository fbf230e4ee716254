"""Disputes with their offers and advice, and what the team has to do, each item with a date and its rule."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from disputes.lifecycle import DisputeLifecycle
from disputes.tracking_lifecycle import CaseState, CaseStep, TrackingCaseLifecycle
from orders.models import Order
from orders.models.orders import OrderPart


class DisputePart(OrderPart):
    """Rows that belong to a dispute, and through its order to a store."""

    store_path = "dispute__order__store"


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


class Dispute(DisputeLifecycle):
    """A buyer's claim on an order, or on one of its items.

    `number` counts the disputes of one order; `amount` is what the buyer asks for, in the order's currency.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="disputes", verbose_name=_("order"))
    number = models.PositiveIntegerField(_("number"))
    item = models.CharField(_("item"), max_length=500, blank=True)  # a SKU or a position; empty: the whole order
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    customs_cause = models.CharField(_("cause of the customs hold"), max_length=100, blank=True)
    amount = models.DecimalField(_("claimed"), max_digits=14, decimal_places=2, null=True, blank=True)
    missing_quantity = models.PositiveIntegerField(_("missing quantity"), null=True, blank=True)
    respond_by = models.DateTimeField(_("answer by"))
    response_missed_at = models.DateTimeField(_("answer missed at"), null=True, blank=True)
    evidence_by = models.DateTimeField(_("evidence by"), null=True, blank=True)
    awarded = models.DecimalField(_("awarded to the buyer"), max_digits=14, decimal_places=2, null=True, blank=True)

    objects = OrderPart.as_manager()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["opened_at", "id"]
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="one_dispute_per_number")]
        indexes = [
            models.Index(fields=["state", "respond_by"], name="dispute_by_deadline"),
            models.Index(fields=["opened_at"], name="dispute_by_opening"),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.reason}"

    @property
    def is_open(self) -> bool:
        """Whether it is not closed yet."""
        return self.closed_at is None

    @property
    def subject(self) -> str:
        """What its milestones and actions are about."""
        return f"dispute:{self.number}"

    @property
    def deadline(self) -> datetime:
        """The platform's deadline that runs now: the answer's until the notice, the evidence's after it."""
        return self.evidence_by or self.respond_by


class Offer(models.Model):
    """What the seller offered in a dispute instead of what the buyer asks for."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="offers")
    at = models.DateTimeField()
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    remedy = models.CharField(max_length=20, blank=True)  # `reship` or `return`, where the offer is not money

    objects = DisputePart.as_manager()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.amount if self.amount is not None else self.remedy}"


class AdviceEntry(models.Model):
    """The advice of a moment: kept whenever the rule, the recommendation, the liability or what is missing changes."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="advice")
    order = models.ForeignKey(Order, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    rule = models.CharField(max_length=4)
    recommendation = models.CharField(max_length=40)
    liability = models.CharField(max_length=20)
    missing = models.JSONField(default=list)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)

    objects = OrderPart.as_manager()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.rule} {self.recommendation}"


class TrackingCase(TrackingCaseLifecycle):
    """The follow-through of a parcel while it stands in a queue of the tracking desk; an order has at most one open.

    `number` counts the cases of one order, `rule` is why it stands in the queue. `next_at` (UTC) is when somebody
    looks again (R12); `result` is what closed it: a fact, or the queue to which the parcel went on.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="tracking_cases", verbose_name=_("order"))
    number = models.PositiveIntegerField(_("number"))
    queue = models.CharField(_("tracking queue"), max_length=20)
    rule = models.CharField(_("rule"), max_length=4)
    next_at = models.DateTimeField(_("next date"))
    result = models.CharField(_("result"), max_length=40, blank=True)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("responsible")
    )

    objects = OrderPart.as_manager()

    class Meta:
        verbose_name = _("tracking case")
        verbose_name_plural = _("tracking cases")
        ordering = ["opened_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="one_tracking_case_per_number"),
            models.UniqueConstraint(fields=["order"], condition=Q(closed_at=None), name="one_open_tracking_case"),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.queue}"

    @property
    def is_open(self) -> bool:
        """Whether the parcel still stands in its queue."""
        return self.closed_at is None

    @property
    def subject(self) -> str:
        """What its milestones and actions are about."""
        return f"tracking:{self.number}"

    @property
    def next_step(self) -> CaseStep:
        """What there is to do next; following up is done again and again until the facts close the case."""
        return NEXT_STEPS.get(CaseState(self.state), CaseStep.FOLLOW_UP)


NEXT_STEPS = {
    CaseState.OPENED: CaseStep.QUERY,
    CaseState.QUERIED: CaseStep.ANALYSE,
    CaseState.ANALYSED: CaseStep.REASSURE,
}


class Heartbeat(models.Model):
    """When a part of the program last gave a sign of life (UTC): a page can say that it has stopped."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
