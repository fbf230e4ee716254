"""What was counted of a store's work, kept so that a page need not count again."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import Store
from orders.querysets import StoreScoped

FRESH = timedelta(hours=1)


class FigureSheet(models.Model):
    """The figures of one store over one span (rules K), as they were at `counted_at` (UTC).

    `span` is the name of the time: a number of days, `year`, or a month such as `2026-03`; `last_day` is the last day
    of it, on the store's clock. `data` is what `disputes.services.figures` counted. `queued_at` is when a worker was
    last asked to count.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="figure_sheets", verbose_name=_("store"))
    span = models.CharField(max_length=7)
    last_day = models.DateField()
    queued_at = models.DateTimeField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    data = models.JSONField(default=dict)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("sheet of figures")
        verbose_name_plural = _("sheets of figures")
        constraints = [models.UniqueConstraint(fields=["store", "span"], name="one_sheet_per_span")]

    def __str__(self) -> str:
        return f"{self.store} {self.span} {self.last_day}"
