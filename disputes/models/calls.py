"""Calls with buyers: a minute on the phone is worth thirty turns of a chat."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from orders.models.orders import OrderPart


class CallDirection(models.TextChoices):
    """Who called whom."""

    OUT = "out", _("we called the buyer")
    IN = "in", _("the buyer called us")


class CallResult(models.TextChoices):
    """What came of it."""

    AGREED = "agreed", _("spoken, and agreed on something")
    SPOKEN = "spoken", _("spoken, nothing agreed yet")
    NO_ANSWER = "no_answer", _("nobody answered")
    BUSY = "busy", _("engaged")
    WRONG_NUMBER = "wrong_number", _("wrong number")


SPOKEN = {CallResult.AGREED, CallResult.SPOKEN}


class PhoneCall(models.Model):
    """One call about an order; what was agreed is personal and goes when the buyer is erased.

    `number` counts those of the order. Instants are UTC: `called_at`; `call_back_at` when the buyer is called again,
    until another call settles it. `is_outside_hours` says that it was made outside the buyer's contact hours (C).
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="phone_calls", verbose_name=_("order"))
    number = models.PositiveIntegerField(_("number"))
    direction = models.CharField(_("who called"), max_length=5, choices=CallDirection.choices)
    result = models.CharField(_("result"), max_length=15, choices=CallResult.choices)
    caller = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who spoke")
    )
    called_at = models.DateTimeField(_("called at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    agreed = models.TextField(_("what was agreed"), blank=True)
    call_back_at = models.DateTimeField(_("call again at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("called again at"), null=True, blank=True)
    is_outside_hours = models.BooleanField(_("outside the contact hours"), default=False)

    objects = OrderPart.as_manager()

    class Meta:
        verbose_name = _("phone call")
        verbose_name_plural = _("phone calls")
        ordering = ["called_at", "id"]
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="one_call_per_number")]
        indexes = [
            models.Index(
                fields=["call_back_at"], condition=Q(call_back_at__isnull=False, settled_at=None), name="call_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.called_at:%Y-%m-%d %H:%M}"

    @property
    def subject(self) -> str:
        """What its milestones and actions are about."""
        return f"call:{self.number}"
