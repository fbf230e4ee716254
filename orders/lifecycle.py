"""The order's machine on one screen: its states and every transition between them.

A transition sets the order's own fields, takes the instant `at` at which it happened, and calls nobody. Which facts
and commands lead to which transition stands in `orders.services.facts`.
"""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMField, transition


class OrderState(models.TextChoices):
    """Where an order stands. The contact stages are the first, second and third; their days are the pack's."""

    PAYMENT_PENDING = "payment_pending", _("Payment pending")
    PAYMENT_EXPIRED = "payment_expired", _("Payment expired")
    PAID = "paid", _("Paid")
    SHIPPED = "shipped", _("Shipped")
    CONTACT_30 = "contact_30", _("First contact")
    CONTACT_45 = "contact_45", _("Second contact")
    CONTACT_60 = "contact_60", _("Third contact")
    DELIVERED = "delivered", _("Delivered")
    DISPUTED = "disputed", _("Disputed")
    REFUNDED = "refunded", _("Refunded")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


UNPAID = [OrderState.PAYMENT_PENDING, OrderState.PAYMENT_EXPIRED]
CANCELLABLE = [*UNPAID, OrderState.PAID]
UNDERWAY = [OrderState.SHIPPED, OrderState.CONTACT_30, OrderState.CONTACT_45, OrderState.CONTACT_60]
OPEN = [*UNPAID, OrderState.PAID, *UNDERWAY, OrderState.DELIVERED, OrderState.DISPUTED]
# From where an order goes back: a dispute that is over (D11), a delivery that its carrier took back (T10).
RETURNING = [OrderState.DISPUTED, OrderState.DELIVERED]


