"""Who did what, from where; the database itself refuses every update and delete of an entry."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


SQLITE = """
CREATE TRIGGER orders_auditentry_no_{verb} BEFORE {verb} ON orders_auditentry
BEGIN SELECT RAISE(ABORT, 'the audit list is append-only'); END
"""
# INSERT OR REPLACE deletes without asking the DELETE trigger.
SQLITE_REPLACE = """
CREATE TRIGGER orders_auditentry_no_replace BEFORE INSERT ON orders_auditentry
WHEN EXISTS (SELECT 1 FROM orders_auditentry WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit list is append-only'); END
"""
POSTGRESQL = """
CREATE FUNCTION orders_auditentry_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit list is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER orders_auditentry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON orders_auditentry
FOR EACH STATEMENT EXECUTE FUNCTION orders_auditentry_refuse();
"""


def create_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
    else:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(SQLITE.format(verb=verb))
        schema_editor.execute(SQLITE_REPLACE)


def drop_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER orders_auditentry_append_only ON orders_auditentry")
        schema_editor.execute("DROP FUNCTION orders_auditentry_refuse()")
    else:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(f"DROP TRIGGER orders_auditentry_no_{verb}")
        schema_editor.execute("DROP TRIGGER orders_auditentry_no_replace")


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0006_arrival_estimates"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "kind",
                    models.CharField(
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
                            ("exported", "downloaded data"),
                            ("erased", "erased a buyer's data"),
                            ("bundle_submitted", "handed a bundle in"),
                            ("back_office", "changed something in the back office"),
                        ],
                        max_length=20,
                        verbose_name="what",
                    ),
                ),
                ("data", models.JSONField(default=dict, verbose_name="details")),
                (
                    "store",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="orders.store",
                        verbose_name="store",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit entries",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="AuditOrigin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True)),
                ("ip", models.GenericIPAddressField(null=True, verbose_name="IP address")),
                ("user_agent", models.CharField(blank=True, max_length=200, verbose_name="browser")),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="origin", to="orders.auditentry"
                    ),
                ),
            ],
            options={
                "verbose_name": "origin",
                "verbose_name_plural": "origins",
            },
        ),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
