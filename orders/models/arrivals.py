"""What a store's own parcels took, counted and learnt now and then so that saying it costs one look."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.accounts import Store
from orders.querysets import StoreScoped


class ArrivalEstimate(models.Model):
    """Days from shipping to delivery on one lane; an empty country or state means any.

    A tenth of the parcels came before `earliest_days`, a tenth after `latest_days`.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="arrival_estimates", verbose_name=_("store"))
    carrier = models.CharField(_("carrier"), max_length=200)
    country = models.CharField(_("country"), max_length=2, blank=True)
    state = models.CharField(_("state"), max_length=100, blank=True)
    parcels = models.PositiveIntegerField(_("parcels"))
    earliest_days = models.PositiveIntegerField(_("a tenth comes before day"))
    median_days = models.PositiveIntegerField(_("half come by day"))
    latest_days = models.PositiveIntegerField(_("a tenth comes after day"))
    learnt_at = models.DateTimeField(_("learnt at"))

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("arrival estimate")
        verbose_name_plural = _("arrival estimates")
        ordering = ["carrier", "country", "state"]
        constraints = [
            models.UniqueConstraint(fields=["store", "carrier", "country", "state"], name="one_estimate_per_lane")
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.country} {self.state}: {self.earliest_days}-{self.latest_days}"


class ParcelSheet(models.Model):
    """What became of a store's parcels, as `orders.services.arrivals` counted it at `counted_at` (UTC).

    `rows` are the fields of a `ParcelCount` each: carrier, country, state, days, outcome, parcels.
    """

    store = models.OneToOneField(Store, models.CASCADE, related_name="parcel_sheet", verbose_name=_("store"))
    counted_at = models.DateTimeField()
    rows = models.JSONField()

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("sheet of parcels")
        verbose_name_plural = _("sheets of parcels")

    def __str__(self) -> str:
        return f"{self.store} {self.counted_at}"
