"""Chases, calls, escalations and incidents, and how urgent an item is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disputes", "0011_steps_of_cases"),
        ("messaging", "0008_mailboxes_in_private_networks"),
        ("orders", "0020_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Chase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "source",
                    models.CharField(
                        choices=[("hand", "a person"), ("message", "the buyer's own words")],
                        max_length=10,
                        verbose_name="registered by",
                    ),
                ),
                ("found", models.CharField(blank=True, max_length=100, verbose_name="told by the words")),
                ("opened_at", models.DateTimeField(verbose_name="since")),
                ("asked_at", models.DateTimeField(verbose_name="asked last at")),
                ("times", models.PositiveIntegerField(default=1, verbose_name="times asked")),
                ("next_at", models.DateTimeField(verbose_name="next check")),
                ("told", models.CharField(blank=True, max_length=600)),
                ("told_at", models.DateTimeField(blank=True, null=True, verbose_name="told last at")),
                ("carrier_asked_at", models.DateTimeField(blank=True, null=True, verbose_name="carrier asked at")),
                (
                    "carrier_answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="carrier answered at"),
                ),
                ("carrier_answer", models.CharField(blank=True, max_length=500, verbose_name="the carrier's answer")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                ("result", models.CharField(blank=True, max_length=40, verbose_name="result")),
            ],
            options={
                "verbose_name": "chase",
                "verbose_name_plural": "chases",
                "ordering": ["opened_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(blank=True, max_length=30, verbose_name="what")),
                ("subject", models.CharField(blank=True, max_length=60)),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("escalated_at", models.DateTimeField(verbose_name="escalated at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                ("is_returned", models.BooleanField(default=False, verbose_name="given back")),
            ],
            options={
                "verbose_name": "escalation",
                "verbose_name_plural": "escalations",
                "ordering": ["escalated_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("late_shipping", "shipping is late"),
                            ("oversold", "more was sold than there is"),
                            ("wrong_price", "wrong price or discount"),
                            ("wrong_goods", "wrong or faulty goods were sent"),
                            ("wrong_listing", "the listing was wrong"),
                            ("carrier", "the carrier failed"),
                            ("other", "something else"),
                        ],
                        max_length=20,
                        verbose_name="cause",
                    ),
                ),
                ("story", models.TextField(blank=True, verbose_name="what happened")),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                ("platform_told_at", models.DateTimeField(blank=True, null=True, verbose_name="platform told at")),
                (
                    "platform_note",
                    models.CharField(blank=True, max_length=300, verbose_name="what the platform was told"),
                ),
                (
                    "compensation",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="compensation"
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
            ],
            options={
                "verbose_name": "incident",
                "verbose_name_plural": "incidents",
                "ordering": ["-opened_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="IncidentOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("added_at", models.DateTimeField(verbose_name="added at")),
                ("contacted_at", models.DateTimeField(blank=True, null=True, verbose_name="reached otherwise at")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="how")),
                ("excluded_at", models.DateTimeField(blank=True, null=True, verbose_name="left out at")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="why left out")),
            ],
            options={
                "verbose_name": "order of an incident",
                "verbose_name_plural": "orders of an incident",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="IncidentWording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                ("body", models.TextField(verbose_name="text")),
                ("written_at", models.DateTimeField(verbose_name="written at")),
                ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="approved at")),
            ],
            options={
                "verbose_name": "wording",
                "verbose_name_plural": "wordings",
                "ordering": ["language"],
            },
        ),
        migrations.CreateModel(
            name="PhoneCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "direction",
                    models.CharField(
                        choices=[("out", "we called the buyer"), ("in", "the buyer called us")],
                        max_length=5,
                        verbose_name="who called",
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("agreed", "spoken, and agreed on something"),
                            ("spoken", "spoken, nothing agreed yet"),
                            ("no_answer", "nobody answered"),
                            ("busy", "engaged"),
                            ("wrong_number", "wrong number"),
                        ],
                        max_length=15,
                        verbose_name="result",
                    ),
                ),
                ("called_at", models.DateTimeField(verbose_name="called at")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("agreed", models.TextField(blank=True, verbose_name="what was agreed")),
                ("call_back_at", models.DateTimeField(blank=True, null=True, verbose_name="call again at")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="called again at")),
                ("is_outside_hours", models.BooleanField(default=False, verbose_name="outside the contact hours")),
            ],
            options={
                "verbose_name": "phone call",
                "verbose_name_plural": "phone calls",
                "ordering": ["called_at", "id"],
            },
        ),
        migrations.AddField(
            model_name="actionitem",
            name="urgency",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddIndex(
            model_name="actionitem",
            index=models.Index(
                condition=models.Q(("state", "open"), ("urgency__gt", 0)),
                fields=["store", "due_at", "id"],
                name="action_of_upset_buyer",
            ),
        ),
        migrations.AddField(
            model_name="chase",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="chases",
                to="orders.order",
                verbose_name="order",
            ),
        ),
        migrations.AddField(
            model_name="chase",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="owner",
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="case",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="escalations",
                to="disputes.aftersalecase",
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="dispute",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="escalations",
                to="disputes.dispute",
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="escalated_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="escalations",
                to="orders.order",
                verbose_name="order",
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="specialist",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="specialist",
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="store",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="orders.store"
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="closed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="customer_lead",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="customers",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="decision_maker",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decides",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="opened_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="operations_lead",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="operations",
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="incidents",
                to="orders.store",
                verbose_name="store",
            ),
        ),
        migrations.AddField(
            model_name="incidentorder",
            name="contacted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="incidentorder",
            name="excluded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="incidentorder",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="orders", to="disputes.incident"
            ),
        ),
        migrations.AddField(
            model_name="incidentorder",
            name="message",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="messaging.message",
            ),
        ),
        migrations.AddField(
            model_name="incidentorder",
            name="money",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="disputes.moneyentry",
            ),
        ),
        migrations.AddField(
            model_name="incidentorder",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="incidents", to="orders.order"
            ),
        ),
        migrations.AddField(
            model_name="incidentwording",
            name="approved_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="incidentwording",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="wordings", to="disputes.incident"
            ),
        ),
        migrations.AddField(
            model_name="incidentwording",
            name="written_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="phonecall",
            name="caller",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who spoke",
            ),
        ),
        migrations.AddField(
            model_name="phonecall",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="phone_calls",
                to="orders.order",
                verbose_name="order",
            ),
        ),
        migrations.AddIndex(
            model_name="chase",
            index=models.Index(condition=models.Q(("closed_at", None)), fields=["next_at", "id"], name="chase_open"),
        ),
        migrations.AddIndex(
            model_name="chase",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)), fields=["-closed_at", "-id"], name="chase_closed"
            ),
        ),
        migrations.AddConstraint(
            model_name="chase",
            constraint=models.UniqueConstraint(fields=("order", "number"), name="one_chase_per_number"),
        ),
        migrations.AddConstraint(
            model_name="chase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)), fields=("order",), name="one_open_chase"
            ),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["store", "escalated_at", "id"], name="escalation_open"
            ),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["store", "escalated_at"], name="escalation_by_day"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["store", "-opened_at"], name="incident_list"),
        ),
        migrations.AddConstraint(
            model_name="incidentorder",
            constraint=models.UniqueConstraint(fields=("incident", "order"), name="one_row_per_incident_and_order"),
        ),
        migrations.AddConstraint(
            model_name="incidentwording",
            constraint=models.UniqueConstraint(fields=("incident", "language"), name="one_wording_per_language"),
        ),
        migrations.AddIndex(
            model_name="phonecall",
            index=models.Index(
                condition=models.Q(("call_back_at__isnull", False), ("settled_at", None)),
                fields=["call_back_at"],
                name="call_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="phonecall",
            constraint=models.UniqueConstraint(fields=("order", "number"), name="one_call_per_number"),
        ),
    ]
