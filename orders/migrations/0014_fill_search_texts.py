"""What the orders that are there already are found by: filled in a batch at a time, and nothing is locked meanwhile.

Broken off and begun again, it goes on where it was. Orders that an older version adds beside it get theirs from the
hourly reconciliation.
"""

from collections import defaultdict

from django.db import migrations
from django.db.models import Max

from orders.search_text import compose_search_text

BATCH = 2000


def fill(apps, schema_editor):
    order_model, line_model = apps.get_model("orders", "Order"), apps.get_model("orders", "SearchText")
    after = line_model.objects.aggregate(last=Max("order_id"))["last"] or 0
    while orders := list(order_model.objects.filter(pk__gt=after).select_related("buyer").order_by("pk")[:BATCH]):
        names = read_names(apps, orders[0].pk, orders[-1].pk)
        line_model.objects.bulk_create([compose(line_model, order, names) for order in orders], ignore_conflicts=True)
        after = orders[-1].pk


def read_names(apps, first, last):
    """The tracking numbers, then titles and SKUs, by order."""
    names = defaultdict(lambda: ([], []))
    parcels = apps.get_model("orders", "Shipment").objects.filter(order__range=(first, last)).order_by("order", "pk")
    items = apps.get_model("orders", "OrderItem").objects.filter(order__range=(first, last)).order_by("order", "position")
    for order, number in parcels.values_list("order_id", "tracking_number"):
        names[order][0].append(number)
    for order, title, sku in items.values_list("order_id", "title", "sku"):
        names[order][1].extend([title, sku])
    return names


def compose(line_model, order, names):
    buyer, (numbers, titles) = order.buyer, names[order.pk]
    text = compose_search_text(
        [order.order_number, *numbers, buyer.name, buyer.email, *titles], phone=buyer.phone
    )
    return line_model(order=order, text=text)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('orders', '0013_search_texts_and_saved_views'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
