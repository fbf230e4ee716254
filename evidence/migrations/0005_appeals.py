"""Appeals to the platform against a review."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disputes", "0014_review_details"),
        ("evidence", "0004_versions_stay"),
    ]

    operations = [
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("recipient", models.CharField(max_length=40, verbose_name="recipient")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "waiting for a worker"),
                            ("running", "being made"),
                            ("ready", "ready"),
                            ("failed", "could not be made"),
                            ("submitted", "handed in"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("progress", models.PositiveSmallIntegerField(default=0, verbose_name="progress")),
                ("requested_at", models.DateTimeField(verbose_name="requested at")),
                ("requested_by", models.CharField(blank=True, max_length=100, verbose_name="requested by")),
                ("heartbeat_at", models.DateTimeField(blank=True, null=True, verbose_name="last sign of work")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("file", models.CharField(blank=True, max_length=200, verbose_name="file")),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("size", models.PositiveBigIntegerField(default=0, verbose_name="size in bytes")),
                ("pages", models.PositiveIntegerField(default=0, verbose_name="pages")),
                ("files", models.JSONField(blank=True, default=list, verbose_name="files")),
                ("inputs", models.CharField(blank=True, db_index=True, max_length=64)),
                ("report", models.JSONField(blank=True, default=dict, verbose_name="report")),
                ("error", models.TextField(blank=True, verbose_name="error")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="handed in at")),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeals",
                        to="disputes.review",
                        verbose_name="review",
                    ),
                ),
            ],
            options={
                "verbose_name": "appeal against a review",
                "verbose_name_plural": "appeals against reviews",
                "ordering": ["-number"],
                "constraints": [models.UniqueConstraint(fields=("review", "number"), name="one_appeal_per_number")],
            },
        ),
    ]
