"""Where the team is told, and what it was told."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0004_held_messages"),
        ("orders", "0012_calendars_and_digests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TeamChannel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("email", "e-mail"),
                            ("wecom", "WeCom 企业微信"),
                            ("dingtalk", "DingTalk 钉钉"),
                            ("feishu", "Feishu 飞书 / Lark"),
                            ("slack", "Slack"),
                            ("webhook", "webhook of your own"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("locked_address", models.TextField(editable=False)),
                ("locked_secret", models.TextField(blank=True, editable=False)),
                ("address_hint", models.CharField(max_length=120, verbose_name="address")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("timezone", models.CharField(max_length=50, verbose_name="time zone")),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("everyone", "everyone's"),
                            ("role", "those of a role"),
                            ("person", "those of one person"),
                        ],
                        default="everyone",
                        max_length=10,
                        verbose_name="whose",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[("owner", "Owner"), ("agent", "Agent"), ("viewer", "Viewer")],
                        max_length=10,
                        verbose_name="role",
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("all", "all that there is to do"),
                            ("disputes", "only what disputes ask for"),
                            ("kinds", "only what is ticked below"),
                        ],
                        default="all",
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                ("action_kinds", models.JSONField(default=list)),
                ("tells_alarms", models.BooleanField(default=True, verbose_name="tells what has stopped")),
                ("quiet_from", models.TimeField(blank=True, null=True, verbose_name="quiet from")),
                ("quiet_until", models.TimeField(blank=True, null=True, verbose_name="quiet until")),
                ("is_on", models.BooleanField(default=True, verbose_name="switched on")),
                ("since", models.DateTimeField()),
                ("next_post_at", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="failures in a row")),
                ("last_ok_at", models.DateTimeField(blank=True, null=True, verbose_name="last success")),
                ("last_error_at", models.DateTimeField(blank=True, null=True, verbose_name="last error at")),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="team_channels",
                        to="orders.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "team channel",
                "verbose_name_plural": "team channels",
                "ordering": ["store", "id"],
            },
        ),
        migrations.CreateModel(
            name="TeamNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("next_attempt_at", models.DateTimeField()),
                ("claim_token", models.UUIDField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.TextField(blank=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("deadline", "a deadline"),
                            ("alarm", "something has stopped"),
                            ("digest", "the day's digest"),
                        ],
                        max_length=10,
                    ),
                ),
                ("item", models.PositiveBigIntegerField(db_index=True, null=True)),
                ("rung", models.CharField(blank=True, max_length=30)),
                ("is_escalation", models.BooleanField(default=False)),
                ("key", models.CharField(max_length=100)),
                ("raised_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "waiting for its turn"),
                            ("claimed", "being sent"),
                            ("sent", "sent"),
                            ("cancelled", "not needed any more"),
                            ("dead", "could not be sent"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "channel",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="messaging.teamchannel",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="orders.order"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="orders.store"
                    ),
                ),
            ],
            options={
                "verbose_name": "team notice",
                "verbose_name_plural": "team notices",
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="teamnotice",
            index=models.Index(condition=models.Q(("state", "pending")), fields=["next_attempt_at"], name="notice_due"),
        ),
        migrations.AddIndex(
            model_name="teamnotice",
            index=models.Index(condition=models.Q(("state", "claimed")), fields=["lease_until"], name="notice_lease"),
        ),
        migrations.AddIndex(
            model_name="teamnotice",
            index=models.Index(fields=["raised_at"], name="notice_by_age"),
        ),
        migrations.AddConstraint(
            model_name="teamnotice",
            constraint=models.UniqueConstraint(fields=("channel", "key"), name="one_notice_per_channel_and_key"),
        ),
        migrations.AddConstraint(
            model_name="teamnotice",
            constraint=models.UniqueConstraint(fields=("person", "key"), name="one_notice_per_person_and_key"),
        ),
        migrations.AddConstraint(
            model_name="teamnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", None), ("person__isnull", False)),
                    models.Q(("channel__isnull", False), ("person", None)),
                    _connector="OR",
                ),
                name="notice_has_one_recipient",
            ),
        ),
    ]
