"""Disruptions (T9): causes of delay that the seller knows of, recorded once for every parcel that they touch."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.accounts import Store
from orders.models.orders import Order, OrderPart
from orders.querysets import StoreScoped


class DisruptionCause(models.TextChoices):
    """What holds parcels up; a cause in other words is `other`, with its explanation."""

    HUB_OVERLOAD = "hub_overload", _("overloaded hub")
    SNOW = "snow", _("snow")
    TYPHOON = "typhoon", _("typhoon")
    STORM = "storm", _("storm or flood")
    ROUTE = "route", _("detour on the route")
    STRIKE = "strike", _("strike")
    CUSTOMS_STRIKE = "customs_strike", _("customs strike")
    EVENT = "event", _("event or restriction")
    OTHER = "other", _("other")


class Disruption(models.Model):
    """One cause, where and when it holds parcels up; an empty region, carrier or route means any.

    `region` is a country, state or city of the buyers, `route` a place that the parcels pass ("Curitiba") or a pair of
    countries ("CN-BR"). `ends_at` is the end as it was announced, `lifted_at` when it was over in fact (UTC).
    `next_look_at` is when a worker looks for parcels next: none while it is over. `applied_at` is when every order
    had been looked at once: from then on only parcels that come in are touched.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="disruptions", verbose_name=_("store"))
    cause = models.CharField(_("cause"), max_length=20, choices=DisruptionCause.choices)
    explanation = models.CharField(_("explanation"), max_length=500, blank=True)
    region = models.CharField(_("region"), max_length=100, blank=True)
    carrier = models.CharField(_("carrier"), max_length=500, blank=True)
    route = models.CharField(_("route"), max_length=500, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("over since"), null=True, blank=True)
    notice_sha256 = models.CharField(max_length=64, blank=True)
    notice_name = models.CharField(_("notice"), max_length=200, blank=True)
    notice_type = models.CharField(max_length=10, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(_("recorded by"), max_length=100, blank=True)
    applied_at = models.DateTimeField(_("every order looked at"), null=True, blank=True)
    next_look_at = models.DateTimeField(_("next look"), null=True, blank=True, db_index=True)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("disruption")
        verbose_name_plural = _("disruptions")
        ordering = ["-starts_at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} · {self.region or self.carrier or self.route}".strip(" ·")

    @property
    def over_at(self) -> datetime | None:
        """When it is over (UTC), or None while nobody knows."""
        return self.lifted_at or self.ends_at

    def is_over(self, now: datetime) -> bool:
        """Whether it holds up nothing any more."""
        return self.over_at is not None and self.over_at < now


class TouchedOrder(models.Model):
    """An order whose parcel a disruption touches; `sequence` is the event on its timeline, `at` when (UTC)."""

    disruption = models.ForeignKey(Disruption, models.CASCADE, related_name="touched_orders")
    order = models.ForeignKey(Order, models.CASCADE, related_name="touched_by")
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()

    objects = OrderPart.as_manager()

    class Meta:
        verbose_name = _("touched order")
        verbose_name_plural = _("touched orders")
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["disruption", "order"], name="one_touch_per_order")]

    def __str__(self) -> str:
        return f"{self.order_id} · {self.disruption_id}"
