"""What buyers write, mailboxes, promised replies, addresses that do not work."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0005_team_channels"),
        ("orders", "0010_holds_and_retention_on_the_audit_list"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="in_reply_to",
            field=models.CharField(blank=True, db_default="", max_length=500),
        ),
        migrations.AddField(
            model_name="message",
            name="written_by",
            field=models.CharField(blank=True, db_default="", max_length=100),
        ),
        migrations.CreateModel(
            name="MailboxAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("next_attempt_at", models.DateTimeField()),
                ("claim_token", models.UUIDField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("last_error", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "waiting for its turn"),
                            ("claimed", "being read"),
                            ("off", "switched off"),
                            ("dead", "given up"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("host", models.CharField(max_length=253, verbose_name="server")),
                ("port", models.PositiveIntegerField(verbose_name="port")),
                (
                    "security",
                    models.CharField(
                        choices=[
                            ("tls", "TLS (port 993)"),
                            ("starttls", "STARTTLS (port 143)"),
                            ("none", "not protected"),
                        ],
                        default="tls",
                        max_length=10,
                        verbose_name="protection",
                    ),
                ),
                ("user", models.CharField(max_length=320, verbose_name="user")),
                ("locked_password", models.TextField(editable=False)),
                ("folder", models.CharField(default="INBOX", max_length=200, verbose_name="folder")),
                ("uid_validity", models.BigIntegerField(blank=True, null=True)),
                ("last_uid", models.BigIntegerField(default=0)),
                ("reads_from", models.DateTimeField()),
                ("failures", models.PositiveIntegerField(default=0)),
                ("last_ok_at", models.DateTimeField(blank=True, null=True)),
                ("last_error_at", models.DateTimeField(blank=True, null=True)),
                (
                    "trouble",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unreachable", "The server does not answer. We try again by ourselves."),
                            ("certificate", "The server cannot prove who it is: its certificate is not accepted."),
                            ("refused", "The server refuses the user or the password. Enter them again."),
                            ("folder", "There is no such folder. Look up its name in your mail program."),
                            ("locked", "The stored password cannot be unlocked. Enter it again."),
                            (
                                "odd",
                                "The server answers something that we do not understand. We try again by ourselves.",
                            ),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "store",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mailbox",
                        to="orders.store",
                        verbose_name="store",
                    ),
                ),
            ],
            options={
                "verbose_name": "mailbox",
                "verbose_name_plural": "mailboxes",
            },
        ),
        migrations.CreateModel(
            name="InboundMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("buyer", "the buyer"),
                            ("automatic", "an automatic answer"),
                            ("bounce", "a mail server"),
                        ],
                        default="buyer",
                        max_length=10,
                        verbose_name="from",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("pasted", "pasted"), ("email", "e-mail")], max_length=10, verbose_name="channel"
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        choices=[
                            ("platform", "the platform's chat"),
                            ("whatsapp", "WhatsApp"),
                            ("email", "e-mail"),
                            ("facebook", "Facebook"),
                            ("skype", "Skype"),
                            ("phone", "phone"),
                            ("other", "somewhere else"),
                        ],
                        max_length=10,
                        verbose_name="where",
                    ),
                ),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("sender", models.CharField(blank=True, max_length=320, verbose_name="sender")),
                ("sender_name", models.CharField(blank=True, max_length=200, verbose_name="sender's name")),
                ("subject", models.CharField(blank=True, max_length=400, verbose_name="subject")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("message_id", models.CharField(blank=True, max_length=500)),
                ("in_reply_to", models.CharField(blank=True, max_length=500)),
                ("raw", models.FileField(blank=True, upload_to="inbound/%Y/%m")),
                ("raw_sha256", models.CharField(blank=True, max_length=64)),
                ("is_cut", models.BooleanField(default=False)),
                ("identity", models.CharField(blank=True, max_length=64)),
                (
                    "matched_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reply", "it answers one of our mails"),
                            ("number", "it names the order number"),
                            ("sender", "the address has one open order"),
                            ("person", "a person said so"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sequence", models.PositiveIntegerField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                ("dismissed_at", models.DateTimeField(blank=True, null=True, verbose_name="needs no answer, since")),
                ("dismissed_by", models.CharField(blank=True, max_length=100)),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="bounces",
                        to="messaging.message",
                    ),
                ),
                (
                    "answer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="answers",
                        to="messaging.message",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="inbound",
                        to="orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "pasted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="inbound",
                        to="orders.store",
                        verbose_name="store",
                    ),
                ),
                (
                    "mailbox",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="inbound",
                        to="messaging.mailboxaccount",
                    ),
                ),
            ],
            options={
                "verbose_name": "message of a buyer",
                "verbose_name_plural": "messages of buyers",
                "ordering": ["received_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=40)),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="promise", to="messaging.message"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="promises", to="orders.order"
                    ),
                ),
            ],
            options={
                "verbose_name": "promised reply",
                "verbose_name_plural": "promised replies",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="FailedAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(max_length=320)),
                ("reason", models.CharField(max_length=200)),
                ("failed_at", models.DateTimeField()),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="failed_addresses", to="orders.store"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("store", "address"), name="one_failure_per_address")],
            },
        ),
        migrations.CreateModel(
            name="InboundAttachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("file", models.FileField(upload_to="inbound/%Y/%m")),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="messaging.inboundmessage",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [models.UniqueConstraint(fields=("message", "position"), name="one_file_per_position")],
            },
        ),
        migrations.AddIndex(
            model_name="mailboxaccount",
            index=models.Index(
                condition=models.Q(("state", "pending")), fields=["next_attempt_at"], name="mailbox_due"
            ),
        ),
        migrations.AddIndex(
            model_name="mailboxaccount",
            index=models.Index(condition=models.Q(("state", "claimed")), fields=["lease_until"], name="mailbox_lease"),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                condition=models.Q(("answer", None), ("answered_at", None), ("dismissed_at", None), ("kind", "buyer")),
                fields=["store", "received_at", "id"],
                name="inbound_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                condition=models.Q(("order", None)), fields=["store", "sender"], name="inbound_unmatched"
            ),
        ),
        migrations.AddConstraint(
            model_name="inboundmessage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("identity", ""), _negated=True),
                fields=("store", "identity"),
                name="one_row_per_mail",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.UniqueConstraint(fields=("order", "number"), name="one_promise_per_number"),
        ),
    ]
