"""After-sale cases: what the buyer asks for, what was done about it step by step, parcels back and forth, and money."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from disputes.case_lifecycle import AfterSaleLifecycle
from disputes.case_terms import (
    BuyerReason,
    Eligibility,
    Fault,
    Inspection,
    Intercept,
    MoneyKind,
    ParcelWay,
    Remedy,
    Result,
)
from disputes.causes import CauseGroup
from orders.models import Order
from orders.models.orders import OrderPart


class AfterSaleCase(AfterSaleLifecycle):
    """Something a buyer asks for after he paid. `kind` names its playbook; amounts are in the order's currency.

    `number` counts the cases of one order, `step` is the playbook's step that is next, `next_at` (UTC) when somebody
    looks again (R12), `amount` what is asked for, `granted` what was decided on.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="after_sale_cases", verbose_name=_("order"))
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=30)
    cause = models.CharField(_("cause"), max_length=20, choices=CauseGroup.choices)
    step = models.CharField(_("next step"), max_length=30, blank=True)
    next_at = models.DateTimeField(_("next date"))
    item = models.CharField(_("item"), max_length=500, blank=True)  # a SKU or a position; empty: the whole order
    quantity = models.PositiveIntegerField(_("quantity"), null=True, blank=True)
    amount = models.DecimalField(_("asked for"), max_digits=14, decimal_places=2, null=True, blank=True)
    granted = models.DecimalField(_("granted"), max_digits=14, decimal_places=2, null=True, blank=True)
    words = models.TextField(_("the buyer's words"), blank=True)
    proposal = models.TextField(_("what the buyer proposes"), blank=True)
    # Kinds of trouble that a playbook asks about: damage is another case before and after signing.
    is_signed = models.BooleanField(_("signed for"), null=True, blank=True)
    intercept = models.CharField(_("intercept"), max_length=10, choices=Intercept.choices, blank=True)
    eligibility = models.CharField(_("refund of the return"), max_length=15, choices=Eligibility.choices, blank=True)
    fault = models.CharField(_("whose fault"), max_length=10, choices=Fault.choices, blank=True)
    buyer_reason = models.CharField(
        _("the buyer's reason"), max_length=15, choices=BuyerReason.choices, blank=True, db_default=""
    )
    inspection = models.CharField(
        _("what came back"), max_length=15, choices=Inspection.choices, blank=True, db_default=""
    )
    remedy = models.CharField(
        _("what the buyer gets"), max_length=15, choices=Remedy.choices, blank=True, db_default=""
    )
    # What of the order's refunds was for this case, in the order's currency.
    refunded = models.DecimalField(_("refunded"), max_digits=14, decimal_places=2, default=Decimal(0), db_default=0)
    reason = models.CharField(_("why it was decided so"), max_length=500, blank=True)
    result = models.CharField(_("result"), max_length=12, choices=Result.choices, blank=True)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("responsible")
    )
    # Who decided, and who agreed as the second one: users' ids, never names.
    decided_by = models.CharField(max_length=100, blank=True)
    approved_by = models.CharField(max_length=100, blank=True)

    objects = OrderPart.as_manager()

    class Meta:
        verbose_name = _("after-sale case")
        verbose_name_plural = _("after-sale cases")
        ordering = ["opened_at", "id"]
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="one_case_per_number")]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(closed_at=None), name="case_open"),
            models.Index(fields=["opened_at"], name="case_by_opening"),
            models.Index(fields=["settled_at"], condition=Q(settled_at__isnull=False), name="case_by_settling"),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.kind}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to look at it."""
        return self.closed_at is None

    @property
    def subject(self) -> str:
        """What its milestones and actions are about."""
        return f"case:{self.number}"


class CaseStep(models.Model):
    """A step of a case's playbook that a person took, or a fact did; one that is taken again has several rows.

    `name` is the playbook's; `data` are the answers by their fields, never who the buyer is.
    """

    case = models.ForeignKey(AfterSaleCase, models.CASCADE, related_name="steps")
    order = models.ForeignKey(Order, models.CASCADE, related_name="+")
    name = models.CharField(max_length=30)
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=100, blank=True)
    data = models.JSONField(default=dict)
    # What was written freely, by the field: erased with the buyer.
    words = models.JSONField(default=dict, null=True)

    objects = OrderPart.as_manager()

    class Meta:
        ordering = ["taken_at", "id"]

    def __str__(self) -> str:
        return f"{self.case} · {self.name}"


class CaseParcel(models.Model):
    """A parcel of a case: what comes back, or what is shipped again. It never moves the order's own clock.

    Instants are UTC: `scanned_at` the carrier's first scan, `heading_at` when it was seen on its way to us.
    `seller_pays` is whether the seller bears the way (R8).
    """

    case = models.ForeignKey(AfterSaleCase, models.CASCADE, related_name="parcels")
    order = models.ForeignKey(Order, models.CASCADE, related_name="+")
    way = models.CharField(_("way"), max_length=5, choices=ParcelWay.choices)
    carrier = models.CharField(_("carrier"), max_length=500, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=64, blank=True, db_index=True)
    seller_pays = models.BooleanField(_("the seller pays the way"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    scanned_at = models.DateTimeField(_("first scan"), null=True, blank=True)
    heading_at = models.DateTimeField(_("heads to us since"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)
    tracking_status = models.CharField(_("tracking status"), max_length=20, blank=True)
    last_tracking_at = models.DateTimeField(_("last tracking news"), null=True, blank=True)
    # When a tracking service is asked for it next; none once nobody waits for it. Which one follows it, and its own
    # code for the carrier.
    next_look_at = models.DateTimeField(null=True, blank=True, editable=False)
    followed_by = models.CharField(max_length=20, blank=True, db_default="", editable=False)
    carrier_code = models.CharField(max_length=50, blank=True, db_default="", editable=False)

    objects = OrderPart.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["next_look_at"], condition=Q(next_look_at__isnull=False), name="case_parcel_due"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}".strip()

    def as_json(self) -> dict[str, Any]:
        """Which parcel it is, for a line of the timeline."""
        return {"case": self.case.number, "tracking_number": self.tracking_number}


class MoneyEntry(models.Model):
    """A line of the ledger of goodwill and compensation; a wrong one is voided, never changed.

    `amount` is in `currency`; `booked_at`, `paid_at` and `voided_at` are UTC; who did it is a user's id.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="money_entries", verbose_name=_("order"))
    case = models.ForeignKey(AfterSaleCase, models.SET_NULL, null=True, blank=True, related_name="money_entries")
    kind = models.CharField(_("kind"), max_length=15, choices=MoneyKind.choices)
    rule = models.CharField(_("rule"), max_length=4)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    data = models.JSONField(default=dict)  # how it was computed: days, amount a day, cap
    booked_at = models.DateTimeField(_("booked at"))
    booked_by = models.CharField(max_length=100, blank=True)
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    voided_at = models.DateTimeField(_("voided at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = OrderPart.as_manager()

    class Meta:
        verbose_name = _("line of the ledger")
        verbose_name_plural = _("lines of the ledger")
        ordering = ["booked_at", "id"]
        indexes = [models.Index(fields=["booked_at"], name="money_by_booking")]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="money_is_positive")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}"
