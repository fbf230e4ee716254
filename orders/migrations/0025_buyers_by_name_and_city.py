"""Namesakes of one city are found in the index alone, however many bear the name elsewhere."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0024_weekly_summary"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="buyer",
            index=models.Index(
                condition=models.Q(models.Q(("name", ""), _negated=True), ("erased_at", None)),
                fields=["store", "name", "city", "id"],
                name="buyer_by_name_and_city",
            ),
        ),
        migrations.RemoveIndex(
            model_name="buyer",
            name="buyer_by_name",
        ),
    ]
