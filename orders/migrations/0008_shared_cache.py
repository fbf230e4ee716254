"""The table in which all web processes count failed log-ins together."""

from django.core.management import call_command
from django.db import migrations

TABLE = "cache_entries"


def create_table(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop_table(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_audit")]
    operations = [migrations.RunPython(create_table, drop_table)]
