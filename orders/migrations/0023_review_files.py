"""Files of reviews."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0022_buyers_by_email")]

    operations = [
        migrations.AlterField(
            model_name="orderfile",
            name="content",
            field=models.CharField(
                choices=[
                    ("orders", "orders"),
                    ("tracking", "tracking"),
                    ("contacts", "contacts"),
                    ("reviews", "reviews"),
                ],
                default="orders",
                max_length=10,
                verbose_name="content",
            ),
        ),
    ]
