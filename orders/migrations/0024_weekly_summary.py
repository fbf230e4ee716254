"""Whether a person gets the figures of his stores' week by mail."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0023_review_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="weekly_summary",
            field=models.BooleanField(db_default=True, default=True, verbose_name="weekly figures"),
        ),
    ]
