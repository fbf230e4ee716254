import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disputes", "0005_store_rules"),
        ("orders", "0015_store_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="FigureSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="figure_sheets",
                        to="orders.store",
                        verbose_name="store",
                    ),
                ),
                ("span", models.CharField(max_length=7)),
                ("last_day", models.DateField()),
                ("queued_at", models.DateTimeField(blank=True, null=True)),
                ("counted_at", models.DateTimeField(blank=True, null=True)),
                ("data", models.JSONField(default=dict)),
            ],
            options={"verbose_name": "sheet of figures", "verbose_name_plural": "sheets of figures"},
        ),
        migrations.AddConstraint(
            model_name="figuresheet",
            constraint=models.UniqueConstraint(fields=("store", "span"), name="one_sheet_per_span"),
        ),
        migrations.CreateModel(
            name="Lesson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dispute",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lesson",
                        to="disputes.dispute",
                        verbose_name="dispute",
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("pre_sale", "before the sale"),
                            ("logistics", "transport"),
                            ("goods", "the goods"),
                            ("shipping", "packing and shipping"),
                            ("after_sale", "after the sale"),
                            ("malicious_review", "a malicious review"),
                            ("follow_up_review", "a later review"),
                        ],
                        max_length=20,
                        verbose_name="cause",
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=1000, verbose_name="lesson")),
                ("written_at", models.DateTimeField()),
                ("written_by", models.CharField(blank=True, max_length=100)),
            ],
            options={"verbose_name": "lesson", "verbose_name_plural": "lessons"},
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(fields=["closed_at"], name="dispute_by_end"),
        ),
        migrations.AddIndex(
            model_name="actionitem",
            index=models.Index(
                condition=models.Q(("kind", "extend_receipt_time")), fields=["due_at"], name="action_extension"
            ),
        ),
    ]
