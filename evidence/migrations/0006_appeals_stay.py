"""An appeal that was handed in stays as it is, like a dispute's bundle: the database itself refuses anything else."""

from importlib import import_module

from django.db import migrations

versions_stay = import_module("evidence.migrations.0004_versions_stay")


def _of_appeals(text):
    return (
        text.replace("evidence_bundle", "evidence_appeal")
        .replace("dispute_id", "review_id")
        .replace("a bundle that", "an appeal that")
        .replace("a finished bundle", "a finished appeal")
    )


def create_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_of_appeals(versions_stay.POSTGRESQL))
        return
    for name, what in versions_stay.SQLITE.items():
        schema_editor.execute(f"CREATE TRIGGER evidence_appeal_{name} BEFORE {_of_appeals(what)}")


def drop_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER evidence_appeal_kept ON evidence_appeal")
        schema_editor.execute("DROP TRIGGER evidence_appeal_not_emptied ON evidence_appeal")
        schema_editor.execute("DROP FUNCTION evidence_appeal_refuse()")
        return
    for name in versions_stay.SQLITE:
        schema_editor.execute(f"DROP TRIGGER evidence_appeal_{name}")


class Migration(migrations.Migration):
    dependencies = [("evidence", "0005_appeals")]
    operations = [migrations.RunPython(create_triggers, drop_triggers)]
