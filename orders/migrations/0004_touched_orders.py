"""Which orders a disruption touches, and when a worker looks for more of them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0003_tracking_desk'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='disruption',
            name='applied_through',
        ),
        migrations.RemoveField(
            model_name='disruption',
            name='touched',
        ),
        migrations.AddField(
            model_name='disruption',
            name='next_look_at',
            field=models.DateTimeField(blank=True, db_index=True, null=True, verbose_name='next look'),
        ),
        migrations.CreateModel(
            name='TouchedOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('disruption', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='touched_orders', to='orders.disruption')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='touched_by', to='orders.order')),
            ],
            options={
                'verbose_name': 'touched order',
                'verbose_name_plural': 'touched orders',
                'ordering': ['at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('disruption', 'order'), name='one_touch_per_order')],
            },
        ),
    ]
