"""The orders whose buyers wait for an answer to their request to cancel, by an index."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0029_parcel_sheets'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('cancellation_asked_at__isnull', False), ('cancellation_refused_at', None), ('cancelled_at', None), ('completed_at', None), ('delivered_at', None), ('refunded_at', None), ('shipped_at', None)), fields=['store', '-placed_at', '-id'], name='order_list_of_cancelling'),
        ),
    ]
