"""The same deed for many orders: asked for once, done by a worker order by order."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order, Store
from orders.models.orders import OrderPart
from orders.querysets import StoreScoped


class BulkKind(models.TextChoices):
    """What is done for each order."""

    CONTACT = "contact", _("Write to the buyers")
    EXTEND = "extend", _("Extend the receipt time")
    MARK_SENT = "mark_sent", _("Mark the waiting messages as sent by hand")
    INCIDENT = "incident", _("Tell the buyers of an incident")
    CANCEL = "cancel", _("Agree to cancel the orders")
    NO_CANCEL = "no_cancel", _("Refuse to cancel the orders")
    COMPENSATE = "compensate", _("Compensate the buyers of an incident")


# Begun on the page of an incident; the others on the list of orders.
OF_INCIDENT = {BulkKind.INCIDENT, BulkKind.COMPENSATE}


class BulkState(models.TextChoices):
    """Where a run stands."""

    QUEUED = "queued", _("waiting for a worker")
    RUNNING = "running", _("under way")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("stopped")
    UNDO_QUEUED = "undo_queued", _("to be taken back")
    UNDOING = "undoing", _("being taken back")
    UNDONE = "undone", _("taken back")


class BulkRun(models.Model):
    """One deed for many orders of a store, and who asked for it; instants are in UTC.

    `token` comes from the page that showed the preview: the same page sent twice is one run. `heartbeat_at` is the
    worker's last sign of life: after a silence another one goes on with what is left.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="bulk_runs", verbose_name=_("store"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("asked for by"))
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    token = models.UUIDField(editable=False)
    kind = models.CharField(_("what"), max_length=10, choices=BulkKind.choices)
    params = models.JSONField(_("how"), default=dict)
    state = models.CharField(_("state"), max_length=11, choices=BulkState.choices, default=BulkState.QUEUED)
    made_at = models.DateTimeField(_("asked for at"))
    heartbeat_at = models.DateTimeField(_("last sign of work"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("bulk run")
        verbose_name_plural = _("bulk runs")
        ordering = ["-made_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["store", "token"], name="one_bulk_run_per_preview")]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(state__in=["queued", "running", "undo_queued", "undoing"]),
                name="bulk_run_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class BulkItemState(models.TextChoices):
    """What became of one order of a run."""

    WAITING = "waiting", _("not done yet")
    DONE = "done", _("done")
    SKIPPED = "skipped", _("not done")
    FAILED = "failed", _("went wrong")
    UNDONE = "undone", _("taken back")
    KEPT = "kept", _("could not be taken back")


class BulkItem(models.Model):
    """One order of a run. Its row changes in the transaction of the deed, so that nothing is done twice.

    `rule` and `reason` say why it was not done; `data` is what is needed to take it back.
    """

    run = models.ForeignKey(BulkRun, models.CASCADE, related_name="items")
    order = models.ForeignKey(Order, models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=BulkItemState.choices, default=BulkItemState.WAITING)
    rule = models.CharField(max_length=4, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = OrderPart.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "order"], name="one_bulk_item_per_order")]
        indexes = [models.Index(fields=["run", "state", "position"], name="bulk_item_by_state")]

    def __str__(self) -> str:
        return f"{self.run_id} · {self.order_id} {self.state}"
