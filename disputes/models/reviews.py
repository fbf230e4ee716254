"""What buyers say in public, and what the team does about it."""

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from disputes.causes import CauseGroup
from disputes.review_lifecycle import ReviewLifecycle
from orders.models import Order, Store
from orders.querysets import StoreScoped


class ReviewSource(models.TextChoices):
    """Through which door it came."""

    FILE = "file", _("file")
    BY_HAND = "by_hand", _("by hand")
    PLATFORM = "platform", _("the platform")


class ReviewKind(models.TextChoices):
    """What its words are (seed-002)."""

    EXPERIENCE = "experience", _("an experience with the goods or the seller")
    OFF_TOPIC = "off_topic", _("off topic")
    ADVERT = "advert", _("an advertisement")
    SILENT = "silent", _("without words")


class Review(ReviewLifecycle):
    """A buyer's review of one order; one whose order is not known yet is kept, and joined when the order comes.

    `reviewed_at` is the platform's instant, `received_at` when we learnt of it, `next_at` when somebody looks again
    (R12; all UTC). `cause` is the classifier's or, with `cause_by`, a person's; `marks` says which words spoke for it.
    `suspicion` is R11's score in points, with `signals` as what it is the sum of; `facts` is what is known of the
    reviewer for it (ratings given, share of good ones, …). The public reply waits in `reply_text` until a second
    person has read it.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="reviews", verbose_name=_("store"))
    order = models.ForeignKey(Order, models.CASCADE, null=True, blank=True, related_name="reviews")
    order_number = models.CharField(_("order number"), max_length=64, blank=True)
    # The platform's id, or a digest of order, instant and text: the same review again is no news.
    key = models.CharField(max_length=100)
    source = models.CharField(_("source"), max_length=10, choices=ReviewSource.choices)
    stars = models.PositiveSmallIntegerField(_("stars"))
    title = models.CharField(_("title"), max_length=500, blank=True)
    text = models.TextField(_("text"), blank=True)
    language = models.CharField(_("language"), max_length=35, blank=True)
    author = models.CharField(_("reviewer"), max_length=200, blank=True, db_default="")
    is_follow_up = models.BooleanField(_("a later addition"), default=False)
    kind = models.CharField(_("kind"), max_length=12, choices=ReviewKind.choices, default=ReviewKind.EXPERIENCE)
    reviewed_at = models.DateTimeField(_("written at"))
    received_at = models.DateTimeField(_("received at"))
    next_at = models.DateTimeField(_("next date"), null=True, blank=True)
    cause = models.CharField(_("cause"), max_length=20, choices=CauseGroup.choices, blank=True)
    detail = models.CharField(_("sub-cause"), max_length=40, blank=True)
    marks = models.JSONField(default=list)
    cause_by = models.CharField(max_length=100, blank=True)
    facts = models.JSONField(default=dict)
    suspicion = models.PositiveSmallIntegerField(_("signs of malice"), default=0)
    signals = models.JSONField(default=list)
    solution = models.CharField(_("solution"), max_length=1000, blank=True)
    reply_text = models.TextField(_("public reply"), blank=True)
    reply_written_by = models.CharField(max_length=100, blank=True)
    reply_read_by = models.CharField(max_length=100, blank=True)
    reply_read_at = models.DateTimeField(_("reply read by a second person at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("public reply at"), null=True, blank=True)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("responsible")
    )

    is_untold = False  # it waits on its order's ledger for the fact that tells of it

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-reviewed_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["store", "key"], name="one_review_per_key")]
        indexes = [
            models.Index(fields=["store", "-reviewed_at", "-id"], name="review_list"),
            models.Index(fields=["store", "next_at", "id"], condition=Q(closed_at=None), name="review_open"),
            models.Index(fields=["store", "order_number"], condition=Q(order=None), name="review_unjoined"),
        ]

    def __str__(self) -> str:
        return f"{self.order_number} ★{self.stars}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to look at it."""
        return self.closed_at is None

    @property
    def subject(self) -> str:
        """What its milestones are about; known before the row has an id."""
        return f"review:{hashlib.sha256(self.key.encode()).hexdigest()[:16]}"


class ReviewNote(models.Model):
    """A step that a person took about a review, with his words; `by` is a user's id."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="notes")
    at = models.DateTimeField()
    by = models.CharField(max_length=100, blank=True)
    step = models.CharField(max_length=20)
    text = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.review} · {self.step}"
