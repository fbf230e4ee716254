"""What happens is recorded though a webhook is removed at that moment: deliveries point to it without a constraint."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0027_lists_by_queue_and_hold"),
    ]

    operations = [
        migrations.AlterField(
            model_name="webhookdelivery",
            name="webhook",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="orders.webhook",
            ),
        ),
    ]
