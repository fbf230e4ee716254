"""Buyers of one address are one person, also where the address came later than the order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0021_cancellation"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="buyer",
            index=models.Index(
                condition=models.Q(("email", ""), _negated=True), fields=["store", "email"], name="buyer_by_email"
            ),
        ),
    ]
