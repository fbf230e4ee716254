"""The outboxes of webhooks: what was given up, since when one fails or is behind, and its former secret."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0025_buyers_by_name_and_city"),
    ]

    operations = [
        migrations.AddField(
            model_name="webhook",
            name="behind_since",
            field=models.DateTimeField(blank=True, null=True, verbose_name="is behind since"),
        ),
        migrations.AddField(
            model_name="webhook",
            name="failing_since",
            field=models.DateTimeField(blank=True, null=True, verbose_name="fails since"),
        ),
        migrations.AddField(
            model_name="webhook",
            name="former_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="webhook",
            name="given_up",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="given up"),
        ),
        migrations.AddField(
            model_name="webhook",
            name="given_up_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="webhook",
            name="given_up_event",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="webhook",
            name="given_up_from",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="webhook",
            name="locked_former_secret",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.AddField(
            model_name="webhook",
            name="off_reason",
            field=models.CharField(
                blank=True,
                choices=[("gone", "it answered that it is gone"), ("failing", "it took nothing for days")],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="webhookdelivery",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="webhookdelivery",
            name="counted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("state", "pending")), fields=["webhook", "id"], name="delivery_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("counted_at__isnull", True), ("state", "dead")),
                fields=["webhook"],
                name="delivery_uncounted",
            ),
        ),
    ]
