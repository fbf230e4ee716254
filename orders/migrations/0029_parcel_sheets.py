"""What became of a store's parcels, kept as it was counted: a page of a large store need not count it again."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0028_deliveries_of_removed_webhooks'),
    ]

    operations = [
        migrations.CreateModel(
            name='ParcelSheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('counted_at', models.DateTimeField()),
                ('rows', models.JSONField()),
                ('store', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='parcel_sheet', to='orders.store', verbose_name='store')),
            ],
            options={
                'verbose_name': 'sheet of parcels',
                'verbose_name_plural': 'sheets of parcels',
            },
        ),
    ]
