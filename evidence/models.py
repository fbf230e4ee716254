"""What can be proved: exhibits, frozen as they came, and the bundles that are made of them."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from disputes.models import Dispute, DisputePart, Review
from evidence.bundling.cases import Translator
from evidence.file_types import FileType
from orders.models import Order
from orders.models.orders import OrderPart
from orders.querysets import StoreScoped


class Exhibit(models.Model):
    """One file that proves something about an order.

    The file lies under its hash, read-only, and is never served by its address: only through a check. `kind` is the
    checklist's slot (rule E), `position` the place in the bundle, `problem` why a bundle can only show a slip for it.
    `translation` is the caption in another language, and `translated_by` says whether a person or a machine wrote it;
    `text` are the words in the file, where it has any that can be read without looking at pictures.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="exhibits", verbose_name=_("order"))
    dispute = models.ForeignKey(
        Dispute, models.SET_NULL, null=True, blank=True, related_name="exhibits", verbose_name=_("dispute")
    )
    kind = models.CharField(_("kind"), max_length=60)
    source = models.CharField(_("source"), max_length=500, blank=True)
    caption = models.CharField(_("caption"), max_length=500, blank=True)
    caption_language = models.CharField(_("language of the caption"), max_length=35, blank=True)
    translation = models.CharField(_("caption in another language"), max_length=500, blank=True)
    translation_language = models.CharField(_("language of the translation"), max_length=35, blank=True)
    translated_by = models.CharField(
        _("translated by"),
        max_length=10,
        choices=[(Translator.HUMAN.value, _("a person")), (Translator.MACHINE.value, _("a machine"))],
        default=Translator.HUMAN.value,
    )
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    file_type = models.CharField(_("file type"), max_length=10, choices=[(kind, kind) for kind in FileType])
    name = models.CharField(_("file name"), max_length=200, blank=True)
    pages = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=30, blank=True)
    text = models.TextField(_("words in the file"), blank=True, editable=False)
    position = models.PositiveIntegerField(_("position"))
    added_at = models.DateTimeField(_("added at"))
    added_by = models.CharField(_("added by"), max_length=100, blank=True)
    left_out_at = models.DateTimeField(_("left out of bundles since"), null=True, blank=True)

    objects = OrderPart.as_manager()

    class Meta:
        verbose_name = _("exhibit")
        verbose_name_plural = _("exhibits")
        ordering = ["position", "id"]
        constraints = [
            # A second click on "upload" is no second exhibit.
            models.UniqueConstraint(fields=["order", "sha256", "kind", "source"], name="one_exhibit_per_file"),
        ]

    def __str__(self) -> str:
        return self.caption or f"{self.kind} {self.source}".strip()

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return exhibit_path(self.sha256)

    @property
    def is_readable(self) -> bool:
        """Whether a bundle can show any of it; a text has no pages of its own and is readable."""
        return self.pages != 0


def exhibit_path(sha256: str) -> Path:
    """The place of the file with this hash."""
    return Path(settings.MEDIA_ROOT) / "exhibits" / sha256[:2] / sha256


class BundleState(models.TextChoices):
    """Where a bundle stands."""

    QUEUED = "queued", _("waiting for a worker")
    RUNNING = "running", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("could not be made")
    SUBMITTED = "submitted", _("handed in")


class Version(models.Model):
    """One export for one recipient; `number` counts those of its case.

    `progress` is a percentage, `heartbeat_at` (UTC) tells a worker that works from one that was lost.
    """

    number = models.PositiveIntegerField(_("number"))
    recipient = models.CharField(_("recipient"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=BundleState.choices, default=BundleState.QUEUED)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0)
    requested_at = models.DateTimeField(_("requested at"))
    requested_by = models.CharField(_("requested by"), max_length=100, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of work"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    file = models.CharField(_("file"), max_length=200, blank=True)  # below MEDIA_ROOT
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    # Every file: the first is the one above, more are numbered parts and pictures; suffix, file, sha256, size, pages.
    files = models.JSONField(_("files"), default=list, blank=True)
    inputs = models.CharField(max_length=64, blank=True, db_index=True)  # the hash of all that the files follow from
    report = models.JSONField(_("report"), default=dict, blank=True)
    error = models.TextField(_("error"), blank=True)
    submitted_at = models.DateTimeField(_("handed in at"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def parts(self) -> int:
        """Into how many documents it was divided to fit."""
        return sum("pages" in file for file in self.files)

    @property
    def path(self) -> Path:
        """Where the finished file lies."""
        return Path(settings.MEDIA_ROOT) / self.file


class Bundle(Version):
    """One export of a dispute's evidence."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="bundles", verbose_name=_("dispute"))

    objects = DisputePart.as_manager()

    class Meta:
        verbose_name = _("bundle")
        verbose_name_plural = _("bundles")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["dispute", "number"], name="one_bundle_per_number")]

    def __str__(self) -> str:
        return f"{self.dispute} · {self.number}"


class AppealPart(StoreScoped):
    """Rows that belong to a review, and through it to a store."""

    store_path = "review__store"


class Appeal(Version):
    """One export of what speaks against a review, for the platform (R11)."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="appeals", verbose_name=_("review"))

    objects = AppealPart.as_manager()

    class Meta:
        verbose_name = _("appeal against a review")
        verbose_name_plural = _("appeals against reviews")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["review", "number"], name="one_appeal_per_number")]

    def __str__(self) -> str:
        return f"{self.review} · {self.number}"
