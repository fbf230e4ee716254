"""Orders with their buyers, items, parcels, and what carriers said about the parcels."""

from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from orders.lifecycle import OrderLifecycle
from orders.models.accounts import Store, User
from orders.moods import Mood
from orders.planning import CANCELLATION_OVER, is_cancelling
from orders.policies import Policy
from orders.querysets import StoreScoped
from orders.tracking_statuses import TrackingStatus
from orders.zones import buyer_zone

# The orders whose buyers wait for an answer to their request to cancel (P8), in the words of `is_cancelling`.
CANCELLING = models.Q(cancellation_asked_at__isnull=False, **{f"{end}_at": None for end in CANCELLATION_OVER})


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
    # Who of the team he is used to: what comes up about him goes there first.
    agent = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("agent"))
    erased_at = models.DateTimeField(_("personal data erased at"), null=True, blank=True)

    is_renamed = False  # told to whoever saves the ledgers: his other orders are to be found by his new names, too

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("buyer")
        verbose_name_plural = _("buyers")
        constraints = [models.UniqueConstraint(fields=["store", "key"], name="one_buyer_per_key")]
        indexes = [
            models.Index(
                fields=["store", "id"], condition=models.Q(erased_at=None, legal_hold=""), name="buyer_erasable"
            ),
            # A buyer without an address has a row for each order: what else tells that they are one person.
            models.Index(fields=["store", "email"], condition=~models.Q(email=""), name="buyer_by_email"),
            models.Index("store", Upper("email"), condition=~models.Q(email=""), name="buyer_by_address"),
            models.Index(fields=["store", "phone"], condition=~models.Q(phone=""), name="buyer_by_phone"),
            models.Index(fields=["store", "tax_id"], condition=~models.Q(tax_id=""), name="buyer_by_tax_id"),
            # With the city and the id: of a name that thousands bear nothing but the index is read.
            models.Index(
                fields=["store", "name", "city", "id"],
                condition=~models.Q(name="") & models.Q(erased_at=None),
                name="buyer_by_name_and_city",
            ),
            models.Index(fields=["store", "id"], condition=~models.Q(legal_hold=""), name="buyer_held"),
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
    # The store's own, as it was when the order's dates were last brought under its rules.
    rules_revision = models.PositiveIntegerField(default=0, db_default=0, editable=False)
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
    # Open while the second is empty, and the order has neither left nor ended (P8).
    cancellation_asked_at = models.DateTimeField(_("cancellation asked for at"), null=True, blank=True)
    cancellation_refused_at = models.DateTimeField(_("cancellation refused at"), null=True, blank=True)
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
    # Since when the buyer asks where his parcel is: he is told of each move.
    chased_at = models.DateTimeField(_("chased since"), null=True, blank=True)
    mood = models.CharField(_("mood"), max_length=10, choices=Mood.choices, blank=True, default="", db_default="")
    mood_since = models.DateTimeField(_("in this mood since"), null=True, blank=True)
    # The head of the chain of hashes, so that the next event needs no look at the last one.
    timeline_length = models.PositiveIntegerField(default=0, editable=False)
    timeline_head = models.CharField(max_length=64, blank=True, editable=False)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [models.UniqueConstraint(fields=["store", "order_number"], name="one_order_per_number")]
        indexes = [
            # With the store: who has several walks past the orders of others without reading them.
            models.Index(fields=["-placed_at", "-id", "store"], name="order_list_of_stores"),
            # What puts thousands of orders that something else has found in the list's order: the rows are not read.
            models.Index(fields=["id", "store", "placed_at"], name="order_place_in_list"),
            models.Index(fields=["store", "-placed_at", "-id"], name="order_list"),
            models.Index(fields=["store", "state", "-placed_at", "-id"], name="order_list_by_state"),
            models.Index(
                fields=["store", "tracking_queue", "-placed_at", "-id"],
                condition=~models.Q(tracking_queue=""),
                name="order_list_by_queue",
            ),
            models.Index(
                fields=["store", "tracking_queue", "queued_at", "id"],
                condition=~models.Q(tracking_queue=""),
                name="order_tracking_queue",
            ),
            models.Index(fields=["store", "-placed_at", "-id"], condition=CANCELLING, name="order_list_of_cancelling"),
            # Figures count by the day on which it happened.
            *(
                models.Index(
                    fields=["store", f"{event}_at"],
                    condition=models.Q(**{f"{event}_at__isnull": False}),
                    name=f"order_by_{event}",
                )
                for event in ("paid", "shipped", "delivered", "reviewed")
            ),
        ]

    def __str__(self) -> str:
        return self.order_number

    @property
    def is_cancelling(self) -> bool:
        """Whether the buyer waits for an answer to his request to cancel (P8)."""
        return is_cancelling(self)

    @property
    def cancellation_due_at(self) -> datetime | None:
        """When the platform cancels by itself (UTC); None where nobody asked, or the store's rules do not say."""
        asked_at: datetime | None = self.cancellation_asked_at
        return self.policy.end_of("P8", asked_at) if asked_at else None

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

    @property
    def price(self) -> Decimal | None:
        """What the whole line costs the buyer, in the order's currency; None where no unit price is known."""
        return None if self.unit_price is None else self.quantity * self.unit_price


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
