"""The follow-through of parcels that stand in a queue of the tracking desk."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from disputes.tracking_lifecycle import CaseState, CaseStep, TrackingCaseLifecycle
from orders.models import Order
from orders.models.orders import OrderPart


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
