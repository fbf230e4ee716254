"""A timeline that cannot be rewritten: the database itself refuses every update and delete."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER orders_timelineevent_no_{verb} BEFORE {verb} ON orders_timelineevent
BEGIN SELECT RAISE(ABORT, 'the timeline is append-only'); END
"""
# INSERT OR REPLACE deletes without asking the DELETE trigger.
SQLITE_REPLACE = """
CREATE TRIGGER orders_timelineevent_no_replace BEFORE INSERT ON orders_timelineevent
WHEN EXISTS (SELECT 1 FROM orders_timelineevent WHERE id = NEW.id)
  OR EXISTS (SELECT 1 FROM orders_timelineevent WHERE order_id = NEW.order_id AND sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'the timeline is append-only'); END
"""
POSTGRESQL = """
CREATE FUNCTION orders_timelineevent_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the timeline is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER orders_timelineevent_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON orders_timelineevent
FOR EACH STATEMENT EXECUTE FUNCTION orders_timelineevent_refuse();
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
        schema_editor.execute("DROP TRIGGER orders_timelineevent_append_only ON orders_timelineevent")
        schema_editor.execute("DROP FUNCTION orders_timelineevent_refuse()")
    else:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(f"DROP TRIGGER orders_timelineevent_no_{verb}")
        schema_editor.execute("DROP TRIGGER orders_timelineevent_no_replace")


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunPython(create_triggers, drop_triggers)]