class OrderLifecycle(ConcurrentTransitionMixin, models.Model):
    """The state, the instants that its transitions set, and the transitions."""

    state = FSMField(_("state"), default=OrderState.PAYMENT_PENDING, choices=OrderState.choices, protected=True)
    state_since = models.DateTimeField(_("in this state since"))
    expired_at = models.DateTimeField(_("payment expired at"), null=True, blank=True)
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    shipped_at = models.DateTimeField(_("shipped at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    disputed_at = models.DateTimeField(_("dispute open since"), null=True, blank=True)
    refunded_at = models.DateTimeField(_("refunded at"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    class Meta:
        abstract = True

    @transition(field=state, source=UNPAID, target=OrderState.PAID)
    def confirm_payment(self, at: datetime) -> None:
        """The funds arrived (P1), or cleared after the payment had expired (P5)."""
        self.paid_at = self.state_since = at

    @transition(field=state, source=OrderState.PAYMENT_PENDING, target=OrderState.PAYMENT_EXPIRED)
    def expire_payment(self, at: datetime) -> None:
        """The funds did not arrive in time (P4)."""
        self.expired_at = self.state_since = at

    @transition(field=state, source=[*UNPAID, OrderState.PAID], target=OrderState.SHIPPED)
    def ship(self, at: datetime) -> None:
        """The parcel left; before the funds too, when it did (P1)."""
        self.shipped_at = self.state_since = at

    @transition(field=state, source=OrderState.SHIPPED, target=OrderState.CONTACT_30)
    def enter_contact_30(self, at: datetime) -> None:
        """The day of the first contact came (C1)."""
        self.state_since = at

    @transition(field=state, source=UNDERWAY[:2], target=OrderState.CONTACT_45)
    def enter_contact_45(self, at: datetime) -> None:
        """The day of the second contact came (C2); the first may have fallen into a dispute."""
        self.state_since = at

    @transition(field=state, source=UNDERWAY[:3], target=OrderState.CONTACT_60)
    def enter_contact_60(self, at: datetime) -> None:
        """The day of the third contact came (C3)."""
        self.state_since = at

    @transition(field=state, source=[*UNPAID, OrderState.PAID, *UNDERWAY], target=OrderState.DELIVERED)
    def deliver(self, at: datetime) -> None:
        """The parcel arrived, whatever was known of it before (G6)."""
        self.delivered_at = self.state_since = at

    @transition(
        field=state,
        source=[*UNPAID, OrderState.PAID, *UNDERWAY, OrderState.DELIVERED],
        target=OrderState.COMPLETED,
    )
    def complete(self, at: datetime) -> None:
        """The order is over: its time after delivery passed (G4), or the platform says so."""
        self.completed_at = self.state_since = at

    @transition(
        field=state,
        source=[*OPEN[:-1], OrderState.REFUNDED, OrderState.COMPLETED, OrderState.CANCELLED],
        target=OrderState.DISPUTED,
    )
    def open_dispute(self, at: datetime) -> None:
        """The buyer opened a dispute: at any time after payment, a finished order included (D9)."""
        self.disputed_at = self.state_since = at

    @transition(field=state, source=[*OPEN, OrderState.COMPLETED, OrderState.CANCELLED], target=OrderState.REFUNDED)
    def refund(self, at: datetime) -> None:
        """The whole amount went back to the buyer; after a dispute on a refunded order, its refund stands (D11)."""
        self.refunded_at = self.refunded_at or at
        self._end_dispute(at)

    @transition(field=state, source=[*UNPAID, OrderState.PAID, *UNDERWAY], target=OrderState.CANCELLED)
    def cancel(self, at: datetime) -> None:
        """The platform or the buyer called the order off."""
        self.cancelled_at = self.state_since = at

    @transition(field=state, source=RETURNING, target=OrderState.PAYMENT_PENDING)
    def return_to_payment_pending(self, at: datetime) -> None:
        """A dispute on an order that nobody had paid (D9 is noted) is over, or a delivery was taken back (T10)."""
        self._end_dispute(at)

    @transition(field=state, source=RETURNING, target=OrderState.PAYMENT_EXPIRED)
    def return_to_payment_expired(self, at: datetime) -> None:
        """A dispute on an order whose payment had expired (D9 is noted) is over, or a delivery was taken back (T10)."""
        self._end_dispute(at)

    @transition(field=state, source=OrderState.DISPUTED, target=OrderState.CANCELLED)
    def return_to_cancelled(self, at: datetime) -> None:
        """A dispute on a cancelled order is over (D11)."""
        self._end_dispute(at)

    @transition(field=state, source=RETURNING, target=OrderState.PAID)
    def return_to_paid(self, at: datetime) -> None:
        """A dispute on an order that never shipped is over (D11), or a delivery was taken back (T10)."""
        self._end_dispute(at)

    @transition(field=state, source=RETURNING, target=OrderState.SHIPPED)
    def return_to_shipped(self, at: datetime) -> None:
        """A dispute ended, or a delivery was taken back, before the first contact's day (D11, T10)."""
        self._end_dispute(at)

    @transition(field=state, source=RETURNING, target=OrderState.CONTACT_30)
    def return_to_contact_30(self, at: datetime) -> None:
        """A dispute ended, or a delivery was taken back, after the first contact's day (D11, T10)."""
        self._end_dispute(at)

    @transition(field=state, source=RETURNING, target=OrderState.CONTACT_45)
    def return_to_contact_45(self, at: datetime) -> None:
        """A dispute ended, or a delivery was taken back, after the second contact's day (D11, T10)."""
        self._end_dispute(at)

    @transition(field=state, source=RETURNING, target=OrderState.CONTACT_60)
    def return_to_contact_60(self, at: datetime) -> None:
        """A dispute ended, or a delivery was taken back, after the third contact's day (D11, T10)."""
        self._end_dispute(at)

    @transition(field=state, source=OrderState.DISPUTED, target=OrderState.DELIVERED)
    def return_to_delivered(self, at: datetime) -> None:
        """A dispute on a delivered order ended in the seller's favour (D11)."""
        self._end_dispute(at)

    @transition(field=state, source=OrderState.DISPUTED, target=OrderState.COMPLETED)
    def return_to_completed(self, at: datetime) -> None:
        """A dispute ended on an order that was completed before it, or whose time has passed since (D11)."""
        self._end_dispute(at)
        self.completed_at = self.completed_at or at

    def _end_dispute(self, at: datetime) -> None:
        self.disputed_at = None
        self.state_since = at
