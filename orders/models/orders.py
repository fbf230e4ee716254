"""Orders with their buyers, items, parcels, and what carriers said about the parcels."""

from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.lifecycle import OrderLifecycle
from orders.models.accounts import Store
from orders.policies import Policy
from orders.querysets import StoreScoped
from orders.tracking_statuses import TrackingStatus
from orders.zones import buyer_zone


class Buyer(models.Model):
    """The person who bought; personal data lives here, and nowhere in the timeline."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="buyers", verbose_name=_("store"))
    # What tells two buyers apart: the address, or, since no export carries one, the order itself.
    key = models.CharField(max_length=320)
    name = models.CharField(_("name"), max_length=500, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    state = models.CharField(_("state"), max_length=100, blank=True)
    city = models.CharField(_("city"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=35, blank=True)
    timezone = models.CharField(_("time zone"), max_length=50, blank=True)
    tax_id = models.CharField(_("tax number"), max_length=50, blank=True)
    # Why nothing of his may be erased for now: a lawsuit, an authority's order.
    legal_hold = models.CharField(_("legal hold"), max_length=200, blank=True, db_default="")
    erased_at = models.DateTimeField(_("personal data erased at"), null=True, blank=True)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("buyer")
        verbose_name_plural = _("buyers")
        constraints = [models.UniqueConstraint(fields=["store", "key"], name="one_buyer_per_key")]
        indexes = [
            models.Index(
                fields=["store", "id"], condition=models.Q(erased_at=None, legal_hold=""), name="buyer_erasable"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.key

    def zone(self, policy: Policy) -> ZoneInfo:
        """The zone whose clock the buyer reads (rule C)."""
        return buyer_zone(
            timezone=self.timezone,
            country=self.country or policy.country,
            state=self.state,
            default=policy.platform_zone,
        )


class Order(OrderLifecycle):
    """One order: what was sold to whom, where it stands, and the facts from which its dates follow."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="orders", verbose_name=_("store"))
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="orders", verbose_name=_("buyer"))
    order_number = models.CharField(_("order number"), max_length=64)
    policy_version = models.PositiveIntegerField(_("version of the policy pack"))
    placed_at = models.DateTimeField(_("placed at"))
    payment_method = models.CharField(_("payment method"), max_length=500, blank=True)
    payment_checking_since = models.DateTimeField(_("platform checks the payment since"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2, null=True, blank=True)
    refunded_amount = models.DecimalField(_("refunded"), max_digits=14, decimal_places=2, default=Decimal(0))
    shipping_service = models.CharField(_("shipping service"), max_length=500, blank=True)
    platform_status = models.CharField(_("the platform's word for its state"), max_length=500, blank=True)
    # Of the last record that a file gave for this order: the same record again is no news.
    record_digest = models.CharField(max_length=64, blank=True, editable=False)
    ship_by = models.DateTimeField(_("ship by"), null=True, blank=True)
    promised_days = models.PositiveIntegerField(_("promised days"), null=True, blank=True)
    promised_at = models.DateTimeField(_("promised delivery"), null=True, blank=True)
    protection_ends_at = models.DateTimeField(_("protection ends"), null=True, blank=True)
    protection_extended_at = models.DateTimeField(_("protection extended at"), null=True, blank=True)
    tracking_status = models.CharField(
        _("tracking status"),
        max_length=20,
        blank=True,
        choices=[(status, status) for status in TrackingStatus],
    )
    tracking_location = models.CharField(_("last seen at"), max_length=500, blank=True)
    first_scan_at = models.DateTimeField(_("first scan"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("reached the destination"), null=True, blank=True)
    last_tracking_at = models.DateTimeField(_("last tracking news"), null=True, blank=True)
    # Where the tracking desk shows the order (triage); empty when its parcel needs nobody.
    tracking_queue = models.CharField(_("tracking queue"), max_length=20, blank=True)
    queued_at = models.DateTimeField(_("in the queue since"), null=True, blank=True)
    tracking_detail = models.CharField(_("what the latest news says more"), max_length=40, blank=True)
    untraceable_at = models.DateTimeField(_("known to no source since"), null=True, blank=True)
    receipt_denied_at = models.DateTimeField(_("buyer says it did not arrive, since"), null=True, blank=True)
    buyer_choice = models.CharField(_("buyer's choice"), max_length=20, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    review_answered_at = models.DateTimeField(_("review answered at"), null=True, blank=True)
    # The head of the chain of hashes, so that the next event needs no look at the last one.
    timeline_length = models.PositiveIntegerField(default=0, editable=False)
    timeline_head = models.CharField(max_length=64, blank=True, editable=False)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [models.UniqueConstraint(fields=["store", "order_number"], name="one_order_per_number")]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="order_list_of_all_stores"),
            models.Index(fields=["store", "-placed_at", "-id"], name="order_list"),
            models.Index(fields=["store", "state", "-placed_at", "-id"], name="order_list_by_state"),
            models.Index(
                fields=["store", "tracking_queue", "queued_at", "id"],
                condition=~models.Q(tracking_queue=""),
                name="order_tracking_queue",
            ),
        ]

    def __str__(self) -> str:
        return self.order_number

    @cached_property
    def policy(self) -> Policy:
        """The pack's version that this order was planned with, and the store's own values."""
        return self.store.policy_at(self.policy_version)


class OrderPart(StoreScoped):
    """Rows that belong to an order, and through it to a store."""

    store_path = "order__store"


class OrderItem(models.Model):
    """One line of an order; prices and costs are per unit, in the order's currency."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    sku = models.CharField(max_length=500, blank=True)
    title = models.CharField(max_length=500, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    unit_cost = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)

    objects = OrderPart.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="one_item_per_position")]

    def __str__(self) -> str:
        return self.title or self.sku


class Shipment(models.Model):
    """One parcel of an order. With several, the order is delivered when the last one has arrived."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="shipments")
    carrier = models.CharField(_("carrier"), max_length=500, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=64, blank=True, db_index=True)
    shipped_at = models.DateTimeField(_("shipped at"))
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    objects = OrderPart.as_manager()

    class Meta:
        ordering = ["shipped_at", "id"]

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}".strip()


class TrackingEvent(models.Model):
    """What a carrier said about a parcel, when, and where we read it.

    `detail` is the sub-cause that its words tell, `voided_at` (UTC) when the carrier took it back (T10), and
    `is_unknown` says that nobody here knows what its words mean.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="tracking_events")
    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="tracking_events", null=True)
    at = models.DateTimeField()
    status = models.CharField(max_length=20, choices=[(status, status) for status in TrackingStatus])
    description = models.TextField(blank=True)
    location = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=500, blank=True)
    detail = models.CharField(max_length=40, blank=True)
    is_unknown = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)

    objects = OrderPart.as_manager()

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["recorded_at"], condition=models.Q(is_unknown=True), name="tracking_event_unknown"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.status}"

    def identity(self) -> tuple[Any, ...]:
        """What makes two lines of a tracking file the same piece of news."""
        return (self.shipment_id, self.at, self.status, self.description, self.location, self.source)
