"""Buyers who ask where their parcels are, and who of the team asks the carrier until there is an answer."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.models.orders import OrderPart


class ChaseSource(models.TextChoices):
    """Who registered it."""

    HAND = "hand", _("a person")
    MESSAGE = "message", _("the buyer's own words")


class Chase(models.Model):
    """A buyer who chases: until his parcel is there, he is told of each move; an order has at most one open.

    `number` counts those of the order, `times` how often he asked. `found` is the phrase that told us, one of ours.
    `told` is the status and place of which he was told last. Instants are UTC: at `next_at` somebody looks again
    (R12); `result` is what closed it: a fact's name, or a person's word.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="chases", verbose_name=_("order"))
    number = models.PositiveIntegerField(_("number"))
    source = models.CharField(_("registered by"), max_length=10, choices=ChaseSource.choices)
    found = models.CharField(_("told by the words"), max_length=100, blank=True)
    opened_at = models.DateTimeField(_("since"))
    asked_at = models.DateTimeField(_("asked last at"))
    times = models.PositiveIntegerField(_("times asked"), default=1)
    next_at = models.DateTimeField(_("next check"))
    told = models.CharField(max_length=600, blank=True)
    told_at = models.DateTimeField(_("told last at"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    carrier_asked_at = models.DateTimeField(_("carrier asked at"), null=True, blank=True)
    carrier_answered_at = models.DateTimeField(_("carrier answered at"), null=True, blank=True)
    carrier_answer = models.CharField(_("the carrier's answer"), max_length=500, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=40, blank=True)

    objects = OrderPart.as_manager()

    class Meta:
        verbose_name = _("chase")
        verbose_name_plural = _("chases")
        ordering = ["opened_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="one_chase_per_number"),
            models.UniqueConstraint(fields=["order"], condition=Q(closed_at=None), name="one_open_chase"),
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(closed_at=None), name="chase_open"),
            models.Index(fields=["-closed_at", "-id"], condition=Q(closed_at__isnull=False), name="chase_closed"),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.number}"

    @property
    def is_open(self) -> bool:
        """Whether the buyer still waits."""
        return self.closed_at is None

    @property
    def subject(self) -> str:
        """What its milestones and actions are about."""
        return f"chase:{self.number}"
