"""What the tracking desk needs: queues on orders, what a carrier took back, frozen views, disruptions."""

import django.db.models.deletion
from django.db import migrations, models

SQLITE = """
CREATE TRIGGER orders_snapshot_no_{verb} BEFORE {verb} ON orders_snapshot
BEGIN SELECT RAISE(ABORT, 'snapshots are never changed'); END
"""
# INSERT OR REPLACE deletes without asking the DELETE trigger.
SQLITE_REPLACE = """
CREATE TRIGGER orders_snapshot_no_replace BEFORE INSERT ON orders_snapshot
WHEN EXISTS (SELECT 1 FROM orders_snapshot WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'snapshots are never changed'); END
"""
POSTGRESQL = """
CREATE FUNCTION orders_snapshot_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'snapshots are never changed' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER orders_snapshot_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON orders_snapshot
FOR EACH STATEMENT EXECUTE FUNCTION orders_snapshot_refuse();
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
        schema_editor.execute("DROP TRIGGER orders_snapshot_append_only ON orders_snapshot")
        schema_editor.execute("DROP FUNCTION orders_snapshot_refuse()")
    else:
        for verb in ("UPDATE", "DELETE", "replace"):
            schema_editor.execute(f"DROP TRIGGER orders_snapshot_no_{verb}")


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0002_append_only_timeline'),
    ]

    operations = [
        migrations.CreateModel(
            name='Disruption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cause', models.CharField(choices=[('hub_overload', 'overloaded hub'), ('snow', 'snow'), ('typhoon', 'typhoon'), ('storm', 'storm or flood'), ('route', 'detour on the route'), ('strike', 'strike'), ('customs_strike', 'customs strike'), ('event', 'event or restriction'), ('other', 'other')], max_length=20, verbose_name='cause')),
                ('explanation', models.CharField(blank=True, max_length=500, verbose_name='explanation')),
                ('region', models.CharField(blank=True, max_length=100, verbose_name='region')),
                ('carrier', models.CharField(blank=True, max_length=500, verbose_name='carrier')),
                ('route', models.CharField(blank=True, max_length=500, verbose_name='route')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='to')),
                ('lifted_at', models.DateTimeField(blank=True, null=True, verbose_name='over since')),
                ('notice_sha256', models.CharField(blank=True, max_length=64)),
                ('notice_name', models.CharField(blank=True, max_length=200, verbose_name='notice')),
                ('notice_type', models.CharField(blank=True, max_length=10)),
                ('recorded_at', models.DateTimeField(verbose_name='recorded at')),
                ('recorded_by', models.CharField(blank=True, max_length=100, verbose_name='recorded by')),
                ('applied_through', models.BigIntegerField(default=0, editable=False)),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='every order looked at')),
                ('touched', models.PositiveIntegerField(default=0, verbose_name='parcels touched')),
            ],
            options={
                'verbose_name': 'disruption',
                'verbose_name_plural': 'disruptions',
                'ordering': ['-starts_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('tracking', 'tracking'), ('listing', 'listing'), ('policy', 'policy')], max_length=10, verbose_name='kind')),
                ('occasion', models.CharField(max_length=40, verbose_name='occasion')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('source', models.CharField(blank=True, max_length=500, verbose_name='source')),
                ('content', models.JSONField(verbose_name='content')),
                ('sha256', models.CharField(max_length=64)),
            ],
            options={
                'verbose_name': 'snapshot',
                'verbose_name_plural': 'snapshots',
                'ordering': ['at', 'id'],
            },
        ),
        migrations.AddField(
            model_name='order',
            name='queued_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='in the queue since'),
        ),
        migrations.AddField(
            model_name='order',
            name='receipt_denied_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='buyer says it did not arrive, since'),
        ),
        migrations.AddField(
            model_name='order',
            name='tracking_detail',
            field=models.CharField(blank=True, max_length=40, verbose_name='what the latest news says more'),
        ),
        migrations.AddField(
            model_name='order',
            name='untraceable_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='known to no source since'),
        ),
        migrations.AddField(
            model_name='order',
            name='tracking_queue',
            field=models.CharField(blank=True, max_length=20, verbose_name='tracking queue'),
        ),
        migrations.AddField(
            model_name='trackingevent',
            name='detail',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='trackingevent',
            name='is_unknown',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='trackingevent',
            name='voided_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('tracking_queue', ''), _negated=True), fields=['store', 'tracking_queue', 'queued_at', 'id'], name='order_tracking_queue'),
        ),
        migrations.AddIndex(
            model_name='trackingevent',
            index=models.Index(condition=models.Q(('is_unknown', True)), fields=['recorded_at'], name='tracking_event_unknown'),
        ),
        migrations.AddField(
            model_name='disruption',
            name='store',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='disruptions', to='orders.store', verbose_name='store'),
        ),
        migrations.AddField(
            model_name='snapshot',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='snapshots', to='orders.order', verbose_name='order'),
        ),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
