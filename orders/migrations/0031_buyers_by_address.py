"""The buyer who writes from an address, or asks for his data, by an index whatever letters he uses."""

from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0030_list_of_requests_to_cancel'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='buyer',
            index=models.Index(models.F('store'), Upper('email'), condition=models.Q(('email', ''), _negated=True), name='buyer_by_address'),
        ),
    ]
