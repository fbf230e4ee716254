"""The file as resources of django-import-export: row by row, and in its bulk mode.

Both make an order's item and its dates, by the simplest of plans: so many days after shipping. There is no buyer of
his own, no history, no check of rules.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from import_export import resources
from import_export.instance_loaders import CachedInstanceLoader

from benchmarks.peers.selling.models import Item, Milestone, Order

ITEM = ("sku", "title", "quantity", "unit_price")
DAYS = {"contact_30": 30, "contact_45": 45, "contact_60": 60}


class OrderResource(resources.ModelResource):
    """Row by row, as the documentation begins."""

    class Meta:
        model = Order
        import_id_fields = ("order_number",)
        exclude = ("id",)
        use_transactions = True

    def after_save_instance(self, instance: Order, row: dict[str, Any], **_given: Any) -> None:
        """The order's item and dates, when it is stored."""
        Item.objects.create(order=instance, **{name: row[name] for name in ITEM})
        Milestone.objects.bulk_create(dates(instance))


class BulkOrderResource(resources.ModelResource):
    """In bulk, with everything that its documentation advises for speed."""

    class Meta:
        model = Order
        import_id_fields = ("order_number",)
        exclude = ("id",)
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        skip_html_diff = True
        use_transactions = True
        instance_loader_class = CachedInstanceLoader

    def before_import(self, dataset: Any, **_given: Any) -> None:
        """Begin with no items."""
        self.items: dict[str, dict[str, Any]] = {}

    def before_import_row(self, row: dict[str, Any], **_given: Any) -> None:
        """The item waits until its order is stored."""
        self.items[row["order_number"]] = {name: row[name] for name in ITEM}

    def bulk_create(self, *given: Any, **named: Any) -> None:
        """Store the orders, then their items and dates, in as few statements."""
        orders = list(self.create_instances)
        super().bulk_create(*given, **named)
        Item.objects.bulk_create(Item(order=order, **self.items.pop(order.order_number)) for order in orders)
        Milestone.objects.bulk_create(date for order in orders for date in dates(order))


def dates(order: Order) -> Iterator[Milestone]:
    """Three dates after shipping, of parcels that have not arrived."""
    if order.shipped_at and not order.delivered_at:
        for kind, days in DAYS.items():
            yield Milestone(order=order, kind=kind, due_at=order.shipped_at + timedelta(days=days))
