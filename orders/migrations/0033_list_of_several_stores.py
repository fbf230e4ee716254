"""The list of the orders of several stores, by an index that knows whose each is; it takes another's place."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0032_places_in_the_list'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['-placed_at', '-id', 'store'], name='order_list_of_stores'),
        ),
        migrations.RemoveIndex(
            model_name='order',
            name='order_list_of_all_stores',
        ),
    ]
