"""Many requests to cancel are answered at once."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('disputes', '0016_looks_at_parcels_of_cases'),
    ]

    operations = [
        migrations.AlterField(
            model_name='bulkrun',
            name='kind',
            field=models.CharField(choices=[('contact', 'Write to the buyers'), ('extend', 'Extend the receipt time'), ('mark_sent', 'Mark the waiting messages as sent by hand'), ('incident', 'Tell the buyers of an incident'), ('cancel', 'Agree to cancel the orders'), ('no_cancel', 'Refuse to cancel the orders'), ('compensate', 'Compensate the buyers of an incident')], max_length=10, verbose_name='what'),
        ),
    ]
