"""When a buyer asked to cancel his order, and when that was refused."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0020_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="cancellation_asked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="cancellation asked for at"),
        ),
        migrations.AddField(
            model_name="order",
            name="cancellation_refused_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="cancellation refused at"),
        ),
    ]
