"""By what orders are found."""

from django.db import models

from orders.models.orders import Order, OrderPart


class SearchText(models.Model):
    """The folded line of an order's names (`orders.search_text`), kept whenever an order or a buyer is saved.

    A table of its own: an order's row is written at every event, and its names hardly ever change, so that the
    trigram index over them is left alone by all that moves an order. PostgreSQL has that index by `migrate`.
    """

    order = models.OneToOneField(Order, models.CASCADE, primary_key=True, related_name="search")
    text = models.TextField()

    objects = OrderPart.as_manager()

    class Meta:
        verbose_name = "search text"
        verbose_name_plural = "search texts"

    def __str__(self) -> str:
        return self.text
