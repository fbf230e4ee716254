"""Disputes with their offers and advice."""

from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import Case, F, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from disputes.lifecycle import AGAINST_US, GOOD_ENDS, DisputeLifecycle
from orders.models import Order
from orders.models.orders import OrderPart


class DisputePart(OrderPart):
    """Rows that belong to a dispute, and through its order to a store."""

    store_path = "dispute__order__store"


class StartCondition(models.TextChoices):
    """What has to have happened before the date for an answer applies, though the platform names it already."""

    NONE = "", _("it applies now")
    RETURN_ARRIVED = "return_arrived", _("once the return has arrived")


class Dispute(DisputeLifecycle):
    """A buyer's claim on an order, or on one of its items.

    `number` counts the disputes of one order; `amount` is what the buyer asks for, in the order's currency. The
    deadlines (UTC) are the pack's, or those that the platform named for this very case; None where neither is known.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="disputes", verbose_name=_("order"))
    number = models.PositiveIntegerField(_("number"))
    item = models.CharField(_("item"), max_length=500, blank=True)  # a SKU or a position; empty: the whole order
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    customs_cause = models.CharField(_("cause of the customs hold"), max_length=100, blank=True)
    amount = models.DecimalField(_("claimed"), max_digits=14, decimal_places=2, null=True, blank=True)
    missing_quantity = models.PositiveIntegerField(_("missing quantity"), null=True, blank=True)
    respond_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    platform_respond_by = models.DateTimeField(_("answer by, as the platform says"), null=True, blank=True)
    respond_when = models.CharField(
        _("the answer's date applies"), max_length=20, choices=StartCondition.choices, blank=True, db_default=""
    )
    response_missed_at = models.DateTimeField(_("answer missed at"), null=True, blank=True)
    evidence_by = models.DateTimeField(_("evidence by"), null=True, blank=True)
    platform_evidence_by = models.DateTimeField(_("evidence by, as the platform says"), null=True, blank=True)
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
            models.Index(fields=["closed_at"], name="dispute_by_end"),  # figures
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
    def claimed(self) -> Decimal | None:
        """What the buyer asks for, in the order's currency; the order's total where he named no amount."""
        claimed: Decimal | None = self.order.total if self.amount is None else self.amount
        return claimed

    @property
    def paid(self) -> Decimal | None:
        """What a closed dispute gave to the buyer, in the order's currency; None where nobody told it.

        The whole claim where it went against us and no amount was named; nothing where it ended well.
        """
        if self.state in GOOD_ENDS:
            return Decimal(0)
        if self.awarded is None and self.state in AGAINST_US:
            return self.claimed
        awarded: Decimal | None = self.awarded
        return awarded

    @property
    def deadline(self) -> datetime | None:
        """The platform's deadline that runs now: the answer's until the notice, the evidence's after it.

        None where nobody knows it, or it does not apply yet.
        """
        return self.evidence_by if self.noticed_at else self.respond_by


def running_deadline() -> Combinable:
    """`Dispute.deadline` for the database; where there is none, a dispute is as urgent as one that is due."""
    named = Case(When(noticed_at__isnull=False, then=F("evidence_by")), default=F("respond_by"))
    return Coalesce(named, F("opened_at"))


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
