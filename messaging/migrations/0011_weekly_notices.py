"""One kind of notice more: the week's figures."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0010_parcel_moved"),
    ]

    operations = [
        migrations.AlterField(
            model_name="teamnotice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("deadline", "a deadline"),
                    ("alarm", "something has stopped"),
                    ("digest", "the day's digest"),
                    ("week", "the week's figures"),
                ],
                max_length=10,
            ),
        ),
    ]
