"""The list of orders by tracking queue, and the buyers whose data may not be erased, each by an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0026_webhook_outboxes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="buyer",
            index=models.Index(
                condition=models.Q(("legal_hold", ""), _negated=True), fields=["store", "id"], name="buyer_held"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("tracking_queue", ""), _negated=True),
                fields=["store", "tracking_queue", "-placed_at", "-id"],
                name="order_list_by_queue",
            ),
        ),
    ]
