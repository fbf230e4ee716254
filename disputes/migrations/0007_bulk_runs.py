"""The same deed for many orders, and what became of each."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('disputes', '0006_figures_and_lessons'),
        ('orders', '0013_search_texts_and_saved_views'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BulkRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.UUIDField(editable=False)),
                ('kind', models.CharField(choices=[('contact', 'Write to the buyers'), ('extend', 'Extend the receipt time'), ('mark_sent', 'Mark the waiting messages as sent by hand')], max_length=10, verbose_name='what')),
                ('params', models.JSONField(default=dict, verbose_name='how')),
                ('state', models.CharField(choices=[('queued', 'waiting for a worker'), ('running', 'under way'), ('done', 'done'), ('cancelled', 'stopped'), ('undo_queued', 'to be taken back'), ('undoing', 'being taken back'), ('undone', 'taken back')], default='queued', max_length=11, verbose_name='state')),
                ('made_at', models.DateTimeField(verbose_name='asked for at')),
                ('heartbeat_at', models.DateTimeField(blank=True, null=True, verbose_name='last sign of work')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('error', models.CharField(blank=True, max_length=200)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bulk_runs', to='orders.store', verbose_name='store')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
            ],
            options={
                'verbose_name': 'bulk run',
                'verbose_name_plural': 'bulk runs',
                'ordering': ['-made_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='BulkItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('waiting', 'not done yet'), ('done', 'done'), ('skipped', 'not done'), ('failed', 'went wrong'), ('undone', 'taken back'), ('kept', 'could not be taken back')], default='waiting', max_length=10)),
                ('rule', models.CharField(blank=True, max_length=4)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('data', models.JSONField(default=dict)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='orders.order')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='disputes.bulkrun')),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.AddIndex(
            model_name='bulkrun',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'running', 'undo_queued', 'undoing'])), fields=['id'], name='bulk_run_open'),
        ),
        migrations.AddConstraint(
            model_name='bulkrun',
            constraint=models.UniqueConstraint(fields=('store', 'token'), name='one_bulk_run_per_preview'),
        ),
        migrations.AddIndex(
            model_name='bulkitem',
            index=models.Index(fields=['run', 'state', 'position'], name='bulk_item_by_state'),
        ),
        migrations.AddConstraint(
            model_name='bulkitem',
            constraint=models.UniqueConstraint(fields=('run', 'order'), name='one_bulk_item_per_order'),
        ),
    ]
