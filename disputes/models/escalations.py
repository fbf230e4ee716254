"""What the first line could not solve and gave to the specialists, with the reason."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from disputes.models.actions import ActionItem, ActionState
from disputes.models.cases import AfterSaleCase
from disputes.models.disputes import Dispute
from orders.models import Order, Store
from orders.models.orders import OrderPart


class EscalationQuerySet(OrderPart):
    """Escalations, and which of them somebody still has to solve."""

    store_path = "store"

    def waiting(self) -> "EscalationQuerySet":
        """Those that were not given back and whose work is not done: looked at now, whatever closed it."""
        same_work = ActionItem.objects.filter(
            order=OuterRef("order"), kind=OuterRef("kind"), subject=OuterRef("subject"), state=ActionState.OPEN
        )
        is_open = Q(dispute__isnull=False, dispute__closed_at=None) | Q(case__isnull=False, case__closed_at=None)
        return self.filter(is_open | Q(dispute=None, case=None) & Exists(same_work), ended_at=None)


class Escalation(models.Model):
    """One thing given to the specialists: a dispute, a case, or an item of work, named by its kind and subject.

    A newer item of the same kind and subject is the same work. `reason` may name the buyer and goes with him.
    Instants are UTC: `ended_at` is when it was given back, or found done.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="escalations", verbose_name=_("order"))
    store = models.ForeignKey(Store, models.CASCADE, related_name="+", editable=False)
    dispute = models.ForeignKey(Dispute, models.CASCADE, null=True, blank=True, related_name="escalations")
    case = models.ForeignKey(AfterSaleCase, models.CASCADE, null=True, blank=True, related_name="escalations")
    kind = models.CharField(_("what"), max_length=30, blank=True)
    subject = models.CharField(max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    escalated_at = models.DateTimeField(_("escalated at"))
    escalated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    specialist = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("specialist")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    is_returned = models.BooleanField(_("given back"), default=False)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        ordering = ["escalated_at", "id"]
        indexes = [
            models.Index(fields=["store", "escalated_at", "id"], condition=Q(ended_at=None), name="escalation_open"),
            models.Index(fields=["store", "escalated_at"], name="escalation_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.subject or self.kind}"
