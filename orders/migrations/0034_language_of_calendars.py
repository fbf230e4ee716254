"""A calendar address speaks the language of the page on which it was made, where its person chose none."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0033_list_of_several_stores'),
    ]

    operations = [
        migrations.AddField(
            model_name='calendarfeed',
            name='language',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=10),
        ),
    ]
