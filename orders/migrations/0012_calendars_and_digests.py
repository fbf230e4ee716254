"""Calendar addresses, the hour of the daily digest, and what owners do with either."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0011_orderfile_attempts"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="digest_hour",
            field=models.PositiveSmallIntegerField(
                blank=True, db_default=9, default=9, null=True, verbose_name="daily digest"
            ),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("logged_in", "logged in"),
                    ("logged_out", "logged out"),
                    ("log_in_failed", "tried to log in with a wrong password"),
                    ("code_failed", "entered a wrong code"),
                    ("session_ended", "ended a session"),
                    ("password_changed", "changed the password"),
                    ("second_factor_on", "switched the two-factor log-in on"),
                    ("second_factor_off", "switched the two-factor log-in off"),
                    ("recovery_codes_made", "made new recovery codes"),
                    ("store_made", "made the store"),
                    ("member_added", "added a member"),
                    ("link_made", "made a log-in link"),
                    ("role_changed", "changed a role"),
                    ("member_removed", "removed a member"),
                    ("key_saved", "saved the key of a tracking service"),
                    ("key_switched", "switched a tracking service"),
                    ("channel_saved", "saved where the team is told"),
                    ("channel_switched", "switched a channel of the team"),
                    ("channel_removed", "removed a channel of the team"),
                    ("calendar_made", "made a calendar address"),
                    ("calendar_revoked", "revoked a calendar address"),
                    ("exported", "downloaded data"),
                    ("erased", "erased a buyer's data"),
                    ("held", "set or lifted a legal hold"),
                    ("retention_set", "changed how long buyers' data are kept"),
                    ("bundle_submitted", "handed a bundle in"),
                    ("back_office", "changed something in the back office"),
                ],
                max_length=20,
                verbose_name="what",
            ),
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("token_digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("kinds", models.JSONField(blank=True, default=list)),
                ("only_mine", models.BooleanField(default=False, verbose_name="only what is mine")),
                ("made_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "stores",
                    models.ManyToManyField(blank=True, related_name="+", to="orders.store", verbose_name="stores"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feeds",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "calendar address",
                "verbose_name_plural": "calendar addresses",
                "ordering": ["made_at", "id"],
            },
        ),
    ]
