"""Where in the list the orders stand that were found by something else, by an index."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0031_buyers_by_address'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['id', 'store', 'placed_at'], name='order_place_in_list'),
        ),
    ]
