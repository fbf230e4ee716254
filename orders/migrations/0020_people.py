"""A buyer's agent and mood, and the line in which a member stands."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0019_aliexpress"),
    ]

    operations = [
        migrations.AddField(
            model_name="buyer",
            name="agent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="agent",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="away_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="away until"),
        ),
        migrations.AddField(
            model_name="membership",
            name="tier",
            field=models.CharField(
                choices=[("first", "First line"), ("specialist", "Specialist")],
                db_default="first",
                default="first",
                max_length=10,
                verbose_name="line",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="chased_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="chased since"),
        ),
        migrations.AddField(
            model_name="order",
            name="mood",
            field=models.CharField(
                blank=True,
                choices=[("", "calm"), ("upset", "upset"), ("furious", "furious")],
                db_default="",
                default="",
                max_length=10,
                verbose_name="mood",
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="mood_since",
            field=models.DateTimeField(blank=True, null=True, verbose_name="in this mood since"),
        ),
        migrations.AddField(
            model_name="store",
            name="has_kept_buyers",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddIndex(
            model_name="buyer",
            index=models.Index(
                condition=models.Q(("phone", ""), _negated=True), fields=["store", "phone"], name="buyer_by_phone"
            ),
        ),
        migrations.AddIndex(
            model_name="buyer",
            index=models.Index(
                condition=models.Q(("tax_id", ""), _negated=True), fields=["store", "tax_id"], name="buyer_by_tax_id"
            ),
        ),
        migrations.AddIndex(
            model_name="buyer",
            index=models.Index(
                condition=models.Q(("name", ""), _negated=True), fields=["store", "name"], name="buyer_by_name"
            ),
        ),
    ]
