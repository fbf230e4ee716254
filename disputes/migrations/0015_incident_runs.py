"""Runs that tell and compensate the buyers of an incident."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disputes", "0014_review_details"),
    ]

    operations = [
        migrations.AlterField(
            model_name="bulkrun",
            name="kind",
            field=models.CharField(
                choices=[
                    ("contact", "Write to the buyers"),
                    ("extend", "Extend the receipt time"),
                    ("mark_sent", "Mark the waiting messages as sent by hand"),
                    ("incident", "Tell the buyers of an incident"),
                    ("compensate", "Compensate the buyers of an incident"),
                ],
                max_length=10,
                verbose_name="what",
            ),
        ),
    ]
