"""What was handed in stays: the database refuses to change or delete such a bundle, or to exchange a ready one's file."""

from django.db import migrations

FROZEN = ("dispute_id", "number", "recipient", "file", "sha256", "size", "pages", "files")
EXCHANGED = " OR ".join(f"NEW.{name} IS {{differs}} OLD.{name}" for name in FROZEN)
KEPT = "a bundle that was handed in is kept as it is"
FIXED = "a finished bundle is never exchanged: make a new version"
SQLITE = {
    "kept_update": f"UPDATE ON evidence_bundle WHEN OLD.state = 'submitted' BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
    "kept_delete": f"DELETE ON evidence_bundle WHEN OLD.state = 'submitted' BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
    # INSERT OR REPLACE deletes without asking the DELETE trigger.
    "kept_replace": f"""INSERT ON evidence_bundle
        WHEN EXISTS (SELECT 1 FROM evidence_bundle WHERE state = 'submitted'
                     AND (id = NEW.id OR (dispute_id = NEW.dispute_id AND number = NEW.number)))
        BEGIN SELECT RAISE(ABORT, '{KEPT}'); END""",
    "fixed": f"""UPDATE ON evidence_bundle WHEN OLD.state = 'ready' AND ({EXCHANGED.format(differs="NOT")})
        BEGIN SELECT RAISE(ABORT, '{FIXED}'); END""",
}
POSTGRESQL = f"""
CREATE FUNCTION evidence_bundle_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        IF EXISTS (SELECT 1 FROM evidence_bundle WHERE state = 'submitted') THEN
            RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    END IF;
    IF OLD.state = 'submitted' THEN
        RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF OLD.state = 'ready' AND ({EXCHANGED.format(differs="DISTINCT FROM")}) THEN
        RAISE EXCEPTION '{FIXED}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evidence_bundle_kept BEFORE UPDATE OR DELETE ON evidence_bundle
FOR EACH ROW EXECUTE FUNCTION evidence_bundle_refuse();
CREATE TRIGGER evidence_bundle_not_emptied BEFORE TRUNCATE ON evidence_bundle
FOR EACH STATEMENT EXECUTE FUNCTION evidence_bundle_refuse();
"""


def create_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
        return
    for name, what in SQLITE.items():
        schema_editor.execute(f"CREATE TRIGGER evidence_bundle_{name} BEFORE {what}")


def drop_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER evidence_bundle_kept ON evidence_bundle")
        schema_editor.execute("DROP TRIGGER evidence_bundle_not_emptied ON evidence_bundle")
        schema_editor.execute("DROP FUNCTION evidence_bundle_refuse()")
        return
    for name in SQLITE:
        schema_editor.execute(f"DROP TRIGGER evidence_bundle_{name}")


class Migration(migrations.Migration):
    dependencies = [("evidence", "0003_bundle_files")]
    operations = [migrations.RunPython(create_triggers, drop_triggers)]
