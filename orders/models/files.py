"""An order file on its way in: uploaded, looked at, applied, with its progress and its rejected rows."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.accounts import Store
from orders.querysets import StoreScoped


class OrderFileState(models.TextChoices):
    """Where a file stands."""

    UPLOADED = "uploaded", _("waiting for a look")
    QUEUED = "queued", _("waiting for a worker")
    RUNNING = "running", _("being imported")
    DONE = "done", _("imported")
    FAILED = "failed", _("could not be used")


class OrderFile(models.Model):
    """A file of orders, of tracking news, of contacts or of reviews, as somebody uploaded it."""

    class Content(models.TextChoices):
        """What the file holds."""

        ORDERS = "orders", _("orders")
        TRACKING = "tracking", _("tracking")
        CONTACTS = "contacts", _("contacts")
        REVIEWS = "reviews", _("reviews")

    store = models.ForeignKey(Store, models.CASCADE, related_name="files", verbose_name=_("store"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("uploaded by"))
    content = models.CharField(_("content"), max_length=10, choices=Content.choices, default=Content.ORDERS)
    file = models.FileField(_("file"), upload_to="order-files/%Y/%m")
    name = models.CharField(_("name"), max_length=200)
    timezone = models.CharField(_("time zone of its times"), max_length=50)
    mapping = models.JSONField(_("columns"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=OrderFileState.choices, default=OrderFileState.UPLOADED)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    heartbeat_at = models.DateTimeField(_("last sign of work"), null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0, db_default=0)  # by workers that died over it
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    report = models.JSONField(_("report"), default=dict, blank=True)
    error = models.TextField(_("error"), blank=True)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("order file")
        verbose_name_plural = _("order files")
        ordering = ["-uploaded_at", "-id"]

    def __str__(self) -> str:
        return self.name
