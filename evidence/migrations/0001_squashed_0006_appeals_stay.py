"""All tables of the app at once, for a new database: what the migrations up to 0006 make of an older one."""

from importlib import import_module

import django.db.models.deletion
import evidence.file_types
from django.db import migrations, models

from orders.migrating import CreateTables


versions_stay = import_module("evidence.migrations.0004_versions_stay")
appeals_stay = import_module("evidence.migrations.0006_appeals_stay")


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("evidence", "0001_initial"),
        ("evidence", "0002_captions_and_text"),
        ("evidence", "0003_bundle_files"),
        ("evidence", "0004_versions_stay"),
        ("evidence", "0005_appeals"),
        ("evidence", "0006_appeals_stay"),
    ]

    dependencies = [
        ("disputes", "0016_looks_at_parcels_of_cases"),
        ("orders", "0024_weekly_summary"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name='Appeal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveIntegerField(verbose_name='number')),
                        ('recipient', models.CharField(max_length=40, verbose_name='recipient')),
                        ('state', models.CharField(choices=[('queued', 'waiting for a worker'), ('running', 'being made'), ('ready', 'ready'), ('failed', 'could not be made'), ('submitted', 'handed in')], default='queued', max_length=10, verbose_name='state')),
                        ('progress', models.PositiveSmallIntegerField(default=0, verbose_name='progress')),
                        ('requested_at', models.DateTimeField(verbose_name='requested at')),
                        ('requested_by', models.CharField(blank=True, max_length=100, verbose_name='requested by')),
                        ('heartbeat_at', models.DateTimeField(blank=True, null=True, verbose_name='last sign of work')),
                        ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                        ('file', models.CharField(blank=True, max_length=200, verbose_name='file')),
                        ('sha256', models.CharField(blank=True, max_length=64)),
                        ('size', models.PositiveBigIntegerField(default=0, verbose_name='size in bytes')),
                        ('pages', models.PositiveIntegerField(default=0, verbose_name='pages')),
                        ('files', models.JSONField(blank=True, default=list, verbose_name='files')),
                        ('inputs', models.CharField(blank=True, db_index=True, max_length=64)),
                        ('report', models.JSONField(blank=True, default=dict, verbose_name='report')),
                        ('error', models.TextField(blank=True, verbose_name='error')),
                        ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='handed in at')),
                        ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='appeals', to='disputes.review', verbose_name='review')),
                    ],
                    options={
                        'verbose_name': 'appeal against a review',
                        'verbose_name_plural': 'appeals against reviews',
                        'ordering': ['-number'],
                        'constraints': [models.UniqueConstraint(fields=('review', 'number'), name='one_appeal_per_number')],
                    },
                ),
                migrations.CreateModel(
                    name='Bundle',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveIntegerField(verbose_name='number')),
                        ('recipient', models.CharField(max_length=40, verbose_name='recipient')),
                        ('state', models.CharField(choices=[('queued', 'waiting for a worker'), ('running', 'being made'), ('ready', 'ready'), ('failed', 'could not be made'), ('submitted', 'handed in')], default='queued', max_length=10, verbose_name='state')),
                        ('progress', models.PositiveSmallIntegerField(default=0, verbose_name='progress')),
                        ('requested_at', models.DateTimeField(verbose_name='requested at')),
                        ('requested_by', models.CharField(blank=True, max_length=100, verbose_name='requested by')),
                        ('heartbeat_at', models.DateTimeField(blank=True, null=True, verbose_name='last sign of work')),
                        ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                        ('file', models.CharField(blank=True, max_length=200, verbose_name='file')),
                        ('sha256', models.CharField(blank=True, max_length=64)),
                        ('size', models.PositiveBigIntegerField(default=0, verbose_name='size in bytes')),
                        ('pages', models.PositiveIntegerField(default=0, verbose_name='pages')),
                        ('files', models.JSONField(blank=True, default=list, verbose_name='files')),
                        ('inputs', models.CharField(blank=True, db_index=True, max_length=64)),
                        ('report', models.JSONField(blank=True, default=dict, verbose_name='report')),
                        ('error', models.TextField(blank=True, verbose_name='error')),
                        ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='handed in at')),
                        ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bundles', to='disputes.dispute', verbose_name='dispute')),
                    ],
                    options={
                        'verbose_name': 'bundle',
                        'verbose_name_plural': 'bundles',
                        'ordering': ['-number'],
                        'constraints': [models.UniqueConstraint(fields=('dispute', 'number'), name='one_bundle_per_number')],
                    },
                ),
                migrations.CreateModel(
                    name='Exhibit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=60, verbose_name='kind')),
                        ('source', models.CharField(blank=True, max_length=500, verbose_name='source')),
                        ('caption', models.CharField(blank=True, max_length=500, verbose_name='caption')),
                        ('caption_language', models.CharField(blank=True, max_length=35, verbose_name='language of the caption')),
                        ('translation', models.CharField(blank=True, max_length=500, verbose_name='caption in another language')),
                        ('translation_language', models.CharField(blank=True, max_length=35, verbose_name='language of the translation')),
                        ('translated_by', models.CharField(choices=[('human', 'a person'), ('machine', 'a machine')], default='human', max_length=10, verbose_name='translated by')),
                        ('sha256', models.CharField(db_index=True, max_length=64)),
                        ('size', models.PositiveBigIntegerField(verbose_name='size in bytes')),
                        ('file_type', models.CharField(choices=[(evidence.file_types.FileType['JPEG'], evidence.file_types.FileType['JPEG']), (evidence.file_types.FileType['PNG'], evidence.file_types.FileType['PNG']), (evidence.file_types.FileType['WEBP'], evidence.file_types.FileType['WEBP']), (evidence.file_types.FileType['HEIC'], evidence.file_types.FileType['HEIC']), (evidence.file_types.FileType['PDF'], evidence.file_types.FileType['PDF']), (evidence.file_types.FileType['TEXT'], evidence.file_types.FileType['TEXT'])], max_length=10, verbose_name='file type')),
                        ('name', models.CharField(blank=True, max_length=200, verbose_name='file name')),
                        ('pages', models.PositiveIntegerField(blank=True, null=True, verbose_name='pages')),
                        ('problem', models.CharField(blank=True, max_length=30, verbose_name='problem')),
                        ('text', models.TextField(blank=True, editable=False, verbose_name='words in the file')),
                        ('position', models.PositiveIntegerField(verbose_name='position')),
                        ('added_at', models.DateTimeField(verbose_name='added at')),
                        ('added_by', models.CharField(blank=True, max_length=100, verbose_name='added by')),
                        ('left_out_at', models.DateTimeField(blank=True, null=True, verbose_name='left out of bundles since')),
                        ('dispute', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='exhibits', to='disputes.dispute', verbose_name='dispute')),
                        ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exhibits', to='orders.order', verbose_name='order')),
                    ],
                    options={
                        'verbose_name': 'exhibit',
                        'verbose_name_plural': 'exhibits',
                        'ordering': ['position', 'id'],
                        'constraints': [models.UniqueConstraint(fields=('order', 'sha256', 'kind', 'source'), name='one_exhibit_per_file')],
                    },
                ),
            ]
        ),
        migrations.RunPython(versions_stay.create_triggers, versions_stay.drop_triggers),
        migrations.RunPython(appeals_stay.create_triggers, appeals_stay.drop_triggers),
    ]
