"""What a seller's own program would keep of an order file: orders, items and dates, with the usual constraints."""

from django.db import models


class Order(models.Model):
    """One order, as the file has it."""

    order_number = models.CharField(max_length=64, unique=True)
    placed_at = models.DateTimeField()
    payment_method = models.CharField(max_length=500, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    carrier = models.CharField(max_length=500, blank=True)
    tracking_number = models.CharField(max_length=64, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    promised_days = models.PositiveIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    total = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    buyer_name = models.CharField(max_length=500, blank=True)
    buyer_email = models.EmailField(blank=True)
    buyer_country = models.CharField(max_length=2, blank=True)
    buyer_state = models.CharField(max_length=100, blank=True)
    buyer_city = models.CharField(max_length=500, blank=True)
    buyer_language = models.CharField(max_length=35, blank=True)


class Item(models.Model):
    """One line of an order."""

    order = models.ForeignKey(Order, models.CASCADE)
    sku = models.CharField(max_length=500, blank=True)
    title = models.CharField(max_length=500, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4, null=True)


class Milestone(models.Model):
    """A date of an order."""

    order = models.ForeignKey(Order, models.CASCADE)
    kind = models.CharField(max_length=40)
    due_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=10, default="pending")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "kind"], name="one_milestone_per_kind")]
