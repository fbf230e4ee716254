"""Keys of other programs, the answers they were given, and the webhooks that tell them what happens."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0017_contact_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="store",
            name="has_webhooks",
            field=models.BooleanField(db_default=False, default=False, editable=False),
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
                    ("store_changed", "changed the store's settings"),
                    ("rules_changed", "changed the store's rules"),
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
                    ("token_made", "made an API token"),
                    ("token_revoked", "revoked an API token"),
                    ("webhook_saved", "saved a webhook"),
                    ("webhook_switched", "switched a webhook"),
                    ("webhook_removed", "removed a webhook"),
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
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("prefix", models.CharField(max_length=20, verbose_name="begins with")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("scopes", models.JSONField(default=list, verbose_name="may")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="good until")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked at")),
                ("last_used_at", models.DateTimeField(blank=True, null=True, verbose_name="last used")),
                ("minute", models.DateTimeField(editable=False, null=True)),
                ("used", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to="orders.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "API token",
                "verbose_name_plural": "API tokens",
                "ordering": ["-made_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="name")),
                ("url", models.CharField(max_length=500, verbose_name="address")),
                ("locked_secret", models.TextField(editable=False)),
                ("event_types", models.JSONField(blank=True, default=list, verbose_name="hears")),
                ("is_on", models.BooleanField(default=True, verbose_name="switched on")),
                ("since", models.DateTimeField()),
                ("next_post_at", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="failures in a row")),
                ("last_ok_at", models.DateTimeField(blank=True, null=True, verbose_name="last success")),
                ("last_error_at", models.DateTimeField(blank=True, null=True, verbose_name="last error at")),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="webhooks",
                        to="orders.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook",
                "verbose_name_plural": "webhooks",
                "ordering": ["store", "id"],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=255)),
                ("request_digest", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(db_index=True)),
                ("claim", models.UUIDField()),
                ("claimed_until", models.DateTimeField()),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("headers", models.JSONField(default=dict)),
                ("body", models.TextField(blank=True)),
                (
                    "token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keys", to="orders.apitoken"
                    ),
                ),
            ],
            options={
                "verbose_name": "idempotency key",
                "verbose_name_plural": "idempotency keys",
                "constraints": [models.UniqueConstraint(fields=("token", "key"), name="one_answer_per_key")],
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("next_attempt_at", models.DateTimeField()),
                ("claim_token", models.UUIDField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.TextField(blank=True)),
                ("message_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("type", models.CharField(max_length=60)),
                ("raised_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.CharField(blank=True, max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "waiting for its turn"),
                            ("claimed", "being sent"),
                            ("sent", "taken"),
                            ("cancelled", "not sent"),
                            ("dead", "could not be sent"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="orders.timelineevent",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="orders.store"),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="orders.webhook"
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook delivery",
                "verbose_name_plural": "webhook deliveries",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")), fields=["next_attempt_at"], name="delivery_due"
                    ),
                    models.Index(
                        condition=models.Q(("state", "claimed")), fields=["lease_until"], name="delivery_lease"
                    ),
                    models.Index(fields=["webhook", "-id"], name="delivery_of_webhook"),
                    models.Index(fields=["raised_at"], name="delivery_by_age"),
                ],
            },
        ),
    ]
